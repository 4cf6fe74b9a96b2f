//! One sandbox: what is stored of it.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};

use super::entrypoint::Entrypoint;
use super::state::{Desired, State, displayed};
use crate::clock::Timestamp;
use crate::settings::Size;

/// A row of the sandbox table. Rows are never removed: they are the ground truth.
#[derive(Clone, Debug)]
pub(crate) struct Sandbox {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The name it was created with, which survives the renaming on delete.
    pub(crate) created_name: String,
    pub(crate) target: String,
    pub(crate) snapshot: Option<String>,
    pub(crate) user: String,
    pub(crate) env: Map<String, Value>,
    pub(crate) labels: Map<String, Value>,
    /// What was put in place of the labels and is no map: shown, and matched by nothing.
    pub(crate) odd_labels: Option<Value>,
    pub(crate) size: Size,
    pub(crate) public: bool,
    pub(crate) network_block_all: bool,
    pub(crate) network_allow_list: Option<String>,
    pub(crate) domain_allow_list: Option<String>,
    pub(crate) volumes: Vec<Value>,
    /// No reply shows them.
    pub(crate) secrets: Vec<Value>,
    /// Stored state; what a read shows is [`Sandbox::shown`].
    pub(crate) state: State,
    pub(crate) desired: Desired,
    pub(crate) error_reason: Option<String>,
    pub(crate) recoverable: bool,
    pub(crate) backup_state: &'static str,
    pub(crate) backup_created_at: Option<Timestamp>,
    pub(crate) auto_stop: u64,
    pub(crate) auto_archive: u64,
    pub(crate) auto_delete: i64,
    pub(crate) auto_destroy_at: Option<Timestamp>,
    pub(crate) build: Option<BuildInfo>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) last_activity_at: Timestamp,
    /// When an accepted `last-activity` was last written; more frequent ones are dropped.
    pub(crate) activity_written_at: Option<Timestamp>,
    /// An accepted activity that is not flushed to the row yet.
    pub(crate) activity_pending: Option<Timestamp>,
    pub(crate) daemon_version: Option<&'static str>,
    pub(crate) runner_id: Option<String>,
    pub(crate) destroyed_at: Option<Timestamp>,
    /// Deleted while errored: no read finds it any more.
    pub(crate) hidden: bool,
    pub(crate) entrypoint: Entrypoint,
    /// A script put it into this state, so the server's time limit for the state does not apply.
    pub(crate) forced: bool,
    /// Changes of state that are under way, first due first.
    pub(crate) plan: VecDeque<Step>,
    /// The entry of the agenda that is valid for this sandbox.
    pub(crate) scheduled: Option<Timestamp>,
    /// Every state that a read could have shown, with the moment it began.
    pub(crate) history: Vec<Moment>,
    /// Started until now, without the stretch that is under way.
    pub(crate) billed: Duration,
    pub(crate) started_at: Option<Timestamp>,
    /// Another size that was asked for; it applies when the resizing ends.
    pub(crate) resize_to: Option<Size>,
    /// A recovery was tried then; the next one has to wait.
    pub(crate) recovered_at: Option<Timestamp>,
    /// What brought about the change of state that is under way, or the last one.
    pub(crate) cause: Cause,
    /// Labels of old, each with the moment at which it was replaced.
    pub(crate) old_labels: Vec<(Timestamp, Map<String, Value>)>,
}

/// A change of state that will happen.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) due: Timestamp,
    pub(crate) to: State,
    pub(crate) reason: Option<String>,
}

/// One entry of a sandbox's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since when.
    pub at: Timestamp,
    /// As shown by a read, not as stored.
    pub state: State,
    /// The desired state at that time.
    pub desired: Desired,
    /// What brought it about.
    pub cause: Cause,
}

/// What brings about a change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A request of the API.
    Request,
    /// The auto-stop interval has passed without activity.
    Idle,
    /// The auto-archive interval has passed.
    AutoArchive,
    /// The auto-delete interval has passed.
    AutoDelete,
    /// The time to live has ended.
    TimeToLive,
    /// A start or a build failed.
    Failure,
    /// The organization has been suspended for a day.
    Suspension,
    /// The server gave up on a state that took too long.
    ServerLimit,
    /// A script of the test.
    Script,
}

impl Cause {
    /// As the inspection over HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Idle => "idle",
            Self::AutoArchive => "auto-archive",
            Self::AutoDelete => "auto-delete",
            Self::TimeToLive => "time-to-live",
            Self::Failure => "failure",
            Self::Suspension => "suspension",
            Self::ServerLimit => "server-limit",
            Self::Script => "script",
        }
    }
}

/// The build that a sandbox was created from. Shared by all that use the same Dockerfile.
#[derive(Clone, Debug)]
pub(crate) struct BuildInfo {
    pub(crate) dockerfile: Option<String>,
    /// As they were sent, whatever their type.
    pub(crate) content: Value,
    pub(crate) hashes: Value,
    pub(crate) snapshot_ref: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Sandbox {
    /// The state that a read shows.
    pub(crate) fn shown(&self) -> State {
        displayed(&self.state, self.desired)
    }

    /// Something is under way, so another operation is refused.
    pub(crate) fn is_busy(&self) -> bool {
        self.shown().is_transition()
            || (self.desired == Desired::Destroyed && !self.state.is_errored())
            || (self.desired == Desired::Started && matches!(self.state, State::Archived | State::Paused))
    }

    pub(crate) fn is_ephemeral(&self) -> bool {
        self.auto_delete == 0
    }

    /// No read by id or name of `/sandbox` finds it.
    pub(crate) fn is_gone(&self) -> bool {
        self.hidden || self.state == State::Destroyed
    }

    pub(crate) fn has_labels(&self, wanted: &Map<String, Value>) -> bool {
        // Compared as texts: what is asked for and is none matches nothing.
        wanted
            .iter()
            .all(|(key, value)| value.is_string() && self.labels.get(key).is_some_and(|has| same_text(has, value)))
    }

    /// The row as a read of `/sandbox` found it at `then`. `None`: it was not there, or not any more.
    pub(crate) fn as_of(&self, then: Timestamp) -> Option<Self> {
        let moment = self.seen_at(then).filter(|moment| moment.state != State::Destroyed)?;
        let deleted = moment.desired == Desired::Destroyed;
        if deleted && moment.state.is_errored() {
            return None;
        }
        let labels = self.old_labels.iter().find(|(until, _)| *until > then).map(|(_, labels)| labels);
        let mut row = self.clone();
        row.hidden = false;
        if !deleted {
            row.name.clone_from(&self.created_name);
        }
        row.state = moment.state.clone();
        row.desired = moment.desired;
        row.error_reason = row.error_reason.filter(|_| moment.state.is_errored());
        row.labels = labels.unwrap_or(&self.labels).clone();
        row.last_activity_at = row.last_activity_at.min(then.max(row.created_at));
        row.updated_at = row.updated_at.min(then.max(row.created_at));
        Some(row)
    }

    /// What a read showed at `at`; `None` when it did not exist yet.
    pub(crate) fn seen_at(&self, at: Timestamp) -> Option<&Moment> {
        self.history.iter().rev().find(|moment| moment.at <= at)
    }
}

/// Whether a stored label reads like this text.
fn same_text(stored: &Value, wanted: &Value) -> bool {
    match stored {
        Value::String(_) => stored == wanted,
        Value::Null => false,
        other => {
            let shown = other.to_string();
            wanted.as_str() == Some(shown.as_str())
        }
    }
}
