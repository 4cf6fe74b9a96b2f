//! Sandboxes recorded on a 0.190 server after their start: settings, stops, archives and deletes.

use crate::client::{Client, seconds};
use crate::shape::{ALWAYS, expect_fields};
use fake_daytona::Generation;
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn deleting_renames_at_once_and_ends_in_404() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "imagecmd"})).await;
    tokio::time::advance(seconds(1)).await;
    let now = client.fake.now();
    let deleted = client.delete("/sandbox/imagecmd?force=true").await;
    assert_eq!((deleted.status, deleted.text("state"), deleted.text("desiredState")), (200, "destroying", "destroyed"));
    assert_eq!(deleted.text("name"), format!("DESTROYED_imagecmd_{}", now.as_millis()));
    expect_fields(
        &deleted.body,
        &[&ALWAYS, &["snapshot", "runnerId", "daemonVersion", "networkAllowList", "domainAllowList", "errorReason"]],
    );
    let by_name = client.get("/sandbox/imagecmd").await;
    assert_eq!(by_name.refusal(), (404, "Sandbox with ID or name imagecmd not found"));
    let again = client.delete(&format!("/sandbox/{id}")).await;
    assert_eq!(again.refusal(), (409, "Sandbox state change in progress"));
    assert_eq!(client.watch(&format!("/sandbox/{id}"), "HTTP 404").await, ["destroying", "HTTP 404"]);
    let after = client.delete(&format!("/sandbox/{id}")).await;
    assert_eq!(after.refusal(), (404, format!("Sandbox with ID or name {id} not found").as_str()));
    assert!(after.header("x-ratelimit-limit-sandbox-lifecycle").is_some());
}

#[tokio::test(start_paused = true)]
async fn setters_answer_201_and_do_not_count_as_activity() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let before = client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt").to_owned();
    tokio::time::advance(seconds(50)).await;
    for (path, field, value) in [
        ("autostop/60", "autoStopInterval", json!(60)),
        ("autoarchive/60", "autoArchiveInterval", json!(60)),
        ("autoarchive/999999", "autoArchiveInterval", json!(43200)),
        ("autodelete/120", "autoDeleteInterval", json!(120)),
        ("public/true", "public", json!(true)),
    ] {
        let answer = client.post(&format!("/sandbox/{id}/{path}"), Value::Null).await;
        assert_eq!((answer.status, &answer.body[field]), (201, &value), "{path}");
        assert_eq!(answer.text("lastActivityAt"), before, "{path}");
        assert_ne!(answer.text("updatedAt"), before, "{path}");
    }
    let negative = client.post(&format!("/sandbox/{id}/autostop/-5"), Value::Null).await;
    assert_eq!(negative.refusal(), (400, "Auto-stop interval must be non-negative"));
    let word = client.post(&format!("/sandbox/{id}/autostop/abc"), Value::Null).await;
    assert_eq!(word.refusal(), (500, "An unexpected error occurred."));
    let labels = client.call("PUT", &format!("/sandbox/{id}/labels"), json!({"labels": {"k": "v"}})).await;
    assert_eq!((labels.status, &labels.body["labels"]), (200, &json!({"k": "v"})));
    assert_eq!(labels.text("lastActivityAt"), before);
}

#[tokio::test(start_paused = true)]
async fn last_activity_is_an_empty_201_and_shows_later() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let before = client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt").to_owned();
    tokio::time::advance(seconds(51)).await;
    let answer = client.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await;
    assert_eq!((answer.status, answer.bytes.len(), answer.header("content-length")), (201, 0, Some("0")));
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt"), before);
    tokio::time::advance(seconds(10)).await;
    assert_ne!(client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt"), before);
}

#[tokio::test(start_paused = true)]
async fn while_a_sandbox_is_snapshotting_everything_else_waits() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let path = |verb: &str| format!("/sandbox/{id}/{verb}");
    let snapshot = client.post(&path("snapshot"), json!({"name": "snap1"})).await;
    assert_eq!((snapshot.status, snapshot.text("state")), (200, "snapshotting"));
    assert_eq!(
        client.post(&path("resize"), json!({"cpu": 2})).await.message(),
        format!("Cannot POST /api{}", path("resize"))
    );
    for verb in ["archive", "start", "stop"] {
        let answer = client.post(&path(verb), Value::Null).await;
        assert_eq!(answer.refusal(), (409, "Sandbox state change in progress"), "{verb}");
    }
    let network = client.post(&path("network-settings"), json!({"networkBlockAll": true})).await;
    assert_eq!(network.refusal(), (409, "An operation is already in progress for this resource"));
    assert_eq!(client.watch(&format!("/sandbox/{id}"), "started").await, ["snapshotting", "started"]);
}

#[tokio::test(start_paused = true)]
async fn stop_archive_and_restore_walk_through_the_recorded_states() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let path = |verb: &str| format!("/sandbox/{id}/{verb}");
    let own = format!("/sandbox/{id}");
    assert_eq!(
        client.post(&path("pause"), Value::Null).await.refusal(),
        (422, "Pausing is not supported for this sandbox")
    );
    assert_eq!(
        client.post(&path("fork"), json!({})).await.refusal(),
        (422, "Forking is not supported for this sandbox")
    );
    assert_eq!(client.post(&path("archive"), Value::Null).await.refusal(), (400, "Sandbox is not stopped"));

    let stop = client.post(&path("stop"), Value::Null).await;
    assert_eq!((stop.status, stop.text("state"), stop.text("desiredState")), (200, "stopping", "stopped"));
    assert_eq!(stop.body.get("lastActivityAt"), None);
    assert_eq!(client.post(&path("start"), Value::Null).await.status, 409);
    assert_eq!(client.watch(&own, "stopped").await, ["stopping", "stopped"]);
    let again = client.post(&path("stop?force=true"), Value::Null).await;
    assert_eq!(again.refusal(), (400, "Sandbox is not in a stoppable state"));

    let archive = client.post(&path("archive"), Value::Null).await;
    assert_eq!((archive.text("state"), archive.text("desiredState")), ("archiving", "archived"));
    assert_eq!((archive.text("backupState"), archive.body.get("backupCreatedAt")), ("None", None));
    assert!(archive.body.get("lastActivityAt").is_some());
    assert_eq!(client.watch(&own, "archived").await, ["archiving", "archived"]);

    let start = client.post(&path("start"), Value::Null).await;
    assert_eq!((start.text("state"), start.text("desiredState")), ("archived", "started"));
    assert_eq!(start.body["runnerId"], Value::Null);
    assert_eq!(start.body.get("lastActivityAt"), None);
    assert_eq!(client.watch(&own, "started").await, ["archived", "restoring", "started"]);
}

#[tokio::test(start_paused = true)]
async fn starting_a_started_sandbox_is_fine_and_a_stopped_one_is_waited_for() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    assert_eq!(client.post(&format!("/sandbox/{id}/start"), Value::Null).await.text("state"), "started");
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "stopped").await;
    let start = client.post(&format!("/sandbox/{id}/start"), Value::Null).await;
    assert_eq!((start.status, start.text("state")), (200, "started"));
    assert!(start.body.get("lastActivityAt").is_some());
}

#[tokio::test(start_paused = true)]
async fn stopping_an_ephemeral_sandbox_deletes_it() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"autoDeleteInterval": 0})).await;
    let stop = client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    assert_eq!((stop.text("state"), stop.text("desiredState")), ("destroying", "destroyed"));
    assert!(stop.text("name").starts_with(&format!("DESTROYED_{id}_")));
    assert_eq!(client.watch(&format!("/sandbox/{id}"), "HTTP 404").await, ["destroying", "HTTP 404"]);
}

#[tokio::test(start_paused = true)]
async fn network_settings_change_and_empty_ones_are_refused() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let path = format!("/sandbox/{id}/network-settings");
    let answer = client.post(&path, json!({"networkBlockAll": true})).await;
    assert_eq!((answer.status, &answer.body["networkBlockAll"]), (200, &json!(true)));
    assert_eq!(
        client.post(&path, json!({})).await.refusal(),
        (400, "At least one of networkBlockAll, networkAllowList or domainAllowList must be provided")
    );
    client.fake.restrict_egress(true);
    let refused = client.post(&path, json!({"networkBlockAll": true})).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.message().starts_with("Network access is restricted and cannot be overridden at the sandbox level.")
    );
}
