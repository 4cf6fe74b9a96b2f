//! What was started in sandboxes, until they stop.

use super::{Key, World};
use crate::clock::Timestamp;
use crate::daemon::process::{Process, ProgramRun, Started};
use crate::daemon::session::Sessions;

/// The processes of one run of a sandbox, as places among all that ever were.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    run: Option<Timestamp>,
    all: Vec<usize>,
}

impl World {
    /// A stop loses them: they are in the daemon's memory only.
    pub(crate) fn forget_sessions_of_earlier_runs(&mut self, key: Key) {
        let run = self.sandbox(key).entrypoint.started_at;
        let sessions = self.sessions.entry(key).or_default();
        if sessions.run != run {
            *sessions = Sessions { run, ..Sessions::default() };
        }
    }

    pub(crate) fn sessions_mut(&mut self, key: Key) -> &mut Sessions {
        self.sessions.entry(key).or_default()
    }

    /// A stop ends and forgets them.
    pub(crate) fn forget_processes_of_earlier_runs(&mut self, key: Key) {
        let run = self.sandbox(key).entrypoint.started_at;
        let processes = self.processes.entry(key).or_default();
        if processes.run != run {
            *processes = Processes { run, all: Vec::new() };
        }
    }

    pub(crate) fn processes_of(&self, key: Key) -> impl Iterator<Item = &Process> {
        let all = self.processes.get(&key).into_iter().flat_map(|processes| &processes.all);
        all.map(|place| &self.started[*place].process)
    }

    pub(crate) fn process(&self, key: Key, directory: &str) -> Option<&Process> {
        self.processes_of(key).find(|process| process.directory == directory)
    }

    pub(crate) fn process_mut(&mut self, key: Key, directory: &str) -> Option<&mut Process> {
        let places = &self.processes.get(&key)?.all;
        let place = *places.iter().find(|place| self.started[**place].process.directory == directory)?;
        Some(&mut self.started[place].process)
    }

    pub(crate) fn add_process(&mut self, key: Key, argv: Vec<String>, env: Vec<(String, String)>, process: Process) {
        let boot = self.sandbox(key).entrypoint.started_at;
        self.processes.entry(key).or_default().all.push(self.started.len());
        self.started.push(Started { sandbox: key, boot, argv, env, process, stopped_at: None });
    }

    /// The sandbox stops, and whatever runs in it ends.
    pub(super) fn end_processes(&mut self, key: Key, at: Timestamp) {
        let running = |started: &&mut Started| started.sandbox == key && started.stopped_at.is_none();
        self.started.iter_mut().filter(running).for_each(|started| started.stopped_at = Some(at));
    }

    /// Everything that was ever started.
    pub(crate) fn program_runs(&self, now: Timestamp) -> Vec<ProgramRun> {
        self.started.iter().map(|started| started.run(&self.sandbox(started.sandbox).id, now)).collect()
    }
}
