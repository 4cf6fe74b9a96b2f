//! The script over HTTP, for tests that run in another process.

use fake_daytona::Generation;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

async fn script(client: &Client, method: &str, path: &str, body: Value) -> Answer {
    client.without_key().send(method, &format!("/__fake{path}"), Some(body.to_string())).await
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_ordered_for_some_requests_and_called_off_again() {
    let client = Client::new(Generation::V0_190);
    let kinds = script(&client, "GET", "/faults", Value::Null).await;
    assert!(kinds.body["kinds"].as_array().unwrap().contains(&json!("late-duplicate")));
    let order = json!({"faults": ["reset-after"], "method": "POST", "path": "/sandbox", "times": 1});
    assert_eq!(script(&client, "POST", "/faults", order).await.status, 200);
    assert!(client.post("/sandbox", json!({"name": "a"})).await.reset);
    assert_eq!(client.get("/sandbox/a").await.status, 200);
    script(&client, "POST", "/faults", json!({"faults": ["server-error"]})).await;
    assert_eq!(client.get("/sandbox/a").await.status, 500);
    script(&client, "DELETE", "/faults", Value::Null).await;
    assert_eq!(client.get("/sandbox/a").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn half_an_hour_can_be_skipped() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    let now = script(&client, "POST", "/clock", json!({"skipSeconds": 1800})).await;
    assert_eq!(now.text("now"), client.fake.now().rfc3339());
    let view = script(&client, "GET", "/sandboxes/a", Value::Null).await;
    assert_eq!((view.text("state"), &view.body["history"][2]["cause"]), ("stopped", &json!("idle")));
}

#[tokio::test(start_paused = true)]
async fn how_launch_commands_behave_is_ordered_for_all_a_name_a_label_or_a_sandbox() {
    let client = Client::new(Generation::V0_190);
    let exits = |code: i32| json!({"behavior": "exits", "code": code});
    let with = |code: i32, key: &str, value: Value| {
        let mut order = exits(code);
        order[key] = value;
        order
    };
    script(&client, "POST", "/entrypoints", exits(1)).await;
    script(&client, "POST", "/entrypoints", with(2, "label", json!(["k", "v"]))).await;
    script(&client, "POST", "/entrypoints", with(3, "name", json!("c"))).await;
    let mut codes = Vec::new();
    for body in [json!({"name": "a"}), json!({"name": "b", "labels": {"k": "v"}}), json!({"name": "c"})] {
        let id = client.started(body).await;
        let session = client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint"), None).await;
        codes.push(session.body["commands"][0]["exitCode"].clone());
    }
    assert_eq!(codes, [1, 2, 3]);
    script(&client, "POST", "/entrypoints", json!({"fate": "daemon-dead", "sandbox": "c"})).await;
    let id = client.get("/sandbox/c").await.id();
    assert_eq!(client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint"), None).await.status, 502);
}

#[tokio::test(start_paused = true)]
async fn the_next_start_the_next_build_and_any_state_can_be_ordered() {
    let client = Client::new(Generation::V0_190);
    script(&client, "POST", "/next-start", json!({"fails": "boom"})).await;
    assert_eq!(client.post("/sandbox", json!({})).await.message(), "Sandbox failed to start: boom");
    script(&client, "POST", "/next-build", json!({"fails": "no space"})).await;
    client.post("/sandbox", json!({"name": "b", "buildInfo": {"dockerfileContent": "FROM x:1"}})).await;
    client.watch("/sandbox/b", "build_failed").await;
    client.started(json!({"name": "c"})).await;
    script(&client, "POST", "/sandboxes/c/state", json!({"state": "hibernating"})).await;
    assert_eq!(client.get("/sandbox/c").await.text("state"), "hibernating");
}

#[tokio::test(start_paused = true)]
async fn a_key_with_few_scopes_can_be_ordered() {
    let client = Client::new(Generation::V0_190);
    script(&client, "POST", "/keys", json!({"key": "dtn_reader", "scopes": []})).await;
    let reader = client.with_key("dtn_reader");
    assert_eq!(reader.get("/sandbox").await.status, 200);
    assert_eq!(reader.post("/sandbox", json!({})).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_order_is_refused_with_what_would_be_right() {
    let client = Client::new(Generation::V0_190);
    for (method, path, body, hint) in [
        ("POST", "/faults", json!({"faults": ["flood"]}), "reset-after"),
        ("POST", "/faults", json!({"fault": "delay"}), "unknown field"),
        ("POST", "/clock", json!({}), "skipSeconds"),
        ("POST", "/entrypoints", json!({"behavior": "sleeps"}), "never-starts"),
        ("POST", "/entrypoints", json!({"behavior": "runs", "sandbox": "none"}), "never was a sandbox none"),
        ("POST", "/next-start", json!({}), "takesSeconds"),
    ] {
        let answer = script(&client, method, path, body).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text("problem").contains(hint), "{}", answer.body);
    }
    let unknown = script(&client, "GET", "/nothing", Value::Null).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body["routes"].as_array().unwrap().contains(&json!("POST /__fake/faults")));
}
