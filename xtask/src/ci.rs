//! Everything that has to hold before a change goes in.

use crate::tools::{self, HOSTILE, PACKAGE, TINY, WASM};
use crate::{Failure, build, component, conformance, interop, test, tree};

/// Clippy's own arguments.
const DENY: [&str; 3] = ["--", "-D", "warnings"];

/// Runs it all; the first failure ends it.
pub fn ci() -> Result<(), Failure> {
    tools::ensure_rustup_component("rustfmt", "fmt")?;
    tools::ensure_rustup_component("clippy", "clippy")?;
    tools::ensure_wasm_target()?;
    tree::check()?;
    tools::run(tools::cargo()?.args(["fmt", "--all", "--check"]))?;
    // The native crates contain the component, so it has to be there even to be checked.
    build::build()?;
    build::guests()?;
    clippy(&["-p", PACKAGE, "--target", WASM])?;
    clippy(&["-p", HOSTILE, "-p", TINY, "--target", WASM])?;
    clippy(&["-p", TINY, "--features", "faulty", "--target", WASM])?;
    // Each crate in the profile that its tests are built in: the macros and build scripts of the dependencies, a third of
    // the time, are then built once.
    clippy(&["-p", PACKAGE, "-p", "xtask", "--all-targets"])?;
    clippy(&[&test::NATIVE[..], &["--all-targets", "--profile", "host"]].concat())?;
    test::run()?;
    conformance::run(&[])?;
    interop::interop()?;
    component::compare()
}

fn clippy(arguments: &[&str]) -> Result<(), Failure> {
    tools::run(tools::cargo()?.arg("clippy").args(arguments).args(DENY))
}
