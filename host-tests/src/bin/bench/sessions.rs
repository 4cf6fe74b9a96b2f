//! Ten thousand sessions of one process, against a server of another.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::artefacts::Artefacts;
use crate::report::{Section, figure, grouped};
use crate::server::{Server, beside};
use crate::stats::Sample;

/// Sessions that live at the same time; all of them are polled at once.
const SESSIONS: usize = 10_000;

/// Calls that run at the same time; as many connections are kept open.
const IN_FLIGHT: usize = 256;

/// How often each session is polled.
const SWEEPS: usize = 3;

const MIB: f64 = (1 << 20) as f64;

/// What the process has measured of itself.
struct Outcome {
    /// Seconds until all sessions were there.
    provisioned: f64,
    /// Seconds of each round of polls.
    swept: Sample,
    /// Bytes.
    peak_memory: f64,
}

/// Rows of sessions in fresh and in warm instances.
pub fn sessions(artefacts: &Artefacts) -> Result<Section, Failure> {
    let outcomes = [run(artefacts, "fresh")?, run(artefacts, "warm")?];
    let row = |of: fn(&Outcome) -> f64| outcomes.iter().map(|outcome| figure(of(outcome))).collect::<Vec<_>>();
    let title = format!("{} sessions, one process on two threads", grouped(SESSIONS as u64));
    let mut section = Section::new(title, &["fresh", "warm"]);
    section.row("provisions a second, over loopback", row(|outcome| SESSIONS as f64 / outcome.provisioned));
    section.row("polls (status) a second", row(|outcome| SESSIONS as f64 / outcome.swept.median()));
    section.row("every session polled once, s", row(|outcome| outcome.swept.median()));
    section.row("peak memory, MiB", row(|outcome| outcome.peak_memory / MIB));
    Ok(section)
}

fn run(artefacts: &Artefacts, kind: &str) -> Result<Outcome, Failure> {
    let mut server = Server::start()?;
    let mut program = Command::new(beside("sessions")?);
    program.arg(&artefacts.precompiled).arg(kind).args([SESSIONS, IN_FLIGHT, SWEEPS].map(|number| number.to_string()));
    server.known_to(&mut program);
    let output = program.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("`sessions {kind}` failed ({})", output.status).into());
    }
    let (seen, wanted) = (server.counts()?.requests, SESSIONS * (1 + SWEEPS));
    if seen != wanted as u64 {
        return Err(format!("`sessions {kind}`: the server has seen {seen} requests instead of {wanted}").into());
    }
    outcome(&output.stdout).map_err(|failure| format!("`sessions {kind}`: {failure}").into())
}

/// `{"provisioned": seconds, "swept": [seconds, …], "peakMemory": bytes}`.
fn outcome(output: &[u8]) -> Result<Outcome, Failure> {
    let output: Value = serde_json::from_slice(output)?;
    let number = |value: &Value, what: &str| value.as_f64().ok_or_else(|| format!("{what} is no number"));
    let swept = output["swept"].as_array().ok_or("swept is no list")?;
    Ok(Outcome {
        provisioned: number(&output["provisioned"], "provisioned")?,
        swept: Sample::of(swept.iter().map(|sweep| number(sweep, "a sweep")).collect::<Result<_, _>>()?)?,
        peak_memory: number(&output["peakMemory"], "peakMemory")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_process_prints_is_read_and_nothing_else() {
        let read = outcome(br#"{"provisioned": 2.5, "swept": [3, 1, 2], "peakMemory": 1048576}"#).expect("an outcome");
        assert_eq!((read.provisioned, read.swept.median(), read.peak_memory), (2.5, 2.0, MIB));
        for (wrong, why) in [
            (r#"{"swept": [1], "peakMemory": 1}"#, "provisioned is no number"),
            (r#"{"provisioned": 1, "swept": [], "peakMemory": 1}"#, "nothing was measured"),
            (r#"{"provisioned": 1, "swept": ["x"], "peakMemory": 1}"#, "a sweep is no number"),
            (r#"{"provisioned": 1, "swept": [1]}"#, "peakMemory is no number"),
        ] {
            let Err(failure) = outcome(wrong.as_bytes()) else { panic!("accepted: {wrong}") };
            assert_eq!(failure.to_string(), why);
        }
    }
}
