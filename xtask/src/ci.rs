//! Everything that has to hold before a change goes in.

use crate::tools::{self, PACKAGE, WASM};
use crate::{Failure, build, component, test};

/// Runs it all; the first failure ends it.
pub fn ci() -> Result<(), Failure> {
    tools::run(tools::cargo()?.args(["fmt", "--all", "--check"]))?;
    tools::ensure_wasm_target()?;
    let deny = ["--", "-D", "warnings"];
    tools::run(
        tools::cargo()?
            .args(["clippy", "-p", PACKAGE, "--target", WASM])
            .args(deny),
    )?;
    // The native crates contain the component, so it has to be there even to be checked.
    build::build()?;
    let native = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--profile",
        "host",
    ];
    tools::run(tools::cargo()?.args(native).args(deny))?;
    test::test()?;
    component::compare()
}
