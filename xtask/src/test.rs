//! What is done with the component once it is built: tests and measurements.

use crate::Failure;
use crate::build::build;
use crate::tools::{self, PACKAGE};

/// The crates that run beside the component, all in the profile `host`.
pub const NATIVE: [&str; 6] = ["-p", "sandbox-host", "-p", "fake-daytona", "-p", "host-tests"];

/// Builds the component and runs every test.
pub fn test() -> Result<(), Failure> {
    build()?;
    run()
}

/// Runs every test with the component that lies there. A failure does not keep the rest from running.
pub fn run() -> Result<(), Failure> {
    let suites = |arguments: &[&str]| tools::run(tools::cargo()?.args(["test", "--no-fail-fast"]).args(arguments));
    let unit = suites(&["-p", PACKAGE, "-p", "xtask"]);
    let native = suites(&[&["--profile", "host"], &NATIVE[..]].concat());
    unit.and(native)
}

/// Measures loading and calls.
pub fn bench(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    run_native(&["-p", "host-tests", "--bin", "bench", "--"], arguments)
}

fn run_native(what: &[&str], arguments: &[String]) -> Result<(), Failure> {
    let mut cargo = tools::cargo()?;
    cargo.args(["run", "--profile", "host"]).args(what);
    tools::run(cargo.args(arguments))
}
