//! What one host has to do in its session's sandbox, and what it follows there.

use fake_daytona::Timestamp;
use tokio::time::Instant;

use super::tasks::{Task, Tasks, Worker};

/// What a host has still to do, and what it follows. Whatever is lost when it dies is what a platform loses that has not
/// written down its last step.
#[derive(Debug, Default)]
pub struct Agenda {
    pub due: Vec<Task>,
    pub followed: Vec<Followed>,
    /// The snapshot that its session begins from, once that was looked for.
    pub base: Option<Option<String>>,
    pub calls: usize,
}

/// A worker that was launched, or is to be.
#[derive(Debug)]
pub struct Followed {
    pub task: Task,
    pub worker: Worker,
    /// The sandbox and its boot in which it was launched.
    pub launched: Option<(String, Option<Timestamp>)>,
    pub cursor: Option<String>,
    pub stdout: String,
    pub stderr: String,
    pub kill_at: Option<Instant>,
}

impl Agenda {
    /// What a host of a session has to do, of all that is planned.
    pub fn of(tasks: &Tasks, session: usize, host: usize) -> Self {
        Self { due: tasks.of(session, host), ..Self::default() }
    }
}

impl Followed {
    /// What was read is of another run.
    pub fn forget(&mut self) {
        (self.launched, self.cursor, self.kill_at) = (None, None, None);
        self.stdout.clear();
        self.stderr.clear();
    }
}
