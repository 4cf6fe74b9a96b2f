//! What can be typed for a whole pool.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use sandbox_host::Mode;

use super::values::seconds;

/// What the help of `reconcile` begins with.
pub const ABOUT: &str = "\
Finds sandboxes whose session is not known any more, and ends them in two steps.

Without --mark and --delete it is a dry run, and says what it would do. --mark marks sandboxes whose session is not known;
--delete also deletes those that an earlier run has marked, where --as-of is later than the mark. A session that is known
again loses its mark. So a session ends only when it was missing from two lists:

  sandbox-host list --json | jq -r .serverTime        # T: take this time first
  your-platform sessions > known.txt                  # then read the sessions
  sandbox-host reconcile --known known.txt --as-of T --delete";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("sessions").required(true).multiple(true))]
pub struct Reconcile {
    /// All sessions of the pool that may live: one id per line, or a JSON array of ids; `-` reads standard input
    #[arg(long, value_name = "FILE", group = "sessions")]
    pub known: Option<PathBuf>,

    /// One more session that may live; may be repeated
    #[arg(long, value_name = "ID", group = "sessions")]
    pub session: Vec<String>,

    /// No session may live: every sandbox of the pool is one too many
    #[arg(long, group = "sessions", conflicts_with_all = ["known", "session"])]
    pub none_known: bool,

    /// The vendor's time before the sessions were read, as `serverTime` of `list --json` tells it. Only a dry
    /// run may go without it
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,

    /// How old a sandbox has to be by then before it can be one too many
    #[arg(long = "min-age", value_name = "TIME", allow_hyphen_values = true, value_parser = seconds, default_value = "1h")]
    pub min_age_sec: u32,

    /// Mark sandboxes of unknown sessions, and take marks off known ones
    #[arg(long, requires = "as_of")]
    pub mark: bool,

    /// Also delete those that an earlier run has marked
    #[arg(long, alias = "act", requires = "as_of", conflicts_with = "mark")]
    pub delete: bool,

    /// Delete although no session of the --known file has a sandbox here. Without it that is taken for the wrong list, or for
    /// the wrong pool
    #[arg(long, requires = "delete")]
    pub allow_no_match: bool,
}

impl Reconcile {
    /// How far it goes.
    pub fn mode(&self) -> Mode {
        match (self.delete, self.mark) {
            (true, _) => Mode::Act,
            (false, true) => Mode::Mark,
            (false, false) => Mode::Look,
        }
    }
}
