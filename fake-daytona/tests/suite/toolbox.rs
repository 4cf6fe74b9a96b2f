//! The toolbox inside of a sandbox.

use axum::body::Body;
use fake_daytona::Generation;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::client::{Answer, Client};

async fn call(client: &Client, method: &str, id: &str, path: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then(|| body.to_string());
    client.send(method, &format!("/toolbox/{id}/{path}"), body).await
}

#[tokio::test(start_paused = true)]
async fn the_launch_command_is_a_session_called_entrypoint() {
    let client = Client::new(Generation::V0_190);
    let dockerfile = "FROM x:1\nENTRYPOINT [\"donmai\",\"run\"]";
    let id = client.post("/sandbox", json!({"name": "a", "buildInfo": {"dockerfileContent": dockerfile}})).await.id();
    client.watch("/sandbox/a", "started").await;
    let session = call(&client, "GET", &id, "process/session/entrypoint", Value::Null).await;
    assert_eq!((session.status, session.text("sessionId")), (200, "entrypoint"));
    assert_eq!(session.body["commands"][0]["command"], "donmai run");
    client.fake.entrypoint_exits("a", 137);
    let session = call(&client, "GET", &id, "process/session/entrypoint", Value::Null).await;
    assert_eq!(session.body["commands"][0]["exitCode"], 137);
    assert_eq!(call(&client, "GET", &id, "process/session/other", Value::Null).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn logs_are_json_for_clients_of_today_and_text_for_those_of_old() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.set_entrypoint_logs("a", "ready\n");
    let old = call(&client, "GET", &id, "process/session/entrypoint/logs", Value::Null).await;
    assert_eq!(
        (old.bytes.as_slice(), old.header("content-type")),
        (&b"ready\n"[..], Some("text/plain; charset=utf-8"))
    );
    let request = Request::get(format!("/toolbox/{id}/process/session/entrypoint/logs"))
        .header("authorization", format!("Bearer {}", client.fake.key()))
        .header("x-daytona-sdk-version", "0.190.0")
        .body(Body::empty())
        .unwrap();
    let answer = client.fake.router().oneshot(request).await.unwrap();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(body, json!({"output": "ready\n", "stdout": "ready\n", "stderr": ""}));
}

#[tokio::test(start_paused = true)]
async fn a_command_is_executed_as_scripted() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.execute_answers("ls /nowhere", 2, "no such directory");
    let known = call(&client, "POST", &id, "process/execute", json!({"command": "ls /nowhere"})).await;
    assert_eq!((known.status, known.body), (200, json!({"exitCode": 2, "result": "no such directory"})));
    let other = call(&client, "POST", &id, "process/execute", json!({"command": "true"})).await;
    assert_eq!(other.body, json!({"exitCode": 0, "result": ""}));
    assert_eq!(call(&client, "POST", &id, "process/execute", json!({})).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_does_not_run_asks_whether_it_is_started_and_an_unknown_one_looks_like_a_bad_key() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.set_state("a", "stopped", None, None);
    let answer = call(&client, "GET", &id, "process/session/entrypoint", Value::Null).await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().ends_with("Is the Sandbox started?"), "{}", answer.message());
    assert_eq!(call(&client, "GET", "none", "process/session/entrypoint", Value::Null).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn it_takes_the_api_key_or_the_token_of_a_preview_and_nothing_else() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    let token = client.get("/sandbox/a/ports/2280/preview-url").await.text("token").to_owned();
    let path = format!("/toolbox/{id}/version");
    let stranger = client.without_key();
    let refused = stranger.send("GET", &path, None).await;
    assert_eq!((refused.status, refused.text("source")), (401, "DAYTONA_PROXY"));
    let request = Request::get(&path).header("x-daytona-preview-token", token).body(Body::empty()).unwrap();
    assert_eq!(client.fake.router().oneshot(request).await.unwrap().status(), 200);
    assert_eq!(client.send("GET", &path, None).await.text("version"), "v0.190.0");
}

#[tokio::test(start_paused = true)]
async fn its_old_path_on_the_main_api_is_gone_in_0_205() {
    for (generation, status) in [(Generation::V0_190, 200), (Generation::V0_205, 404)] {
        let client = Client::new(generation);
        let id = client.started(json!({})).await;
        let answer = client.get(&format!("/toolbox/{id}/toolbox/process/session/entrypoint")).await;
        assert_eq!(answer.status, status, "{generation}");
    }
}
