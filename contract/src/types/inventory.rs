use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Handle, Pairs, State};

/// A sandbox of a pool, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its handle.
    pub handle: Handle,
    /// The session that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Its state when it was listed.
    pub state: State,
    /// When it was created, RFC 3339, by the vendor's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was first found without a session, RFC 3339, by the vendor's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan_since: Option<String>,
    /// No keys are defined yet.
    #[serde(default)]
    pub extensions: Pairs,
}

/// A part of a pool's sandboxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Them.
    pub items: Vec<Item>,
    /// Asks for the next page; none on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// When the vendor answered, RFC 3339, by its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_time: Option<String>,
}

/// How far a reconciliation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Says what would be done.
    Look,
    /// Marks orphans, and takes marks off sessions that are known again.
    Mark,
    /// Also deletes the orphans that an earlier look has marked.
    Act,
}

/// What was done with a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing.
    Kept,
    /// It was marked as an orphan.
    Marked,
    /// Its mark was taken off.
    Unmarked,
    /// The vendor accepted its deletion.
    Deleted,
    /// Something was to be done and did not work.
    Failed,
}

/// What became of one sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The vendor's own id of it.
    pub external_id: String,
    /// The session that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What was done.
    pub action: Action,
    /// Why that and nothing else: one of the contract's ids.
    pub reason: String,
}

/// What a reconciliation came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// One for each sandbox that was looked at.
    pub outcomes: Vec<Outcome>,
    /// False when the deadline ended first.
    pub complete: bool,
    /// When the vendor answered last, RFC 3339, by its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_time: Option<String>,
}

impl Action {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Marked => "marked",
            Self::Unmarked => "unmarked",
            Self::Deleted => "deleted",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
