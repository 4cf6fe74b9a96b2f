//! What this provider says of itself, and what its pools provide.
#![forbid(unsafe_code)]

use crate::contract::{
    BillingModel, Capabilities, Declaration, Descriptor, EgressDefault, IdleCostModel, TransportModel,
};
use crate::pool;
use crate::sandbox::handle::PROVIDER_ID;

/// What a pool provides unless it says otherwise. Toolchains are no part of it.
const RUNTIME_KINDS: [&str; 5] = ["npm", "python-pip", "http", "mcp-server", "a2a-protocol"];
const REQUIREMENT_KINDS: [&str; 4] = ["long-running", "network-egress", "git", "full-history-clone"];

/// The platform's levels of execution security. Nobody approves single tools, which is its weakest level and so not named.
const EXECUTION_SECURITY: [(&str, &str); 5] = [
    ("execution-security-file-read", "host"),
    ("execution-security-file-write", "host"),
    ("execution-security-network", "open"),
    ("execution-security-credentials", "ambient-host-login"),
    ("execution-security-isolation", "container"),
];

/// The provider's description of itself.
pub fn descriptor() -> Descriptor {
    Descriptor {
        id: PROVIDER_ID.to_owned(),
        display_name: "Daytona".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        capabilities: capabilities(),
        provides: class_default(),
        config_schema: pool::SCHEMA.to_owned(),
        extensions: EXECUTION_SECURITY.map(|(dimension, level)| (dimension.to_owned(), level.to_owned())).to_vec(),
    }
}

/// The flags of the provider description, value for value, also where today's Daytona could do more: routers decide by
/// them, so a flag is flipped by a decision and not by a version of Daytona.
fn capabilities() -> Capabilities {
    Capabilities {
        transport_model: TransportModel::DialIn,
        supports_fs_snapshot: true,
        supports_pause_resume: false,
        supports_capacity_query: false,
        max_concurrent: None,
        max_session_duration_seconds: None,
        regions: owned(&["*"]),
        os: owned(&["linux"]),
        arch: owned(&["x86_64"]),
        idle_cost_model: IdleCostModel::StorageOnly,
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

fn class_default() -> Declaration {
    Declaration { runtime_kinds: owned(&RUNTIME_KINDS), requirement_kinds: owned(&REQUIREMENT_KINDS) }
}

/// What a pool provides: its own declaration as it is, or the default. They are never merged.
pub fn provides(runtime_provides: Option<Declaration>) -> Declaration {
    runtime_provides.unwrap_or_else(class_default)
}

/// The kinds of a demand that such a pool does not provide: in the demand's order, each once.
pub fn unmet(demand: &Declaration, runtime_provides: Option<Declaration>) -> Vec<String> {
    let provided = provides(runtime_provides);
    let mut unmet: Vec<String> = Vec::new();
    for (demanded, provided) in
        [(&demand.runtime_kinds, &provided.runtime_kinds), (&demand.requirement_kinds, &provided.requirement_kinds)]
    {
        for kind in demanded {
            if !provided.contains(kind) && !unmet.contains(kind) {
                unmet.push(kind.clone());
            }
        }
    }
    unmet
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declaration(runtime_kinds: &[&str], requirement_kinds: &[&str]) -> Declaration {
        Declaration { runtime_kinds: owned(runtime_kinds), requirement_kinds: owned(requirement_kinds) }
    }

    /// One test for each row of the provider description's capability table.
    macro_rules! capabilities {
        ($($row:ident: $flag:ident is $value:expr;)*) => {
            $(#[test]
            fn $row() {
                assert!(descriptor().capabilities.$flag == $value);
            })*
        };
    }

    capabilities! {
        capability_transport_model_is_dial_in: transport_model is TransportModel::DialIn;
        capability_supports_fs_snapshot_is_true: supports_fs_snapshot is true;
        capability_supports_pause_resume_is_false: supports_pause_resume is false;
        capability_supports_capacity_query_is_false: supports_capacity_query is false;
        capability_max_concurrent_is_unknown: max_concurrent is None;
        capability_max_session_duration_seconds_is_unknown: max_session_duration_seconds is None;
        capability_regions_is_any: regions is ["*"];
        capability_os_is_linux: os is ["linux"];
        capability_arch_is_x86_64: arch is ["x86_64"];
        capability_idle_cost_model_is_storage_only: idle_cost_model is IdleCostModel::StorageOnly;
        capability_billing_model_is_wall_clock: billing_model is BillingModel::WallClock;
        capability_max_vcpu_is_unknown: max_vcpu is None;
        capability_max_memory_mb_is_unknown: max_memory_mb is None;
        capability_supports_gpu_is_false: supports_gpu is false;
        capability_supports_custom_network_policy_is_false: supports_custom_network_policy is false;
        capability_egress_default_is_allow_all: egress_default is EgressDefault::AllowAll;
        capability_is_a2a_remote_is_false: is_a2a_remote is false;
        capability_repository_authority_enforcement_is_none: repository_authority_enforcement is "none";
    }

    #[test]
    fn the_provider_is_called_daytona() {
        let descriptor = descriptor();
        assert_eq!((descriptor.id.as_str(), descriptor.display_name.as_str()), ("daytona", "Daytona"));
        assert_eq!(descriptor.version, env!("CARGO_PKG_VERSION"));
        assert_eq!(descriptor.config_schema, pool::SCHEMA);
    }

    #[test]
    fn class_default_runtime_kinds() {
        assert_eq!(descriptor().provides.runtime_kinds, ["npm", "python-pip", "http", "mcp-server", "a2a-protocol"]);
    }

    #[test]
    fn class_default_requirement_kinds() {
        assert_eq!(
            descriptor().provides.requirement_kinds,
            ["long-running", "network-egress", "git", "full-history-clone"]
        );
    }

    #[test]
    fn without_runtime_provides_the_class_default_holds() {
        let provided = provides(None);
        assert_eq!(provided.runtime_kinds, class_default().runtime_kinds);
        assert_eq!(provided.requirement_kinds, class_default().requirement_kinds);
    }

    #[test]
    fn runtime_provides_replaces_the_class_default_and_is_never_merged() {
        let provided = provides(Some(declaration(&["native", "native"], &["toolchain:node"])));
        assert_eq!(provided.runtime_kinds, ["native", "native"]);
        assert_eq!(provided.requirement_kinds, ["toolchain:node"]);
        let nothing = provides(Some(declaration(&[], &[])));
        assert!(nothing.runtime_kinds.is_empty() && nothing.requirement_kinds.is_empty());
    }

    #[test]
    fn a_demand_of_toolchain_node_is_unmet_by_the_class_default() {
        let demand = declaration(&["npm"], &["git", "toolchain:node"]);
        assert_eq!(unmet(&demand, None), ["toolchain:node"]);
        assert!(unmet(&demand, Some(declaration(&["npm"], &["git", "toolchain:node"]))).is_empty());
    }

    #[test]
    fn an_override_of_toolchain_node_alone_no_longer_provides_git() {
        let demand = declaration(&["npm"], &["git", "toolchain:node"]);
        assert_eq!(unmet(&demand, Some(declaration(&[], &["toolchain:node"]))), ["npm", "git"]);
    }

    #[test]
    fn unmet_kinds_come_in_the_order_of_the_demand_and_each_once() {
        let demand = declaration(&["z", "npm", "a", "z"], &["y", "git", "y", "a"]);
        assert_eq!(unmet(&demand, None), ["z", "a", "y"]);
    }

    #[test]
    fn a_runtime_kind_does_not_meet_a_requirement_of_the_same_name() {
        let provided = || Some(declaration(&["workarea"], &[]));
        assert!(unmet(&declaration(&["workarea"], &[]), provided()).is_empty());
        assert_eq!(unmet(&declaration(&[], &["workarea"]), provided()), ["workarea"]);
    }

    #[test]
    fn nothing_demanded_is_always_met() {
        assert!(unmet(&declaration(&[], &[]), Some(declaration(&[], &[]))).is_empty());
    }
}
