//! What counts against the organization's limits, and when it no longer does.

use fake_daytona::{Generation, Limits, Size};
use serde_json::{Value, json};

use crate::client::Client;

fn build(name: &str, cpu: u64, memory: u64, disk: u64) -> Value {
    json!({"name": name, "buildInfo": {"dockerfileContent": "FROM x:1"}, "cpu": cpu, "memory": memory, "disk": disk})
}

#[tokio::test(start_paused = true)]
async fn memory_is_counted_and_refused_like_cores_and_disk() {
    let client = Client::new(Generation::V0_190);
    for name in ["a", "b"] {
        assert_eq!(client.post("/sandbox", build(name, 1, 8, 3)).await.status, 200);
    }
    let refused = client.post("/sandbox", build("c", 1, 8, 3)).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().starts_with("Total memory limit exceeded. Maximum allowed: 20GiB.\nTo increase"));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_sandbox_frees_its_cores_an_archived_one_its_disk_an_errored_one_everything() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    let whole = Size::new(1, 1, 3);
    for (state, held) in [
        ("started", whole),
        ("stopped", Size::new(0, 0, 3)),
        ("archived", Size::default()),
        ("error", Size::default()),
        ("restoring", whole),
        ("snapshotting", Size::new(0, 0, 3)),
        ("destroyed", Size::default()),
    ] {
        client.fake.set_state("a", state, None, None);
        assert_eq!(client.fake.usage(), held, "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_needs_its_cores_again() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    client.post("/sandbox/a/stop", Value::Null).await;
    client.watch("/sandbox/a", "stopped").await;
    client.fake.set_limits(Limits { organization: Size::new(0, 20, 30), ..Limits::default() });
    let refused = client.post("/sandbox/a/start", Value::Null).await;
    assert!(refused.message().starts_with("Total CPU limit exceeded. Maximum allowed: 0."), "{}", refused.body);
}

#[tokio::test(start_paused = true)]
async fn with_an_exhausted_quota_a_taken_name_is_not_reached() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    client.fake.set_limits(Limits { organization: Size::new(1, 20, 30), ..Limits::default() });
    let repeated = client.post("/sandbox", json!({"name": "a"})).await;
    assert!(repeated.message().starts_with("Total CPU limit exceeded."), "the name is checked last");
}

#[tokio::test(start_paused = true)]
async fn a_refused_create_leaves_nothing_behind() {
    let client = Client::new(Generation::V0_190);
    client.post("/sandbox", build("a", 9, 1, 3)).await;
    client.post("/sandbox", build("a", 1, 1, 99)).await;
    assert!(client.fake.sandboxes().is_empty());
    assert_eq!(client.fake.usage(), Size::default());
}
