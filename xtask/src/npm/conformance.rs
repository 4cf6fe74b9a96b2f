//! The conformance suite through the package: its cases in each mode, judged by the suite's own program.

use std::path::Path;
use std::process::Command;

use super::engines::Engine;
use crate::test::NATIVE;
use crate::{Failure, tools};

/// Cases that hold in every host but one that has `fetch` below it, each with the reason.
const KNOWN: [(&str, &str); 1] =
    [("requests-without-a-body-say-nothing-of-one", "fetch sends no content-length with a DELETE that has no body")];

/// Plays all cases in the given engines and modes, and compares what came of them.
pub fn conformance(home: &Path, runs: [(&Engine, &str); 2]) -> Result<(), Failure> {
    let mut cargo = tools::cargo()?;
    tools::run(cargo.args(["build", "--profile", "host", "--bins"]).args(NATIVE))?;
    let target = tools::target_dir()?;
    let program = target.join("host").join("sandbox-conformance").with_extension(std::env::consts::EXE_EXTENSION);
    let mut suite = Command::new(program);
    suite.current_dir(tools::root()).args(["--host", "none"]);
    for (engine, mode) in runs {
        let runner = home.join("conformance.mjs");
        suite.args(["--runner", &format!("{mode}={} {} {mode}", engine.program().display(), runner.display())]);
    }
    let output = suite.output()?;
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}");
    // 2 is a mistake in the command line or the cases, where nothing was judged.
    if output.status.code() == Some(2) {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    for (case, why) in KNOWN {
        println!("known: {case}, because {why}");
    }
    judged(&report)
}

/// Fails with the cases that failed, unless that is known; and where a known one does not fail any more.
fn judged(report: &str) -> Result<(), Failure> {
    let failed: Vec<&str> = report.lines().filter_map(|line| line.strip_prefix("FAILED ")).collect();
    let case = |line: &&str| line.split(' ').next().unwrap_or_default().to_owned();
    let is_known = |line: &&str| KNOWN.iter().any(|(name, _)| *name == case(line));
    let unknown: Vec<&str> = failed.iter().filter(|line| !is_known(line)).copied().collect();
    if !unknown.is_empty() {
        return Err(format!("cases failed:\n  {}", unknown.join("\n  ")).into());
    }
    match KNOWN.iter().find(|(name, _)| !failed.iter().any(|line| case(line) == *name)) {
        Some((name, _)) => Err(format!("{name} passes; take it from the list of what is known").into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_may_fail_and_it_has_to() {
        let (known, _) = KNOWN[0];
        let line = format!("FAILED {known} (jspi, in sessions)");
        assert!(judged(&line).is_ok());
        assert!(judged("").is_err());
        let Err(failure) = judged(&format!("{line}\nFAILED other (replay, in faults)")) else { panic!("passed") };
        assert!(failure.to_string().contains("other (replay, in faults)"), "{failure}");
    }
}
