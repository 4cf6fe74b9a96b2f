//! Exchanges recorded on a 0.179 server: the deprecated `/workspace` beside `/sandbox`.

use fake_daytona::Generation;
use serde_json::{Value, json};

use crate::client::Client;

const WORKSPACE: &str = "/workspace";

async fn created(client: &Client, body: Value) -> String {
    let answer = client.post(WORKSPACE, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.id()
}

#[tokio::test(start_paused = true)]
async fn an_image_is_the_name_of_a_snapshot_and_the_command_is_ignored() {
    let client = Client::new(Generation::V0_179);
    let body = json!({"image": "ghcr.io/renseiai/donmai-worker:latest", "command": ["donmai", "agent", "run"]});
    let refused = client.post(WORKSPACE, body).await;
    assert_eq!(
        refused.refusal(),
        (
            400,
            "Snapshot ghcr.io/renseiai/donmai-worker:latest not found. Did you add it through the Daytona Dashboard?"
        )
    );
    assert!(refused.header("x-ratelimit-limit-authenticated").is_some());
    let body = json!({"image": "ubuntu:22.04", "command": ["donmai", "agent", "run"]});
    let id = created(&client, body).await;
    assert_eq!(client.fake.sandbox(&id).unwrap().entrypoint, ["sleep", "infinity"]);
}

#[tokio::test(start_paused = true)]
async fn a_create_waits_honours_sizes_and_answers_with_the_true_state() {
    let client = Client::new(Generation::V0_179);
    let body = json!({"image": "ubuntu:22.04", "user": "daytona", "env": {"A": "1"}, "cpu": 2, "memory": 4, "disk": 10,
        "autoStopInterval": 30, "labels": {"a": "b"}});
    let answer = client.post(WORKSPACE, body).await;
    assert_eq!((answer.status, answer.text("state")), (200, "started"));
    for (field, value) in [
        ("cpu", json!(2)),
        ("memory", json!(4)),
        ("disk", json!(10)),
        ("class", json!("small")),
        ("image", json!("ubuntu:22.04")),
        ("snapshot", json!("ubuntu:22.04")),
        ("snapshotState", json!("None")),
    ] {
        assert_eq!(answer.body[field], value, "{field}");
    }
    for field in ["errorReason", "networkAllowList", "daemonVersion", "sandboxClass", "domainAllowList"] {
        assert_eq!(answer.body.get(field), None, "{field}");
    }
    assert_eq!(answer.body["updatedAt"], answer.body["createdAt"]);
    let metadata: Value = serde_json::from_str(answer.body["info"]["providerMetadata"].as_str().unwrap()).unwrap();
    assert_eq!((&metadata["state"], &metadata["cpu"]), (&json!("creating"), &json!(2)), "it contradicts the state");
    assert_eq!(answer.text("toolboxProxyUrl"), "http://proxy.localhost:4000/toolbox");
}

#[tokio::test(start_paused = true)]
async fn sizes_above_the_limit_and_builds_are_refused() {
    let client = Client::new(Generation::V0_179);
    let disk = client.post(WORKSPACE, json!({"image": "ubuntu:22.04", "disk": 20})).await;
    assert_eq!(disk.status, 400);
    assert!(disk.message().starts_with("Disk request 20GB exceeds maximum allowed per sandbox (10GB).\nNeed higher"));
    let build = client.post(WORKSPACE, json!({"buildInfo": {"dockerfileContent": "FROM x:1"}})).await;
    assert_eq!(
        build.refusal(),
        (403, "Build info is not supported in this deprecated API - please upgrade your client")
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_is_a_200_with_state_error_and_no_reason() {
    let client = Client::new(Generation::V0_179);
    client.fake.fail_next_start("boom");
    let answer = client.post(WORKSPACE, json!({"image": "ubuntu:22.04"})).await;
    assert_eq!((answer.status, answer.text("state")), (200, "error"));
    assert_eq!(answer.body.get("errorReason"), None);
    assert_eq!(client.get(&format!("/workspace/{}", answer.id())).await.text("errorReason"), "boom");
}

#[tokio::test(start_paused = true)]
async fn a_workspace_reads_with_an_empty_toolbox_address_and_is_a_sandbox_too() {
    let client = Client::new(Generation::V0_179);
    let id = created(&client, json!({"labels": {"a": "b"}})).await;
    let workspace = client.get(&format!("/workspace/{id}")).await;
    assert_eq!((workspace.text("state"), workspace.text("toolboxProxyUrl")), ("started", ""));
    assert_eq!(workspace.body["errorReason"], Value::Null);
    assert!(workspace.body["info"]["providerMetadata"].as_str().unwrap().contains("\"daemonVersion\""));
    let sandbox = client.get(&format!("/sandbox/{id}")).await;
    assert_eq!(sandbox.text("toolboxProxyUrl"), "http://proxy.localhost:4000/toolbox");
    assert_eq!(sandbox.body.get("info"), None);
    let list = client.get("/workspace?labels=%7B%22a%22%3A%22b%22%7D").await;
    assert_eq!(list.body.as_array().unwrap().len(), 1);
    assert_eq!(client.get("/workspace?labels=%7B%22a%22%3A%22c%22%7D").await.body, json!([]));
}

#[tokio::test(start_paused = true)]
async fn start_stop_and_delete_answer_with_nothing_and_do_not_wait() {
    let client = Client::new(Generation::V0_179);
    let id = created(&client, json!({})).await;
    let own = format!("/workspace/{id}");
    let begun = tokio::time::Instant::now();
    let stop = client.post(&format!("{own}/stop"), Value::Null).await;
    assert_eq!((stop.status, stop.bytes.len()), (200, 0));
    assert_eq!(client.watch(&own, "stopped").await, ["stopping", "stopped"]);
    let before = tokio::time::Instant::now();
    let start = client.post(&format!("{own}/start"), Value::Null).await;
    assert_eq!((start.status, start.bytes.len()), (200, 0));
    assert_eq!(before.elapsed(), std::time::Duration::ZERO);
    assert_eq!(client.watch(&own, "started").await, ["starting", "started"]);
    let delete = client.delete(&format!("{own}?force=true")).await;
    assert_eq!((delete.status, delete.bytes.len(), delete.header("content-length")), (200, 0, Some("0")));
    assert!(begun.elapsed() > std::time::Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_destroyed_workspace_stays_readable_for_a_day_and_a_second_delete_is_a_409() {
    let client = Client::new(Generation::V0_179);
    let id = created(&client, json!({})).await;
    let own = format!("/workspace/{id}");
    client.delete(&format!("{own}?force=true")).await;
    let lost_race = (409, "Sandbox was modified by another operation");
    assert_eq!(client.delete(&format!("{own}?force=true")).await.refusal(), lost_race);
    client.watch(&own, "destroyed").await;
    let read = client.get(&own).await;
    assert_eq!((read.status, read.text("desiredState"), &read.body["runnerId"]), (200, "destroyed", &Value::Null));
    assert!(read.text("name").starts_with(&format!("DESTROYED_{id}_")));
    assert_eq!(client.delete(&own).await.refusal(), lost_race);
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.status, 404);
    tokio::time::advance(crate::client::minutes(24 * 60)).await;
    assert_eq!(client.get(&own).await.status, 404);
}
