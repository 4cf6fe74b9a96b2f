//! What is done with the component once it is built: shown, tested and simulated.

use std::path::PathBuf;
use std::process::Command;

use crate::build::{build, guests};
use crate::tools::{self, COMPOSE, GATEWAY, PACKAGE};
use crate::{Failure, gateway, shells};

/// The crates that run beside the component, all in the profile `host`.
pub const NATIVE: [&str; 10] = [
    "-p",
    "sandbox-host",
    "-p",
    "sandbox-host-cli",
    "-p",
    "fake-daytona",
    "-p",
    "host-tests",
    "-p",
    "sandbox-conformance",
];

/// Builds the component and those that only tests load, and runs every test.
pub fn test() -> Result<(), Failure> {
    let component = build()?;
    guests()?;
    gateway::compose(&component)?;
    run()
}

/// Runs every test with the components that lie there. A failure does not keep the rest from running.
pub fn run() -> Result<(), Failure> {
    shells::ensure()?;
    let suites = |arguments: &[&str]| tools::run(tools::cargo()?.args(["test", "--no-fail-fast"]).args(arguments));
    let unit = suites(&["-p", PACKAGE, "-p", GATEWAY, "-p", COMPOSE, "-p", "sandbox-contract", "-p", "xtask"]);
    let native = suites(&[&["--profile", "host"], &NATIVE[..]].concat());
    unit.and(native)
}

/// Simulates sessions on servers of every generation and holds the truth against the promises.
pub fn sim(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    run_native("sim", arguments)
}

/// Shows what the provider does, against the fake, without an account.
pub fn demo(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    // Nothing but the command line, in the profile that is built quickly: a first look must not wait for the tests' programs.
    let mut cargo = tools::cargo()?;
    tools::run(cargo.args(["build", "--profile", DEMO, "-p", "sandbox-host-cli", "--bin", "sandbox-host"]))?;
    let mut demo = Command::new(built(DEMO, "sandbox-host")?);
    tools::run(demo.arg("demo").args(arguments))
}

/// The profile of the demo.
const DEMO: &str = "demo";

/// A program, where cargo puts it.
fn built(profile: &str, program: &str) -> Result<PathBuf, Failure> {
    Ok(tools::target_dir()?.join(profile).join(program).with_extension(std::env::consts::EXE_EXTENSION))
}

/// Builds the programs of all native crates and runs one. All together, because cargo builds wasmtime once more for every
/// other choice of crates.
pub fn run_native(program: &str, arguments: &[String]) -> Result<(), Failure> {
    let mut cargo = tools::cargo()?;
    cargo.args(["build", "--profile", "host", "--bins"]).args(NATIVE);
    tools::run(&mut cargo)?;
    tools::run(Command::new(built("host", program)?).args(arguments))
}
