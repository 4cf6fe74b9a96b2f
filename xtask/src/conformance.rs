//! The conformance suite: the same cases in every host.

use std::process::Command;

use crate::Failure;
use crate::build::build;
use crate::packages::Python;
use crate::test::NATIVE;
use crate::tools;

/// The Rust host's ways of calling, and JSON-RPC.
const HOSTS: &str = "fresh,warm,slot,rpc";

/// Builds the component and those who run it, and plays all cases in all hosts.
pub fn conformance(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    run(arguments)
}

/// Plays all cases with the component that lies there; the report goes to `target/conformance.xml` as well.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let mut cargo = tools::cargo()?;
    tools::run(cargo.args(["build", "--profile", "host", "--bins"]).args(NATIVE))?;
    let python = Python::install("python", "requirements.txt")?;
    tools::run(&mut python.program("conformance/schema.py"))?;
    let target = tools::target_dir()?;
    let program = target.join("host").join("sandbox-conformance").with_extension(std::env::consts::EXE_EXTENSION);
    let runner = format!("python={} {}", python.interpreter.display(), "interop/python/conformance");
    let mut command = Command::new(program);
    command.current_dir(tools::root()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.args(["--host", HOSTS, "--runner", &runner, "--junit"]).arg(target.join("conformance.xml"));
    tools::run(command.args(arguments))
}
