//! What differs between server versions on `/sandbox`.

use fake_daytona::Generation;
use serde_json::{Value, json};

use crate::client::{Client, minutes};

#[tokio::test(start_paused = true)]
async fn every_reply_names_the_version() {
    for (generation, version) in [
        (Generation::V0_105, "v0.105.0"),
        (Generation::V0_179, "v0.179.0"),
        (Generation::V0_190, "v0.190.0"),
        (Generation::V0_205, "v0.205.1"),
        (Generation::V0_231, "v0.231.0"),
    ] {
        let client = Client::new(generation);
        for path in ["/health", "/sandbox", "/nothing"] {
            assert_eq!(client.get(path).await.header("x-daytona-api-version"), Some(version), "{path}");
        }
        assert_eq!(client.get("/config").await.text("version"), version);
    }
}

#[tokio::test(start_paused = true)]
async fn version_0_105_ignores_names_and_knows_nothing_of_activity() {
    let client = Client::new(Generation::V0_105);
    let first = client.post("/sandbox", json!({"name": "mine"})).await;
    let second = client.post("/sandbox", json!({"name": "mine"})).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.text("name"), first.id());
    assert_eq!(client.get("/sandbox/mine").await.refusal(), (404, "Sandbox with ID mine not found"));
    let activity = format!("/sandbox/{}/last-activity", first.id());
    assert_eq!(client.post(&activity, Value::Null).await.message(), format!("Cannot POST /api{activity}"));
    assert_eq!(first.body.get("lastActivityAt"), None);
}

#[tokio::test(start_paused = true)]
async fn before_0_160_a_busy_sandbox_is_a_400() {
    let client = Client::new(Generation::V0_105);
    let id = client.started(Value::Null).await;
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    let busy = (400, "Sandbox state change in progress");
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.refusal(), busy);
}

#[tokio::test(start_paused = true)]
async fn before_0_170_quotas_are_403() {
    let client = Client::new(Generation::V0_105);
    let build = |disk: u64| json!({"buildInfo": {"dockerfileContent": "FROM x:1"}, "disk": disk});
    assert_eq!(
        client.post("/sandbox", build(20)).await.refusal(),
        (403, "Disk request 20GB exceeds maximum allowed per sandbox (10GB)")
    );
    for _ in 0..3 {
        assert_eq!(client.post("/sandbox", build(10)).await.status, 200);
    }
    assert_eq!(
        client.post("/sandbox", build(10)).await.refusal(),
        (403, "Total disk quota exceeded. Maximum allowed: 30GiB")
    );
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_shows_the_fields_of_its_version() {
    let since = [
        ("lastActivityAt", Generation::V0_179),
        ("toolboxProxyUrl", Generation::V0_179),
        ("networkAllowList", Generation::V0_179),
        ("sandboxClass", Generation::V0_190),
        ("domainAllowList", Generation::V0_190),
        ("spot", Generation::V0_205),
        ("kvm", Generation::V0_231),
    ];
    let order = [Generation::V0_105, Generation::V0_179, Generation::V0_190, Generation::V0_205, Generation::V0_231];
    let place = |generation: Generation| order.iter().position(|other| *other == generation).unwrap();
    for generation in order {
        let client = Client::new(generation);
        let id = client.started(Value::Null).await;
        let body = client.get(&format!("/sandbox/{id}")).await.body;
        for (field, first) in since {
            let shown = body.get(field).is_some();
            assert_eq!(shown, place(generation) >= place(first), "{field} on {generation}");
        }
        assert_eq!(body.get("class").is_some(), place(generation) < place(Generation::V0_190), "{generation}");
    }
}

#[tokio::test(start_paused = true)]
async fn items_of_a_list_carry_the_network_since_0_205_and_never_kvm() {
    for (generation, network) in [(Generation::V0_190, false), (Generation::V0_205, true), (Generation::V0_231, true)] {
        let client = Client::new(generation);
        client.started(Value::Null).await;
        let list = client.get("/sandbox").await;
        let item = &list.body["items"][0];
        assert_eq!((item.get("networkBlockAll").is_some(), item.get("kvm")), (network, None), "{generation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_to_live_exists_since_0_199_and_ends_any_sandbox() {
    let old = Client::new(Generation::V0_190);
    let created = old.post("/sandbox", json!({"ttlMinutes": 60})).await;
    assert_eq!((created.status, created.body.get("autoDestroyAt")), (200, None));
    assert_eq!(old.post(&format!("/sandbox/{}/ttl/5", created.id()), Value::Null).await.status, 404);

    let client = Client::new(Generation::V0_205);
    let created = client.post("/sandbox", json!({"name": "a", "ttlMinutes": 60, "autoStopInterval": 10})).await;
    assert_eq!(created.text("autoDestroyAt"), "2026-11-23T13:00:00.000Z");
    tokio::time::advance(minutes(30)).await;
    assert_eq!(client.get("/sandbox/a").await.text("state"), "stopped");
    tokio::time::advance(minutes(31)).await;
    assert_eq!(client.get(&format!("/sandbox/{}", created.id())).await.status, 404);
    assert!(!client.fake.sandbox("a").unwrap().alive);
}

#[tokio::test(start_paused = true)]
async fn setting_the_time_to_live_counts_from_now_and_zero_ends_it() {
    let client = Client::new(Generation::V0_205);
    let id = client.started(json!({"ttlMinutes": 60, "autoStopInterval": 0})).await;
    tokio::time::advance(minutes(30)).await;
    let moved = client.post(&format!("/sandbox/{id}/ttl/60"), Value::Null).await;
    assert_eq!(moved.status, 201);
    tokio::time::advance(minutes(59)).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "started");
    let off = client.post(&format!("/sandbox/{id}/ttl/0"), Value::Null).await;
    assert_eq!(off.body.get("autoDestroyAt"), None);
    tokio::time::advance(minutes(600)).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "started");
}

#[tokio::test(start_paused = true)]
async fn where_egress_is_restricted_a_create_with_lists_is_refused_since_0_214_and_had_no_effect_before() {
    let body = json!({"domainAllowList": "example.com"});
    let old = Client::new(Generation::V0_190);
    old.fake.restrict_egress(true);
    assert_eq!(old.post("/sandbox", body.clone()).await.status, 200);
    let new = Client::new(Generation::V0_231);
    new.fake.restrict_egress(true);
    let refused = new.post("/sandbox", body).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().ends_with("Remove domainAllowList from the request."), "{}", refused.message());
    assert_eq!(new.post("/sandbox", json!({})).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn only_a_pending_build_can_be_deleted_early() {
    let client = Client::new(Generation::V0_190);
    let build = json!({"name": "b", "buildInfo": {"dockerfileContent": "FROM x:1"}});
    let id = client.post("/sandbox", build.clone()).await.id();
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.text("state"), "destroying");
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.status, 409);
    client.post("/sandbox", build).await;
    tokio::time::advance(crate::client::seconds(1)).await;
    assert_eq!(client.get("/sandbox/b").await.text("state"), "building_snapshot");
    assert_eq!(client.delete("/sandbox/b").await.refusal(), (409, "Sandbox state change in progress"));
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_again_the_moment_a_delete_is_accepted() {
    let client = Client::new(Generation::V0_205);
    let first = client.started(json!({"name": "mine"})).await;
    client.delete("/sandbox/mine").await;
    let second = client.started(json!({"name": "mine"})).await;
    assert_ne!(first, second);
    assert_eq!(client.get(&format!("/sandbox/{second}")).await.text("name"), "mine");
    assert_eq!(client.fake.sandboxes().len(), 2);
}
