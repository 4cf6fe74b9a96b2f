//! The launch command of a sandbox: how it is found, and what becomes of it.

use std::time::Duration;

use crate::clock::Timestamp;

/// What the command runs as when a Dockerfile names none.
pub(crate) const IDLE: [&str; 2] = ["sleep", "infinity"];

/// The command and its fate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entrypoint {
    pub(crate) command: Vec<String>,
    pub(crate) fate: Fate,
    /// Of the current run; nothing before the first.
    pub(crate) started_at: Option<Timestamp>,
    /// How often it was run: once per start of the sandbox.
    pub(crate) runs: u32,
    pub(crate) logs: String,
}

/// What happens to a launch command after each start of its sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It runs until the sandbox stops.
    #[default]
    Runs,
    /// It exits with `code` when it has run for `after`.
    Exits {
        /// Counted from each start of the sandbox.
        after: Duration,
        /// The exit code.
        code: i32,
    },
    /// There is no such session: the daemon never started it.
    NeverStarts,
    /// The daemon does not answer: every toolbox call is a bare 502.
    DaemonDead,
}

impl Entrypoint {
    /// The exit code at `now`; nothing while it runs.
    pub(crate) fn exit_code(&self, now: Timestamp) -> Option<i32> {
        match (&self.fate, self.started_at) {
            (Fate::Exits { after, code }, Some(started)) if now >= started + *after => Some(*code),
            _ => None,
        }
    }
}

/// The launch command of a Dockerfile: the last match of the word and the rest of its line.
///
/// A JSON array is parsed; anything else is one string without its quotes. The base image's own is not inherited.
pub(crate) fn of_dockerfile(text: &str) -> Vec<String> {
    let mut command = IDLE.map(str::to_owned).to_vec();
    let mut rest = text;
    while let Some(found) = rest.find("ENTRYPOINT") {
        let after = &rest[found + "ENTRYPOINT".len()..];
        let line = after.trim_start();
        if line.len() == after.len() {
            rest = after;
            continue;
        }
        let end = line.find('\n').unwrap_or(line.len());
        let value = line[..end].trim();
        command = serde_json::from_str::<Vec<String>>(value)
            .unwrap_or_else(|_| vec![value.chars().filter(|c| !matches!(c, '"' | '\'')).collect()]);
        rest = &line[end..];
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_without_an_entrypoint_sleeps_forever() {
        assert_eq!(of_dockerfile("FROM donmai-worker:latest\n"), ["sleep", "infinity"]);
        assert_eq!(of_dockerfile("FROM x\nCMD [\"run\"]\n"), ["sleep", "infinity"]);
    }

    #[test]
    fn the_last_entrypoint_wins_and_a_json_array_is_parsed() {
        let text = "FROM x\nENTRYPOINT [\"first\"]\nENTRYPOINT [\"donmai\",\"agent\",\"run\"]\n";
        assert_eq!(of_dockerfile(text), ["donmai", "agent", "run"]);
    }

    #[test]
    fn a_shell_form_becomes_one_string_without_quotes() {
        assert_eq!(of_dockerfile("FROM x\nENTRYPOINT donmai \"agent run\""), ["donmai agent run"]);
    }

    #[test]
    fn the_word_in_a_comment_counts_too() {
        assert_eq!(of_dockerfile("FROM x\nENTRYPOINT [\"a\"]\n# ENTRYPOINT of old\n"), ["of old"]);
    }
}
