//! The conformance suite through the package: its cases in each mode, over the engine's `fetch` and over `node:http`, judged by the
//! suite's own program.

use std::path::Path;
use std::process::Command;

use super::engines::Engine;
use crate::test::NATIVE;
use crate::{Failure, tools};

/// Plays all cases in the given engines and modes, and compares what came of them.
pub fn conformance(home: &Path, runs: [(&Engine, &str); 2]) -> Result<(), Failure> {
    let mut cargo = tools::cargo()?;
    tools::run(cargo.args(["build", "--profile", "host", "--bins"]).args(NATIVE))?;
    let target = tools::target_dir()?;
    let program = target.join("host").join("sandbox-conformance").with_extension(std::env::consts::EXE_EXTENSION);
    let mut suite = Command::new(program);
    suite.current_dir(tools::root()).args(["--host", "none"]);
    let runner = home.join("conformance.mjs");
    for (engine, mode) in runs {
        for (name, sends) in [(mode.to_owned(), "fetch"), (format!("{mode}-node-http"), "node")] {
            let arguments = format!("{} {} {mode} {sends}", engine.program().display(), runner.display());
            suite.args(["--runner", &format!("{name}={arguments}")]);
        }
    }
    tools::run(&mut suite)
}
