//! Registered snapshots, and snapshots of sandboxes.

use fake_daytona::{FakeDaytona, Generation, Size};
use serde_json::{Value, json};

use crate::client::{Client, seconds};

#[tokio::test(start_paused = true)]
async fn an_image_for_a_snapshot_must_be_pinned() {
    let client = Client::new(Generation::V0_190);
    let create = |image: &'static str| client.post("/snapshots", json!({"name": "s", "imageName": image}));
    let latest = (400, "Images with tag \":latest\" are not allowed");
    assert_eq!(create("ghcr.io/renseiai/donmai-worker:latest").await.refusal(), latest);
    let bare = (400, "Image name must include a tag (e.g., ubuntu:22.04) or digest (@sha256:...)");
    assert_eq!(create("ubuntu").await.refusal(), bare);
    assert_eq!(create("localhost:5000/ubuntu").await.status, 200, "a port counts as a tag");
    let twin = create("ubuntu:24.04").await;
    assert_eq!(twin.refusal(), (409, "Snapshot with name \"s\" already exists for this organization"));
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_pending_before_it_can_be_used_and_brings_size_and_command() {
    let client = Client::new(Generation::V0_190);
    client.fake.set_latencies(fake_daytona::Latencies { snapshot: seconds(30), ..Default::default() });
    let body = json!({"name": "ghcr.io/renseiai/worker:v1", "imageName": "alpine:3.20", "entrypoint": ["donmai", "run"],
        "cpu": 2, "memory": 4, "disk": 8});
    let created = client.post("/snapshots", body).await;
    assert_eq!(
        (created.text("state"), &created.body["mem"], &created.body["size"]),
        ("pending", &json!(4), &Value::Null)
    );
    let early = client.post("/sandbox", json!({"snapshot": "ghcr.io/renseiai/worker:v1"})).await;
    assert_eq!(early.refusal(), (400, "Snapshot ghcr.io/renseiai/worker:v1 is pending"));
    tokio::time::advance(seconds(31)).await;
    let read = client.get("/snapshots/ghcr.io%2Frenseiai%2Fworker%3Av1").await;
    assert_eq!((read.status, read.text("state")), (200, "active"));
    let sandbox = client.post("/sandbox", json!({"name": "a", "snapshot": read.id()})).await;
    assert_eq!(
        (&sandbox.body["cpu"], &sandbox.body["memory"], &sandbox.body["disk"]),
        (&json!(2), &json!(4), &json!(8))
    );
    assert_eq!(client.fake.sandbox("a").unwrap().entrypoint, ["donmai", "run"]);
}

#[tokio::test(start_paused = true)]
async fn an_inactive_snapshot_is_refused_until_it_is_activated() {
    let client = Client::of(FakeDaytona::builder(Generation::V0_190).snapshot("mine", Size::new(1, 1, 3), None));
    client.fake.set_snapshot_state("mine", "inactive");
    let refused = client.post("/sandbox", json!({"snapshot": "mine"})).await;
    assert_eq!(refused.refusal(), (400, "Snapshot mine is inactive"));
    let id = client.get("/snapshots/mine").await.id();
    let path = |verb: &str| format!("/snapshots/{id}/{verb}");
    let early = client.post(&path("activate"), Value::Null).await;
    assert_eq!(
        early.refusal(),
        (400, "Snapshot deactivation is still in progress. Please try again in a few minutes.")
    );
    tokio::time::advance(seconds(600)).await;
    assert_eq!(client.post(&path("activate"), Value::Null).await.text("state"), "pending");
    tokio::time::advance(seconds(1)).await;
    assert_eq!(client.post("/sandbox", json!({"snapshot": "mine"})).await.status, 200);
    let active = client.post(&path("activate"), Value::Null).await;
    assert_eq!(active.refusal(), (400, format!("Snapshot {id} is already active").as_str()));
    let by_name = client.post("/snapshots/mine/activate", Value::Null).await;
    assert_eq!(by_name.refusal(), (400, "Validation failed (uuid is expected)"));
    assert_eq!(client.post("/snapshots/none/activate", Value::Null).await.status, 404);
    assert_eq!(client.post(&path("deactivate"), Value::Null).await.status, 204);
    assert_eq!(client.get("/snapshots/mine").await.text("state"), "inactive");
}

#[tokio::test(start_paused = true)]
async fn the_list_has_the_servers_own_snapshots_too_and_a_removed_one_is_gone() {
    let client = Client::of(FakeDaytona::builder(Generation::V0_190).snapshot("mine", Size::new(1, 1, 3), None));
    let list = client.get("/snapshots").await;
    let rows = list.body["items"].as_array().unwrap();
    assert_eq!((rows.len(), &list.body["total"]), (2, &json!(2)));
    assert_eq!((&rows[0]["general"], &rows[1]["general"]), (&json!(false), &json!(true)), "own ones come first");
    let id = rows[0]["id"].as_str().unwrap();
    assert_eq!(client.delete(&format!("/snapshots/{id}")).await.status, 200);
    assert_eq!(client.get("/snapshots/mine").await.text("state"), "removing");
    tokio::time::advance(seconds(1)).await;
    assert_eq!(client.get("/snapshots/mine").await.status, 404);
    assert_eq!(client.post("/snapshots", json!({"name": "mine", "imageName": "x:1"})).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_a_sandbox_is_the_base_of_others() {
    for (generation, during) in [(Generation::V0_190, ""), (Generation::V0_205, "snapshotting")] {
        let client = Client::new(generation);
        let id = client.started(json!({"name": "a"})).await;
        let taken = client.post("/sandbox/a/snapshot", json!({"name": "of-a"})).await;
        assert_eq!((taken.status, taken.text("state")), (200, "snapshotting"));
        let snapshot = client.get("/snapshots/of-a").await;
        assert_eq!(snapshot.text("state"), during);
        if generation == Generation::V0_205 {
            assert_eq!(snapshot.text("sourceSandboxId"), id);
        }
        client.watch("/sandbox/a", "started").await;
        assert_eq!(client.post("/sandbox", json!({"name": "b", "snapshot": "of-a"})).await.text("snapshot"), "of-a");
        let before = client.get("/snapshots/of-a").await;
        assert_eq!(before.body["entrypoint"], Value::Null);
        // A name that is taken is no refusal, and the old one stays.
        assert_eq!(client.post("/sandbox/a/snapshot", json!({"name": "of-a"})).await.status, 200);
        client.watch("/sandbox/a", "started").await;
        assert_eq!(client.get("/snapshots/of-a").await.text("createdAt"), before.text("createdAt"));
    }
}
