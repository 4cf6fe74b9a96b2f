//! Processes that were started in a sandbox, for the interpreter.

use std::time::Duration;

use super::Program;
use crate::clock::Timestamp;

/// Exit code of what a signal ended: 128 and its number.
const BY_TERM: i32 = 143;

/// What somebody started.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// By which it is found.
    pub(crate) directory: String,
    pub(crate) digest: String,
    pub(crate) launched: bool,
    pub(crate) limit: u64,
    pub(crate) program: Program,
    pub(crate) started_at: Timestamp,
    pub(crate) timeout: Option<Duration>,
    pub(crate) killed_at: Option<Timestamp>,
}

/// How a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Running,
    Ended(i32),
    TimedOut,
}

impl Process {
    /// When it ends; none: never by itself.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        let by_itself = self.program.takes.map(|takes| self.started_at + takes);
        let by_timeout = self.timeout.map(|timeout| self.started_at + timeout);
        [by_itself, by_timeout, self.killed_at].into_iter().flatten().min()
    }

    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        let Some(end) = self.ends_at().filter(|end| *end <= now) else { return Standing::Running };
        if self.program.takes.is_some_and(|takes| self.started_at + takes == end) {
            Standing::Ended(self.program.code)
        } else if self.timeout.is_some_and(|timeout| self.started_at + timeout == end) {
            Standing::TimedOut
        } else {
            Standing::Ended(BY_TERM)
        }
    }
}

/// A program that was started: the ground truth of what ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRun {
    /// The sandbox.
    pub sandbox_id: String,
    /// Its words.
    pub argv: Vec<String>,
    /// The variables that it was given beside the sandbox's own.
    pub env: Vec<(String, String)>,
    /// When it was started.
    pub started_at: Timestamp,
}
