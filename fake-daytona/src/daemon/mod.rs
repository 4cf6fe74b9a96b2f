//! The daemon inside of sandboxes: how it takes a command, and what runs then.
//!
//! Its version is one of its own, because a server's runners may bring an older one. A command is run by a small interpreter of
//! the lines that start `sh` with words, in virtual time; or, where a test asks for it, by the machine's own shells.

pub(crate) mod interpreter;
pub(crate) mod line;
pub(crate) mod marks;
pub(crate) mod process;
pub(crate) mod session;
pub(crate) mod shell;

use std::path::PathBuf;

/// A version of the daemon, each of which takes commands in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Daemon {
    /// Cuts a command into words; the reply has `code`. No session of the launch command.
    V0_110,
    /// Its replies have `exitCode`, and say of a time that is up that their own status is 500.
    V0_138,
    /// Knows no time limit but the one that it is given, and has a session of the launch command.
    V0_155,
    /// Feeds a command to a shell.
    V0_190,
}

impl Daemon {
    /// Its version, as it tells it.
    pub fn version(self) -> &'static str {
        match self {
            Self::V0_110 => "v0.110.0",
            Self::V0_138 => "v0.138.0",
            Self::V0_155 => "v0.155.0",
            Self::V0_190 => "v0.190.0",
        }
    }

    pub(crate) fn splits(self) -> bool {
        self < Self::V0_190
    }

    pub(crate) fn code_field(self) -> &'static str {
        if self == Self::V0_110 { "code" } else { "exitCode" }
    }

    /// Seconds that a command may take where nobody says.
    pub(crate) fn default_timeout(self) -> Option<u64> {
        (self < Self::V0_155).then_some(360)
    }

    pub(crate) fn has_session(self) -> bool {
        self >= Self::V0_155
    }

    /// The status that the body of a time that is up tells.
    pub(crate) fn told_timeout_status(self) -> u16 {
        if self == Self::V0_138 { 500 } else { 408 }
    }
}

/// What runs commands.
#[derive(Clone, Debug, Default)]
pub(crate) enum Runner {
    #[default]
    Interpreter,
    /// The machine's shells; what they keep lies in this directory.
    Machine(PathBuf),
}

/// A program that sandboxes have, for the interpreter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// How long it runs; none: until it is ended.
    pub takes: Option<std::time::Duration>,
    /// Its exit code.
    pub code: i32,
    /// What it writes: at its beginning, unless it is paced.
    pub stdout: String,
    /// The same to the other stream.
    pub stderr: String,
    /// It writes byte by byte, evenly over the time that it takes, and all of it at the end.
    pub paced: bool,
}
