use std::fmt;

use serde::{Deserialize, Serialize};

use super::Pairs;

/// The four words that a platform schedules by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// On its way up; keep polling.
    Provisioning,
    /// Up.
    Running,
    /// Did not come up or broke. It still has to be terminated.
    Failed,
    /// Not running and not about to.
    Terminated,
}

/// What [`Status`] leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// On its way up, in whatever way.
    Starting,
    /// Up.
    Running,
    /// On its way to stopped or paused; still billed.
    Stopping,
    /// Parked with its disk.
    Stopped,
    /// Parked with its memory.
    Paused,
    /// On its way to archived.
    Archiving,
    /// Parked in cheap storage.
    Archived,
    /// Broken.
    Failed,
    /// Its deletion was accepted and is under way.
    Terminating,
    /// Proven not to exist any more.
    Destroyed,
    /// A vendor's state that the provider does not know.
    Unknown,
}

/// What was seen when the sandbox was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The platform's word.
    pub status: Status,
    /// The finer word.
    pub phase: Phase,
    /// The vendor's own word, unchanged; empty when the vendor said none.
    pub provider_state: String,
    /// Why it failed or ended, in the vendor's words where it gave any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the vendor says that a failed sandbox can be recovered.
    pub recoverable: bool,
    /// Keys that the contract defines, for example `stops-at`.
    #[serde(default)]
    pub details: Pairs,
}

/// How far an end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Termination {
    /// The vendor has accepted the deletion.
    Requested,
    /// A look-up by id proves that it does not exist.
    Gone,
}

impl Status {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        }
    }
}

impl Phase {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
            Self::Archiving => "archiving",
            Self::Archived => "archived",
            Self::Failed => "failed",
            Self::Terminating => "terminating",
            Self::Destroyed => "destroyed",
            Self::Unknown => "unknown",
        }
    }
}

impl Termination {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Gone => "gone",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Termination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
