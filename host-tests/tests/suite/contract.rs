//! What the component is, seen from outside.

use host_tests::{bench, component};
use sandbox_host::{Declaration, Function};
use serde_json::json;

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

/// The descriptor as a host reads it.
async fn descriptor() -> serde_json::Value {
    serde_json::to_value(bench([]).provider.describe().await.expect("a descriptor")).expect("JSON")
}

#[tokio::test(start_paused = true)]
async fn every_capability_of_the_description_has_its_value() {
    let declared = descriptor().await;
    let declared = declared["capabilities"].as_object().expect("flags");
    let table = json!({
        "transportModel": "dial-in",
        "supportsFsSnapshot": true,
        "supportsPauseResume": false,
        "supportsCapacityQuery": false,
        "maxConcurrent": null,
        "maxSessionDurationSeconds": null,
        "regions": ["*"],
        "os": ["linux"],
        "arch": ["x86_64"],
        "idleCostModel": "storage-only",
        "billingModel": "wall-clock",
        "maxVCpu": null,
        "maxMemoryMb": null,
        "supportsGpu": false,
        "supportsCustomNetworkPolicy": false,
        "egressDefault": "allow-all",
        "isA2ARemote": false,
    });
    for (flag, value) in table.as_object().expect("a table") {
        assert_eq!(declared.get(flag), Some(value), "{flag}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_class_defaults_are_those_of_the_description() {
    let provides = descriptor().await["provides"].clone();
    assert_eq!(provides["runtimeKinds"], json!(["npm", "python-pip", "http", "mcp-server", "a2a-protocol"]));
    assert_eq!(provides["requirementKinds"], json!(["long-running", "network-egress", "git", "full-history-clone"]));
}

#[tokio::test(start_paused = true)]
async fn it_is_called_daytona_and_says_its_version() {
    let descriptor = descriptor().await;
    assert_eq!((&descriptor["id"], &descriptor["displayName"]), (&json!("daytona"), &json!("Daytona")));
    assert_eq!(descriptor["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test(start_paused = true)]
async fn a_pools_runtime_provides_replaces_the_class_default_fully() {
    let provider = bench([]).provider;
    let own =
        Declaration { runtime_kinds: vec!["native".to_owned()], requirement_kinds: vec!["toolchain:node".to_owned()] };
    assert_eq!(provider.provides(Some(&own)).await.expect("an answer"), own);
    let demand = Declaration {
        runtime_kinds: Vec::new(),
        requirement_kinds: vec!["toolchain:node".to_owned(), "git".to_owned()],
    };
    assert_eq!(provider.unmet(&demand, None).await.expect("an answer"), ["toolchain:node"]);
    assert_eq!(provider.unmet(&demand, Some(&own)).await.expect("an answer"), ["git"]);
}

#[tokio::test(start_paused = true)]
async fn the_schema_tells_type_and_default_of_each_documented_key() {
    let schema = descriptor().await["configSchema"].as_str().expect("a text").to_owned();
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    for (key, kind, default) in [
        ("daytonaApiUrl", "string", json!("https://app.daytona.io/api")),
        ("image", "string", json!("ghcr.io/renseiai/donmai-worker:latest")),
        ("diskGB", "integer", json!(20)),
        ("user", "string", json!("daytona")),
        ("command", "array", json!(["donmai", "agent", "run"])),
    ] {
        let property = &schema["properties"][key];
        let kinds = property["type"].to_string();
        assert!(kinds.contains(kind), "{key}: {kinds}");
        assert_eq!(property["default"], default, "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_offers_every_function_of_the_contract() {
    assert_eq!(bench([]).provider.info().functions, Function::ALL);
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
