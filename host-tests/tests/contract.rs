//! What the component is, seen from outside.

use host_tests::{bench, component};
use sandbox_host::{BillingModel, EgressDefault, IdleCostModel, TransportModel};

#[tokio::test(start_paused = true)]
async fn it_imports_exactly_what_the_contract_allows() {
    let provider = bench([]).provider;
    let mut imports = provider.info().imports.clone();
    imports.sort();
    assert_eq!(
        imports,
        [
            "wasi:cli/environment@0.2.0",
            "wasi:clocks/monotonic-clock@0.2.0",
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:http/types@0.2.0",
            "wasi:io/error@0.2.0",
            "wasi:io/poll@0.2.0",
            "wasi:io/streams@0.2.0",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn it_declares_the_provider_descriptions_capabilities() {
    let descriptor = bench([]).provider.describe().await.expect("a descriptor");
    let flags = descriptor.capabilities;
    assert_eq!((descriptor.id.as_str(), descriptor.display_name.as_str()), ("daytona", "Daytona"));
    assert_eq!(flags.transport_model, TransportModel::DialIn);
    assert_eq!(flags.idle_cost_model, IdleCostModel::StorageOnly);
    assert_eq!(flags.billing_model, BillingModel::WallClock);
    assert_eq!(flags.egress_default, EgressDefault::AllowAll);
    assert!(flags.supports_fs_snapshot && !flags.supports_pause_resume && !flags.supports_capacity_query);
    assert!(!flags.supports_gpu && !flags.supports_custom_network_policy && !flags.is_a2a_remote);
    assert_eq!((flags.max_concurrent, flags.max_session_duration_seconds), (None, None));
    assert_eq!(
        (flags.regions.join(","), flags.os.join(","), flags.arch.join(",")),
        ("*".into(), "linux".into(), "x86_64".into())
    );
}

#[tokio::test(start_paused = true)]
async fn it_offers_the_lifecycle_beside_the_core() {
    assert!(bench([]).provider.lifecycle().is_some());
}

#[test]
fn it_carries_no_path_of_the_machine_that_built_it() {
    let bytes = component();
    let home = std::env::var("HOME").unwrap_or_default();
    let checkout = env!("CARGO_MANIFEST_DIR").trim_end_matches("host-tests");
    // A path of one letter would be found in any file.
    for path in [home.as_str(), checkout, ".cargo/registry"].into_iter().filter(|path| path.len() > 2) {
        let found = bytes.windows(path.len()).any(|window| window == path.as_bytes());
        assert!(!found, "{path} is in the component");
    }
}
