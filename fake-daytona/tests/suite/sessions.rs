//! Sessions in a sandbox that clients create, and how logs are told to clients of every age.

use std::time::Duration;

use axum::body::Body;
use fake_daytona::{Daemon, Generation, Program};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::client::{Answer, Client};

async fn call(client: &Client, method: &str, id: &str, path: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then(|| body.to_string());
    client.send(method, &format!("/toolbox/{id}/process/session{path}"), body).await
}

/// A log, asked for by an SDK of this version.
async fn log(client: &Client, id: &str, path: &str, sdk: &str) -> String {
    let request = Request::get(format!("/toolbox/{id}/process/session{path}"))
        .header("authorization", format!("Bearer {}", client.fake.key()))
        .header("x-daytona-sdk-version", sdk)
        .body(Body::empty())
        .unwrap();
    let answer = client.fake.router().oneshot(request).await.unwrap();
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn commands_of_a_session_run_one_after_another_and_are_told_by_their_ids() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    assert_eq!(call(&client, "POST", &id, "", json!({"sessionId": "s"})).await.status, 201);
    assert_eq!(call(&client, "POST", &id, "", json!({"sessionId": "s"})).await.status, 409);
    let slow = call(&client, "POST", &id, "/s/exec", json!({"command": "sleep 60", "runAsync": true})).await;
    let slow_id = slow.text("cmdId").to_owned();
    assert_eq!(slow.status, 202);
    let running = call(&client, "GET", &id, &format!("/s/command/{slow_id}"), Value::Null).await;
    assert_eq!(running.body, json!({"id": slow_id, "command": "sleep 60"}));
    // It waits for the one before it.
    let begun = client.fake.now();
    let done = call(&client, "POST", &id, "/s/exec", json!({"command": "echo hi"})).await;
    assert_eq!((done.status, &done.body["exitCode"], &done.body["output"]), (200, &json!(0), &json!("hi\n")));
    assert!(client.fake.now() - begun >= Duration::from_secs(60));
    let all = call(&client, "GET", &id, "", Value::Null).await;
    assert_eq!(all.body[0]["commands"].as_array().map(Vec::len), Some(2));
    assert_eq!(call(&client, "DELETE", &id, "/s", Value::Null).await.status, 204);
    assert_eq!(call(&client, "GET", &id, "/s", Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_missing_session_is_the_daemons_own_fault_since_0_136_and_a_stop_loses_all() {
    for (daemon, status) in [(Daemon::V0_110, 404), (Daemon::V0_138, 500), (Daemon::V0_190, 500)] {
        let client = Client::new(Generation::V0_190);
        let id = client.started(json!({"name": "a"})).await;
        client.fake.set_daemon(daemon);
        let missing = call(&client, "POST", &id, "/s/exec", json!({"command": "true"})).await;
        assert_eq!((missing.status, missing.message()), (status, "session not found"), "{daemon:?}");
    }
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    call(&client, "POST", &id, "", json!({"sessionId": "s"})).await;
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "stopped").await;
    client.post(&format!("/sandbox/{id}/start"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "started").await;
    assert_eq!(call(&client, "GET", &id, "/s", Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn the_session_of_the_launch_command_can_only_be_looked_at() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    assert_eq!(call(&client, "POST", &id, "", json!({"sessionId": "entrypoint"})).await.status, 400);
    assert_eq!(call(&client, "POST", &id, "/entrypoint/exec", json!({"command": "true"})).await.status, 400);
    assert_eq!(call(&client, "DELETE", &id, "/entrypoint", Value::Null).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn lines_of_a_log_are_marked_and_told_as_each_client_reads_them() {
    let (out, err) = ("\u{1}\u{1}\u{1}", "\u{2}\u{2}\u{2}");
    let marked = format!("{out}ready\n{out}again\n{err}oops\n");
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.entrypoint_writes("a", "ready\nagain\n", "oops\n");
    let both = Program {
        takes: Some(Duration::ZERO),
        stdout: "o\n".to_owned(),
        stderr: "e\n".to_owned(),
        ..Program::default()
    };
    client.fake.has_program("both", both);
    call(&client, "POST", &id, "", json!({"sessionId": "s"})).await;
    let command = call(&client, "POST", &id, "/s/exec", json!({"command": "both"})).await.text("cmdId").to_owned();
    let of_command = format!("/s/command/{command}/logs");

    let split = json!({"output": marked, "stdout": "ready\nagain\n", "stderr": "oops\n"});
    let told: Value = serde_json::from_str(&log(&client, &id, "/entrypoint/logs", "0.190.0").await).unwrap();
    assert_eq!(told, split);
    assert_eq!(log(&client, &id, "/entrypoint/logs", "0.100.0").await, marked);
    assert_eq!(log(&client, &id, "/entrypoint/logs", "0.20.0").await, marked);
    assert_eq!(log(&client, &id, &of_command, "0.100.0").await, format!("{out}o\n{err}e\n"));
    assert_eq!(log(&client, &id, &of_command, "0.20.0").await, "o\ne\n");
    // An older daemon knows no streams of their own.
    client.fake.set_daemon(Daemon::V0_155);
    assert_eq!(log(&client, &id, "/entrypoint/logs", "0.190.0").await, marked);
}
