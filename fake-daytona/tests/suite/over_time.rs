//! What sandboxes and snapshots do over time, as it was recorded on 0.190.

use fake_daytona::{Cause, EntrypointBehavior, Generation, Latencies, RequestAction};
use serde_json::{Value, json};

use crate::client::{Client, minutes, seconds};

async fn archiving(generation: Generation) -> (Client, String) {
    let client = Client::new(generation);
    client.fake.set_latencies(Latencies { archive: seconds(60), ..Latencies::default() });
    let path = format!("/sandbox/{}", client.started(json!({"name": "a"})).await);
    client.post(&format!("{path}/stop"), Value::Null).await;
    client.watch(&path, "stopped").await;
    assert_eq!(client.post(&format!("{path}/archive"), Value::Null).await.text("state"), "archiving");
    (client, path)
}

#[tokio::test(start_paused = true)]
async fn a_start_while_archiving_gives_the_backup_up_and_is_answered_when_it_runs() {
    for generation in [Generation::V0_179, Generation::V0_190] {
        let (client, path) = archiving(generation).await;
        tokio::time::advance(seconds(5)).await;
        assert_eq!(client.get(&path).await.text("backupState"), "Pending");
        assert_eq!(client.post(&format!("{path}/archive"), Value::Null).await.status, 409);
        let started = client.post(&format!("{path}/start"), Value::Null).await;
        assert_eq!((started.status, started.text("state")), (200, "started"), "{generation}");
        tokio::time::advance(minutes(5)).await;
        assert_eq!(client.get(&path).await.text("state"), "started", "nothing of the archiving is left");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_while_archiving_is_accepted() {
    for generation in [Generation::V0_179, Generation::V0_190] {
        let (client, path) = archiving(generation).await;
        let deleted = client.delete(&path).await;
        assert_eq!((deleted.status, deleted.text("desiredState")), (200, "destroyed"), "{generation}");
        client.watch(&path, "HTTP 404").await;
    }
}

#[tokio::test(start_paused = true)]
async fn auto_delete_never_touches_what_is_archived() {
    let client = Client::new(Generation::V0_190);
    let body = json!({"name": "a", "autoStopInterval": 1, "autoArchiveInterval": 2, "autoDeleteInterval": 4});
    client.started(body).await;
    tokio::time::advance(minutes(7 * 24 * 60)).await;
    assert_eq!(client.get("/sandbox/a").await.text("state"), "archived");
    assert_eq!(client.post("/sandbox/a/autodelete/0", Value::Null).await.status, 201);
    tokio::time::advance(minutes(60)).await;
    assert_eq!(client.get("/sandbox/a").await.text("state"), "archived");
}

#[tokio::test(start_paused = true)]
async fn last_activity_is_the_moment_of_the_stop() {
    let client = Client::new(Generation::V0_190);
    let begun = client.fake.now();
    client.started(json!({"name": "a", "autoStopInterval": 10})).await;
    tokio::time::advance(minutes(60)).await;
    let view = client.fake.sandbox("a").unwrap();
    let stopped = view.history.iter().find(|moment| moment.state.as_str() == "stopped").unwrap();
    assert_eq!((view.last_activity_at, stopped.cause), (stopped.at, Cause::Idle));
    assert!(view.last_activity_at - begun >= minutes(10));
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_fails_hides_an_errored_row_and_a_stop_that_fails_shows_it() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.fail_next_delete("runner is gone");
    client.delete(&format!("/sandbox/{id}")).await;
    client.watch(&format!("/sandbox/{id}"), "HTTP 404").await;
    let listed = client.get("/sandbox?includeErroredDeleted=true").await;
    assert_eq!(listed.body["items"][0]["errorReason"], "runner is gone");
    client.started(json!({"name": "b"})).await;
    client.fake.fail_next_stop("no answer");
    client.post("/sandbox/b/stop", Value::Null).await;
    client.watch("/sandbox/b", "error").await;
    let answer = client.post("/sandbox/b/start", Value::Null).await;
    assert_eq!(answer.refusal(), (400, "Sandbox is in an errored state"));
}

#[tokio::test(start_paused = true)]
async fn two_writers_of_labels_are_both_told_200_and_the_later_one_wins() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    for (label, sent) in [("one", json!({"one": "1"})), ("two", json!({"two": "1"}))] {
        let answer = client.put("/sandbox/a/labels", json!({"labels": {label: "1"}})).await;
        assert_eq!((answer.status, &answer.body["labels"]), (200, &sent));
    }
    assert_eq!(client.get("/sandbox/a").await.body["labels"], json!({"two": "1"}));
    client.fake.once(("PUT", "/sandbox/*/labels"), RequestAction::ApplyThenLoseLabels);
    let lost = client.put("/sandbox/a/labels", json!({"labels": {"three": "1"}})).await;
    assert_eq!(lost.body["labels"], json!({"three": "1"}));
    assert_eq!(client.get("/sandbox/a").await.body["labels"], json!({"two": "1"}));
    client.fake.once(("PUT", "/sandbox/*/labels"), RequestAction::LoseRace);
    let race = client.put("/sandbox/a/labels", json!({"labels": {}})).await;
    assert_eq!(race.refusal(), (409, "Sandbox was modified by another operation"));
}

async fn exit_code(client: &Client, id: &str) -> (u16, Value) {
    let answer = client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint"), None).await;
    (answer.status, answer.body["commands"][0]["exitCode"].clone())
}

#[tokio::test(start_paused = true)]
async fn after_a_graceful_stop_the_session_is_new_and_after_a_hard_one_it_shows_the_old_code() {
    for (stop, shown) in [("stop", Value::Null), ("stop?force=true", json!(3))] {
        let client = Client::new(Generation::V0_190);
        let id = client.started(json!({"name": "a", "autoStopInterval": 0})).await;
        client.fake.set_entrypoint("a", EntrypointBehavior::fails_after(10, 3));
        client.fake.set_entrypoint_logs("a", "of the first run");
        assert_eq!(exit_code(&client, &id).await, (200, Value::Null));
        tokio::time::advance(minutes(11)).await;
        assert_eq!(exit_code(&client, &id).await, (200, json!(3)));
        client.post(&format!("/sandbox/a/{stop}"), Value::Null).await;
        client.watch(&format!("/sandbox/{id}"), "stopped").await;
        client.post("/sandbox/a/start", Value::Null).await;
        assert_eq!(exit_code(&client, &id).await, (200, shown.clone()), "{stop}: while the second run is at work");
        let logs = client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint/logs"), None).await;
        assert_eq!(logs.bytes, b"", "{stop}: the log is a new one");
        tokio::time::advance(minutes(11)).await;
        let ended = if shown.is_null() { (200, json!(3)) } else { (500, Value::Null) };
        assert_eq!(exit_code(&client, &id).await, ended, "{stop}: after its end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_toolbox_call_with_the_header_for_it_is_no_activity() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a", "autoStopInterval": 10})).await;
    for _ in 0..4 {
        tokio::time::advance(minutes(4)).await;
        let path = format!("/toolbox/{id}/process/session/entrypoint");
        client.send_with("GET", &path, ("x-daytona-skip-last-activity-update", "true")).await;
    }
    assert_eq!(client.get("/sandbox/a").await.text("state"), "stopped");
}

#[tokio::test(start_paused = true)]
async fn older_daemons_have_no_session_for_the_launch_command() {
    for (generation, status) in [(Generation::V0_105, 404), (Generation::V0_179, 200)] {
        let client = Client::new(generation);
        let id = client.started(json!({})).await;
        assert_eq!(exit_code(&client, &id).await.0, status, "{generation}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_row_of_a_key_tells_of_its_use_seconds_later() {
    let client = Client::new(Generation::V0_190);
    for _ in 0..2 {
        assert_eq!(client.get("/api-keys/current").await.body["lastUsedAt"], Value::Null);
    }
    tokio::time::advance(seconds(12)).await;
    assert!(client.get("/api-keys/current").await.body["lastUsedAt"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_a_sandbox_is_refused_in_other_states_and_lost_in_silence_under_a_taken_name() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    let take = async |name: &str| client.post("/sandbox/a/snapshot", json!({"name": name})).await;
    assert_eq!(take("s").await.text("state"), "snapshotting");
    let refused = (400, "Sandbox must be in started or stopped state to create a snapshot");
    assert_eq!(take("t").await.refusal(), refused);
    client.watch(&format!("/sandbox/{id}"), "started").await;
    let first = client.get("/snapshots/s").await;
    assert_eq!((first.text("state"), &first.body["entrypoint"]), ("active", &Value::Null));
    tokio::time::advance(seconds(5)).await;
    assert_eq!(take("s").await.status, 200);
    client.watch(&format!("/sandbox/{id}"), "started").await;
    assert_eq!(client.get("/snapshots/s").await.text("createdAt"), first.text("createdAt"));
    client.fake.fail_next_snapshot("disk full");
    assert_eq!(take("u").await.status, 200);
    client.watch(&format!("/sandbox/{id}"), "started").await;
    assert_eq!(client.get("/sandbox/a").await.body["errorReason"], Value::Null);
    assert_eq!(client.get("/snapshots/u").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_pulled_or_built_and_fail_in_an_error_with_its_reason() {
    let client = Client::new(Generation::V0_190);
    client.fake.set_latencies(Latencies { snapshot: seconds(5), ..Latencies::default() });
    let states = async |name: &str| {
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..100 {
            let state = client.get(&format!("/snapshots/{name}")).await.text("state").to_owned();
            if seen.last() != Some(&state) {
                seen.push(state);
            }
            tokio::time::advance(std::time::Duration::from_millis(90)).await;
        }
        seen
    };
    client.post("/snapshots", json!({"name": "a", "imageName": "x:1"})).await;
    assert_eq!(states("a").await, ["pending", "pulling", "active"]);
    client.post("/snapshots", json!({"name": "b", "imageName": "x:1"})).await;
    assert_eq!(states("b").await, ["pending", "active"], "the image is known already");
    client.fake.fail_next_snapshot("no space");
    client.post("/snapshots", json!({"name": "c", "imageName": "y:1"})).await;
    assert_eq!(states("c").await, ["pending", "pulling", "error"]);
    assert_eq!(client.get("/snapshots/c").await.text("errorReason"), "no space");
    client.fake.fail_next_build("exit code: 1");
    client.post("/snapshots", json!({"name": "d", "buildInfo": {"dockerfileContent": "FROM z:1"}})).await;
    assert_eq!(states("d").await.last().unwrap(), "error");
    let again = client.post("/sandbox", json!({"snapshot": "d"})).await;
    assert_eq!(again.refusal(), (400, "Snapshot d is error"));
}

#[tokio::test(start_paused = true)]
async fn a_removal_of_what_is_pending_is_overtaken_by_the_pull() {
    let client = Client::new(Generation::V0_190);
    let id = client.post("/snapshots", json!({"name": "a", "imageName": "x:1"})).await.id();
    let own = format!("/snapshots/{id}");
    assert_eq!(client.delete(&own).await.status, 200);
    assert_eq!(client.get(&own).await.text("state"), "removing");
    tokio::time::advance(seconds(5)).await;
    assert_eq!(client.get(&own).await.text("state"), "active", "it lives");
    assert_eq!(client.delete(&own).await.status, 200);
    tokio::time::advance(seconds(5)).await;
    assert_eq!(client.get(&own).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn what_was_built_is_active_before_every_runner_has_it() {
    let client = Client::new(Generation::V0_190);
    client.post("/snapshots", json!({"name": "a", "buildInfo": {"dockerfileContent": "FROM z:1"}})).await;
    tokio::time::advance(seconds(1)).await;
    assert_eq!(client.get("/snapshots/a").await.text("state"), "active");
    let early = client.post("/sandbox", json!({"snapshot": "a"})).await;
    assert_eq!(early.refusal(), (400, "No available runners"));
    tokio::time::advance(seconds(3)).await;
    assert_eq!(client.post("/sandbox", json!({"snapshot": "a"})).await.status, 200);
}
