//! Values of the contract that guests have in common, because nothing depends on them.

use crate::contract::types::{
    BillingModel, Capabilities, EgressDefault, Error, ErrorCode, IdleCostModel, TransportModel,
};

/// An error that may pass where its kind may.
pub fn error(code: ErrorCode, message: &str) -> Error {
    Error {
        retryable: matches!(code, ErrorCode::Unavailable | ErrorCode::Timeout),
        code,
        message: message.to_owned(),
        retry_after_ms: None,
        maybe_applied: false,
        http_status: None,
        details: Vec::new(),
    }
}

/// What a provider of these regions can do: nothing beyond the core.
pub fn capabilities(regions: Vec<String>) -> Capabilities {
    Capabilities {
        transport_model: TransportModel::DialIn,
        supports_fs_snapshot: false,
        supports_pause_resume: false,
        supports_capacity_query: false,
        max_concurrent: None,
        max_session_duration_seconds: None,
        regions,
        os: vec!["linux".to_owned()],
        arch: vec!["x86_64".to_owned()],
        idle_cost_model: IdleCostModel::Metered,
        billing_model: BillingModel::WallClock,
        max_vcpu: None,
        max_memory_mb: None,
        supports_gpu: false,
        supports_custom_network_policy: false,
        egress_default: EgressDefault::AllowAll,
        is_a2a_remote: false,
        repository_authority_enforcement: "none".to_owned(),
        extensions: Vec::new(),
    }
}
