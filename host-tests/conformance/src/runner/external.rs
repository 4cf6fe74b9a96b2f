//! Programs in other languages. They get the cases as JSON on standard input, and write a transcript per line.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::broken;
use crate::data::Case;
use crate::transcript::Transcript;

/// Runs the program with all cases at once.
pub fn run(words: &[String], component: &Path, cases: &[Case]) -> Vec<Transcript> {
    match transcripts(words, component, cases) {
        Ok((mut seen, ended)) => {
            let missing = |case: &Case| broken(case, format!("the runner wrote no transcript of it{ended}"));
            cases.iter().map(|case| seen.remove(&case.name).unwrap_or_else(|| missing(case))).collect()
        }
        Err(why) => cases.iter().map(|case| broken(case, why.clone())).collect(),
    }
}

/// By name of their case; and how the program ended, where it ended badly.
fn transcripts(
    words: &[String],
    component: &Path,
    cases: &[Case],
) -> Result<(HashMap<String, Transcript>, String), String> {
    let (program, arguments) = words.split_first().ok_or("the runner has no name")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("`{program}` could not be started: {error}"))?;
    let input = json!({ "component": component, "cases": cases }).to_string();
    let mut stdin = child.stdin.take();
    // The program may write before it has read everything.
    let writer = std::thread::spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().map_err(|error| format!("`{program}`: {error}"))?;
    // What was not read is told by the transcripts that are missing.
    drop(writer.join());
    let ended = if output.status.success() { String::new() } else { format!(" ({})", output.status) };
    let mut seen = HashMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines().filter(|line| !line.trim().is_empty()) {
        let transcript: Transcript =
            serde_json::from_str(line).map_err(|error| format!("`{program}` wrote what is no transcript: {error}"))?;
        seen.insert(transcript.case.clone(), transcript);
    }
    Ok((seen, ended))
}
