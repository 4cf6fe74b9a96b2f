//! Processes that were started in a sandbox, for the interpreter.

use std::time::Duration;

use super::Program;
use crate::clock::Timestamp;
use crate::world::Key;

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

    /// What it has written to each stream by now.
    pub(crate) fn written(&self, now: Timestamp) -> [&[u8]; 2] {
        let until = self.ends_at().map_or(now, |end| end.min(now));
        let part = |stream: &'_ str| -> usize {
            let whole = stream.len();
            match self.program.takes.filter(|_| self.program.paced) {
                Some(takes) if until - self.started_at < takes => {
                    let (ran, takes) = ((until - self.started_at).as_millis(), takes.as_millis().max(1));
                    usize::try_from(ran * whole as u128 / takes).unwrap_or(whole)
                }
                _ => whole,
            }
        };
        [&self.program.stdout, &self.program.stderr].map(|stream| &stream.as_bytes()[..part(stream)])
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
    /// Since when that sandbox had been up.
    pub boot: Option<Timestamp>,
    /// Its words.
    pub argv: Vec<String>,
    /// The variables that it was given beside the sandbox's own.
    pub env: Vec<(String, String)>,
    /// It was to run in the background.
    pub launched: bool,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended, by itself or with its sandbox; none while it runs.
    pub ended_at: Option<Timestamp>,
    /// The exit code of one that ended by itself.
    pub exit_code: Option<i32>,
    /// What it wrote until it ended, or until now.
    pub stdout: Vec<u8>,
    /// The same to the other stream.
    pub stderr: Vec<u8>,
}

/// One start of a program, kept when its sandbox has stopped.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    pub(crate) sandbox: Key,
    pub(crate) boot: Option<Timestamp>,
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) process: Process,
    /// When its sandbox stopped.
    pub(crate) stopped_at: Option<Timestamp>,
}

impl Started {
    pub(crate) fn run(&self, sandbox_id: &str, now: Timestamp) -> ProgramRun {
        let until = self.stopped_at.unwrap_or(now);
        let by_itself = self.process.ends_at().filter(|end| *end <= until);
        let [stdout, stderr] = self.process.written(until).map(<[u8]>::to_vec);
        ProgramRun {
            sandbox_id: sandbox_id.to_owned(),
            boot: self.boot,
            argv: self.argv.clone(),
            env: self.env.clone(),
            launched: self.process.launched,
            started_at: self.process.started_at,
            ended_at: by_itself.or(self.stopped_at),
            exit_code: match self.process.standing(until) {
                Standing::Ended(code) => Some(code),
                Standing::Running | Standing::TimedOut => None,
            },
            stdout,
            stderr,
        }
    }
}
