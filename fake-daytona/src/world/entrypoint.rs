//! The launch command of a sandbox: how it is read from a Dockerfile, and how its runs end.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// What the command runs as when a Dockerfile names none.
pub(crate) const IDLE: [&str; 2] = ["sleep", "infinity"];

/// The command and its behavior.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entrypoint {
    pub(crate) command: Vec<String>,
    pub(crate) behavior: EntrypointBehavior,
    /// Of the current run; `None` before the first.
    pub(crate) started_at: Option<Timestamp>,
    /// Every run: one per start of the sandbox, unless the command never starts.
    pub(crate) runs: Vec<Run>,
    pub(crate) logs: String,
    /// The next end of its sandbox is a hard one: the daemon cannot clean up.
    pub(crate) will_be_killed: bool,
    /// The exit code that an earlier run left behind on a hard stop: the next run shows it from its beginning.
    pub(crate) left_code: Option<i32>,
}

/// What the toolbox tells of the launch command's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShownExitCode {
    /// It runs, as far as the daemon knows.
    None,
    Code(i32),
    /// Two codes stand in the file: the daemon cannot read it.
    Unreadable,
}

/// One run of a launch command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, by itself or because the sandbox stopped.
    pub ended_at: Option<Timestamp>,
    /// Of a command that ended by itself. An ended run without a code was killed while it worked.
    pub exit_code: Option<i32>,
}

impl Run {
    /// The sandbox stopped under a command that was still at work.
    pub fn was_killed(&self) -> bool {
        self.ended_at.is_some() && self.exit_code.is_none()
    }
}

/// What happens to a launch command after each start of its sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EntrypointBehavior {
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
    /// The daemon does not answer: every toolbox call is a bare 502. The command runs on.
    DaemonDead,
    /// The sandbox loses the network when the command has run for `after`: no toolbox call gets through any more (a
    /// bare 502), and the command runs on, alone.
    LosesNetwork {
        /// Counted from each start of the sandbox.
        after: Duration,
    },
}

impl EntrypointBehavior {
    /// It ends well after so many minutes.
    pub const fn runs_for(minutes: u64) -> Self {
        Self::Exits { after: Duration::from_secs(minutes * 60), code: 0 }
    }

    /// It ends with this code after so many minutes.
    pub const fn fails_after(minutes: u64, code: i32) -> Self {
        Self::Exits { after: Duration::from_secs(minutes * 60), code }
    }
}

/// The behaviors of sandboxes to come.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntrypointRules {
    standard: EntrypointBehavior,
    names: HashMap<String, EntrypointBehavior>,
    /// Newest last.
    labels: Vec<(String, String, EntrypointBehavior)>,
}

impl EntrypointRules {
    pub(crate) fn standard(&mut self, behavior: EntrypointBehavior) {
        self.standard = behavior;
    }

    pub(crate) fn named(&mut self, name: &str, behavior: EntrypointBehavior) {
        self.names.insert(name.to_owned(), behavior);
    }

    pub(crate) fn labelled(&mut self, key: &str, value: &str, behavior: EntrypointBehavior) {
        self.labels.retain(|(name, text, _)| name != key || text != value);
        self.labels.push((key.to_owned(), value.to_owned(), behavior));
    }

    /// The behavior of a sandbox with this name and these labels.
    pub(crate) fn of(&self, name: &str, labels: &Map<String, Value>) -> EntrypointBehavior {
        let has = |key: &str, value: &str| labels.get(key).and_then(Value::as_str) == Some(value);
        let by_label =
            || self.labels.iter().rev().find(|(key, value, _)| has(key, value)).map(|(.., behavior)| behavior);
        self.names.get(name).or_else(by_label).unwrap_or(&self.standard).clone()
    }
}

impl Entrypoint {
    /// What the toolbox tells of the end of the current run. After a hard stop it is the end of the run before.
    pub(crate) fn told_code(&self, now: Timestamp) -> ShownExitCode {
        match (self.left_code, self.exit_code(now)) {
            (Some(_), Some(_)) => ShownExitCode::Unreadable,
            (Some(code), None) | (None, Some(code)) => ShownExitCode::Code(code),
            (None, None) => ShownExitCode::None,
        }
    }

    /// A run begins with the sandbox; its log is a new one.
    pub(crate) fn begin(&mut self, at: Timestamp) {
        if !self.runs.is_empty() {
            self.logs.clear();
        }
        self.started_at = Some(at);
        if self.behavior != EntrypointBehavior::NeverStarts {
            self.runs.push(Run { started_at: at, ended_at: None, exit_code: None });
        }
    }

    /// The sandbox stops: a run that has not ended by itself is killed.
    pub(crate) fn end(&mut self, at: Timestamp) {
        let view = self.runs_at(at).last().copied();
        if self.started_at.is_some() {
            let code = view.and_then(|view| view.exit_code).or(self.left_code);
            self.left_code = code.filter(|_| self.will_be_killed);
            self.will_be_killed = false;
        }
        if let (Some(last), Some(view)) = (self.runs.last_mut(), view)
            && last.ended_at.is_none()
        {
            *last = Run { ended_at: view.ended_at.or(Some(at)), ..view };
        }
        self.started_at = None;
    }

    /// The runs as they are at `now`.
    pub(crate) fn runs_at(&self, now: Timestamp) -> Vec<Run> {
        let mut runs = self.runs.clone();
        if let (Some(last), Some(code), EntrypointBehavior::Exits { after, .. }) =
            (runs.last_mut().filter(|last| last.ended_at.is_none()), self.exit_code(now), &self.behavior)
        {
            last.ended_at = Some(last.started_at + *after);
            last.exit_code = Some(code);
        }
        runs
    }

    /// No toolbox call gets through at `now`.
    pub(crate) fn is_cut_off(&self, now: Timestamp) -> bool {
        match (&self.behavior, self.started_at) {
            (EntrypointBehavior::DaemonDead, _) => true,
            (EntrypointBehavior::LosesNetwork { after }, Some(started)) => now >= started + *after,
            _ => false,
        }
    }

    /// The exit code at `now`; `None` while it runs.
    pub(crate) fn exit_code(&self, now: Timestamp) -> Option<i32> {
        match (&self.behavior, self.started_at) {
            (EntrypointBehavior::Exits { after, code }, Some(started)) if now >= started + *after => Some(*code),
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
