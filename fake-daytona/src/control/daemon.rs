//! Scripts for the daemon inside of sandboxes.

use std::path::Path;

use crate::FakeDaytona;
use crate::daemon::process::ProgramRun;
use crate::daemon::{Daemon, Program, Runner};

impl FakeDaytona {
    /// The version of the daemon in all sandboxes, which need not be the server's.
    pub fn set_daemon(&self, daemon: Daemon) {
        self.change(|world, _| world.daemon = Some(daemon));
    }

    /// What a program does that is started by `process/execute`, by all of its words with a blank between them or by the first
    /// of them. Without such a rule there are `true`, `false`, `echo` and `sleep`, and anything else is not found.
    pub fn has_program(&self, words: &str, program: Program) {
        self.change(|world, _| world.programs.insert(words.to_owned(), program));
    }

    /// Lets the machine's own shells run commands from now on, in a directory that has to be there.
    pub fn run_commands_in(&self, directory: &Path) {
        self.change(|world, _| world.runner = Runner::Machine(directory.to_owned()));
    }

    /// Images have no shell from now on: nothing can be run in them.
    pub fn has_no_shell(&self) {
        self.change(|world, _| world.lacks_shell = true);
    }

    /// Each sending of a line finds an empty directory from now on, so that nothing is done only once.
    pub fn forget_directories(&self) {
        self.change(|world, _| world.forgets_directories = true);
    }

    /// Every program that was started by `process/execute`, in the order in which they were.
    pub fn program_runs(&self) -> Vec<ProgramRun> {
        let now = self.core.now();
        self.core.world().program_runs(now)
    }
}
