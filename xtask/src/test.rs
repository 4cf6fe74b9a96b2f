//! What is done with the component once it is built: tests, the demo, measurements.

use crate::Failure;
use crate::build::build;
use crate::tools::{self, PACKAGE};

/// Runs every test.
pub fn test() -> Result<(), Failure> {
    build()?;
    tools::run(tools::cargo()?.args(["test", "-p", PACKAGE, "-p", "xtask"]))?;
    let native = [
        "-p",
        "sandbox-host",
        "-p",
        "fake-daytona",
        "-p",
        "host-tests",
    ];
    tools::run(
        tools::cargo()?
            .args(["test", "--profile", "host"])
            .args(native),
    )
}

/// Shows a session's life.
pub fn demo(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    tools::run(
        tools::cargo()?
            .args([
                "run",
                "--profile",
                "host",
                "-p",
                "sandbox-host",
                "--",
                "demo",
            ])
            .args(arguments),
    )
}

/// Measures loading and calls.
pub fn bench(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    let bench = [
        "run",
        "--profile",
        "host",
        "-p",
        "host-tests",
        "--bin",
        "bench",
        "--",
    ];
    tools::run(tools::cargo()?.args(bench).args(arguments))
}
