//! Sessions that clients create: a shell each, which runs one command after another. Only their memory knows them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Program;
use crate::clock::Timestamp;

/// The sessions of one run of a sandbox.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    /// Since when the sandbox is up.
    pub(crate) run: Option<Timestamp>,
    pub(crate) all: BTreeMap<String, Vec<SessionCommand>>,
}

/// A command of a session.
#[derive(Clone, Debug)]
pub(crate) struct SessionCommand {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) program: Program,
    pub(crate) begins: Timestamp,
}

impl SessionCommand {
    /// When it ends; none: never.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        self.program.takes.map(|takes| self.begins + takes)
    }

    /// Its exit code; none while it runs or waits.
    pub(crate) fn exit_code(&self, now: Timestamp) -> Option<i32> {
        self.ends().filter(|end| *end <= now).map(|_| self.program.code)
    }

    /// What it has written: nothing before it begins, then all of it.
    pub(crate) fn log(&self, now: Timestamp) -> String {
        if self.begins > now { String::new() } else { super::marks::marked(&self.program.stdout, &self.program.stderr) }
    }
}

impl Sessions {
    /// One more command at the end of a session, which begins when the one before has ended.
    pub(crate) fn run(
        &mut self,
        session: &str,
        id: &str,
        text: &str,
        program: Program,
        now: Timestamp,
    ) -> Option<SessionCommand> {
        let commands = self.all.get_mut(session)?;
        // Behind one that never ends it never begins.
        let never = now + Duration::from_secs(365 * 24 * 3600);
        let free = commands.last().map_or(now, |last| last.ends().unwrap_or(never));
        let command = SessionCommand { id: id.to_owned(), text: text.to_owned(), program, begins: free.max(now) };
        commands.push(command.clone());
        Some(command)
    }
}
