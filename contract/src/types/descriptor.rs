use serde::{Deserialize, Serialize};

use super::{Declaration, Pairs};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$case_doc])* $case,)* }
    };
}

words! {
    /// Who dials whom between platform and sandbox.
    TransportModel {
        /// The platform reaches the sandbox.
        DialIn,
        /// The worker in the sandbox reaches the platform.
        DialOut,
        /// Both work.
        Either,
    }
}

words! {
    /// What an idle sandbox costs.
    IdleCostModel {
        /// Nothing.
        Zero,
        /// Its storage.
        StorageOnly,
        /// As much as a busy one.
        Metered,
    }
}

words! {
    /// What is billed.
    BillingModel {
        /// Time while it runs.
        WallClock,
        /// CPU time used.
        ActiveCpu,
        /// Each start.
        Invocation,
        /// A flat price.
        Fixed,
    }
}

words! {
    /// What a sandbox may reach unless told otherwise.
    EgressDefault {
        /// Everything.
        AllowAll,
        /// Nothing.
        DenyAll,
        /// A list.
        Allowlist,
    }
}

/// What a router matches sessions against.
///
/// Absent maxima are written as `null`: not known, never unlimited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the contract's documentation of each flag")]
pub struct Capabilities {
    pub transport_model: TransportModel,
    pub supports_fs_snapshot: bool,
    pub supports_pause_resume: bool,
    pub supports_capacity_query: bool,
    pub max_concurrent: Option<u32>,
    pub max_session_duration_seconds: Option<u32>,
    pub regions: Vec<String>,
    pub os: Vec<String>,
    pub arch: Vec<String>,
    pub idle_cost_model: IdleCostModel,
    pub billing_model: BillingModel,
    #[serde(rename = "maxVCpu")]
    pub max_vcpu: Option<u32>,
    pub max_memory_mb: Option<u32>,
    pub supports_gpu: bool,
    pub supports_custom_network_policy: bool,
    pub egress_default: EgressDefault,
    #[serde(rename = "isA2ARemote")]
    pub is_a2a_remote: bool,
    pub repository_authority_enforcement: String,
    #[serde(default)]
    pub extensions: Pairs,
}

/// What a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Stable id, the `provider_id` of its handles.
    pub id: String,
    /// For people.
    pub display_name: String,
    /// Semantic version of the provider, not of the contract.
    pub version: String,
    /// Its flags.
    pub capabilities: Capabilities,
    /// What pools of it provide unless they say otherwise.
    pub provides: Declaration,
    /// JSON Schema (draft 2020-12) of the pool's configuration, as text.
    pub config_schema: String,
    /// Keys that the contract defines; none yet.
    #[serde(default)]
    pub extensions: Pairs,
}
