//! Recovery, resizing, and what a suspended, restricted or full server does to operations.

use fake_daytona::Generation;
use serde_json::{Value, json};

use crate::client::{Client, minutes};

async fn recoverable() -> Client {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    client.fake.set_state("a", "error", None, Some("disk full"));
    client.fake.set_recoverable("a", true);
    client
}

#[tokio::test(start_paused = true)]
async fn a_recoverable_sandbox_is_started_again_once_an_hour() {
    let client = recoverable().await;
    let read = client.get("/sandbox/a").await;
    assert_eq!((&read.body["recoverable"], read.text("errorReason")), (&json!(true), "disk full"));
    let recovered = client.post("/sandbox/a/recover", Value::Null).await;
    assert_eq!(recovered.status, 200);
    assert_eq!(client.watch("/sandbox/a", "started").await.last().unwrap(), "started");
    assert_eq!(client.get("/sandbox/a").await.body["errorReason"], Value::Null);
    client.fake.set_state("a", "error", None, Some("disk full"));
    client.fake.set_recoverable("a", true);
    assert_eq!(client.post("/sandbox/a/recover", Value::Null).await.status, 409);
    tokio::time::advance(minutes(60)).await;
    assert_eq!(client.post("/sandbox/a/recover", Value::Null).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_recovery_can_leave_it_stopped() {
    let client = recoverable().await;
    assert_eq!(client.post("/sandbox/a/recover?skipStart=true", Value::Null).await.text("state"), "stopped");
}

#[tokio::test(start_paused = true)]
async fn resizing_is_switched_off_until_it_is_switched_on() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    let off = client.post("/sandbox/a/resize", json!({"cpu": 2})).await;
    assert_eq!(off.refusal(), (404, "Cannot POST /api/sandbox/a/resize"));
    client.fake.enable_resize(true);
    assert_eq!(client.post("/sandbox/a/resize", json!({"cpu": 2})).await.text("state"), "resizing");
    client.watch("/sandbox/a", "started").await;
    assert_eq!(client.get("/sandbox/a").await.body["cpu"], 2);
    assert_eq!(client.post("/sandbox/a/resize", json!({"cpu": 0})).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_disk_grows_only_while_stopped_and_never_shrinks() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    client.fake.enable_resize(true);
    assert_eq!(client.post("/sandbox/a/resize", json!({"disk": 5})).await.status, 400);
    client.post("/sandbox/a/stop", Value::Null).await;
    client.watch("/sandbox/a", "stopped").await;
    assert_eq!(client.post("/sandbox/a/resize", json!({"disk": 1})).await.status, 400);
    assert_eq!(client.post("/sandbox/a/resize", json!({"disk": 5})).await.status, 200);
    client.watch("/sandbox/a", "stopped").await;
    assert_eq!(client.get("/sandbox/a").await.body["disk"], 5);
    assert_eq!(client.fake.usage().disk, 5);
}

#[tokio::test(start_paused = true)]
async fn an_ephemeral_sandbox_cannot_be_archived() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "autoDeleteInterval": 0})).await;
    client.fake.set_state("a", "stopped", None, None);
    let refused = client.post("/sandbox/a/archive", Value::Null).await;
    assert_eq!(refused.refusal(), (400, "Ephemeral sandboxes cannot be archived"));
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_fails_is_a_400_and_the_sandbox_is_in_error() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    client.post("/sandbox/a/stop", Value::Null).await;
    client.watch("/sandbox/a", "stopped").await;
    client.fake.fail_next_start("boom");
    assert_eq!(client.post("/sandbox/a/start", Value::Null).await.refusal(), (400, "Sandbox failed to start: boom"));
    assert_eq!(client.get("/sandbox/a").await.text("state"), "error");
}

#[tokio::test(start_paused = true)]
async fn without_runners_a_snapshot_is_refused_at_once_and_a_build_waits() {
    let client = Client::new(Generation::V0_190);
    client.fake.no_runners();
    assert_eq!(client.post("/sandbox", json!({})).await.refusal(), (400, "No available runners"));
    let build = client.post("/sandbox", json!({"name": "b", "buildInfo": {"dockerfileContent": "FROM x:1"}})).await;
    assert_eq!((build.status, build.text("state")), (200, "pending_build"));
}

#[tokio::test(start_paused = true)]
async fn previews_have_an_address_a_token_and_a_port_in_range() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    let preview = client.get("/sandbox/a/ports/3000/preview-url").await;
    assert_eq!((preview.status, preview.text("sandboxId")), (200, id.as_str()));
    assert!(preview.text("url").contains(&format!("3000-{id}.")) && !preview.text("token").is_empty());
    let signed = client.get("/sandbox/a/ports/3000/signed-preview-url?expiresInSeconds=60").await;
    assert_eq!((signed.status, &signed.body["port"]), (200, &json!(3000)));
    let refused = client.get("/sandbox/a/ports/3000/signed-preview-url?expiresInSeconds=90000").await;
    assert_eq!(refused.refusal(), (400, "expiresInSeconds must be between 1 second and 24 hours"));
    assert_eq!(client.get("/sandbox/a/ports/70000/preview-url").await.refusal(), (400, "Invalid port"));
    let url = client.get(&format!("/sandbox/{id}/toolbox-proxy-url")).await;
    assert_eq!(url.text("url"), "http://proxy.localhost:4000/toolbox");
}

#[tokio::test(start_paused = true)]
async fn access_by_ssh_is_a_token_with_an_end() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    let access = client.post("/sandbox/a/ssh-access?expiresInMinutes=5", Value::Null).await;
    assert_eq!((access.status, access.text("sandboxId")), (200, id.as_str()));
    assert!(access.text("sshCommand").contains(access.text("token")));
    assert!(access.text("expiresAt") > access.text("createdAt"));
}
