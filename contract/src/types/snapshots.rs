use std::fmt;

use serde::{Deserialize, Serialize};

use super::Pairs;

/// How far a snapshot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SnapshotPhase {
    /// Accepted.
    Pending,
    /// Being built or fetched.
    Building,
    /// Sandboxes can begin from it.
    Ready,
    /// Kept, but nothing can begin from it.
    Inactive,
    /// It did not come about.
    Failed,
    /// Its deletion was accepted.
    Removing,
    /// A state that the provider does not know.
    Unknown,
}

impl SnapshotPhase {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Building => "building",
            Self::Ready => "ready",
            Self::Inactive => "inactive",
            Self::Failed => "failed",
            Self::Removing => "removing",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for SnapshotPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A file system that sandboxes begin from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The vendor's own id.
    pub id: String,
    /// The short name.
    pub name: String,
    /// Its name at the vendor: what the extension `snapshot` of a specification takes.
    pub vendor_name: String,
    /// How far it is.
    pub phase: SnapshotPhase,
    /// The vendor's own word.
    pub provider_state: String,
    /// The image that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was made, RFC 3339, by the vendor's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The vendor's id of the sandbox that it was captured from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sandbox_id: Option<String>,
    /// Keys that the contract defines: `command`, `vcpu`, `memory-mb`, `disk-mb`.
    #[serde(default)]
    pub details: Pairs,
}

/// A part of a pool's snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SnapshotPage {
    /// Them.
    pub items: Vec<Snapshot>,
    /// Asks for the next page; none on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
