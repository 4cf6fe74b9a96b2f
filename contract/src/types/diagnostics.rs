use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Finding, Handle, Pairs, State};

/// Whether a pool can be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Calls are expected to succeed.
    Ready,
    /// Calls may fail for the moment, or will before long.
    Degraded,
    /// Calls fail until somebody acts or the vendor is back.
    Unhealthy,
}

/// How a pool is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    /// In one word.
    pub condition: Condition,
    /// Stable id of the rule that decided it; none when it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it lasts, or when it begins, RFC 3339, by the vendor's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// All that was found.
    pub findings: Vec<Finding>,
    /// Keys that the contract lists.
    #[serde(default)]
    pub extensions: Pairs,
}

/// What became of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The session's sandbox; none when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<Handle>,
    /// Its state; none when there is no sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The last output of the launch command. It is the agent's own text and may hold whatever the agent printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Causes and what to do about each, the worst first.
    pub findings: Vec<Finding>,
    /// Keys that the contract lists.
    #[serde(default)]
    pub details: Pairs,
}

/// How many sandboxes a pool has, and how many more it may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CapacityReport {
    /// Sandboxes that are up, on their way up, or whose state is not known.
    pub active: u32,
    /// Sandboxes that are stopped, paused or archived, or on their way there.
    pub parked: u32,
    /// Sandboxes of the pool's usual size that there is room for now; none: not known, never "unlimited".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
    /// Sandboxes of that size that an empty account has room for; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<u32>,
    /// The limit that `available` ends at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// When the vendor answered last, RFC 3339, by its own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<String>,
    /// False when the deadline or `max-requests` ended first, so that `active` and `parked` are too low.
    pub complete: bool,
    /// Keys that the contract lists.
    #[serde(default)]
    pub details: Pairs,
}

impl Condition {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
