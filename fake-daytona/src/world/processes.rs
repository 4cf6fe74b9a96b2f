//! What was started in sandboxes, until they stop.

use super::{Key, World};
use crate::clock::Timestamp;
use crate::daemon::process::Process;

/// The processes of one run of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    run: Option<Timestamp>,
    all: Vec<Process>,
}

impl World {
    /// A stop ends and forgets them.
    pub(crate) fn forget_processes_of_earlier_runs(&mut self, key: Key) {
        let run = self.sandbox(key).entrypoint.started_at;
        let processes = self.processes.entry(key).or_default();
        if processes.run != run {
            *processes = Processes { run, all: Vec::new() };
        }
    }

    pub(crate) fn processes_of(&self, key: Key) -> &[Process] {
        self.processes.get(&key).map_or(&[], |processes| &processes.all)
    }

    pub(crate) fn process(&self, key: Key, directory: &str) -> Option<&Process> {
        self.processes_of(key).iter().find(|process| process.directory == directory)
    }

    pub(crate) fn process_mut(&mut self, key: Key, directory: &str) -> Option<&mut Process> {
        self.processes.get_mut(&key)?.all.iter_mut().find(|process| process.directory == directory)
    }

    pub(crate) fn add_process(&mut self, key: Key, process: Process) {
        self.processes.entry(key).or_default().all.push(process);
    }
}
