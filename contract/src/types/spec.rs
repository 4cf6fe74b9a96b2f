use serde::{Deserialize, Serialize};

use super::Pairs;

/// Limits that a session asks for. Absent: the pool's value, then the provider's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// Whole virtual CPUs, at least 1.
    #[serde(rename = "vCpu", alias = "vcpu", skip_serializing_if = "Option::is_none")]
    pub vcpu: Option<u32>,
    /// Memory in MiB, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// Disk in MiB, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_mb: Option<u32>,
    /// Number of GPUs; 0 is the same as absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<u32>,
    /// Seconds without activity after which the sandbox may be stopped, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_sec: Option<u32>,
}

/// What one session needs. A field that is not known is refused on reading, so that a misspelt one is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Spec {
    /// The platform's id of the session; not empty.
    pub session_id: String,
    /// OCI image reference. Absent: the pool's image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Launch command, as an argument vector. Absent: the pool's command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Environment of the launch command, passed on unread.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub env: Pairs,
    /// Labels for the sandbox.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub labels: Pairs,
    /// Limits of this session.
    pub resources: Resources,
    /// Seconds that the session may last at most, counted from its creation; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_sec: Option<u32>,
    /// Where to run it, in the vendor's terms. Absent: the pool's target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Keys that the contract defines; none yet.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub extensions: Pairs,
}

impl Spec {
    /// A session that asks for nothing but what the pool gives.
    pub fn new(session_id: impl Into<String>) -> Self {
        Self { session_id: session_id.into(), ..Self::default() }
    }
}
