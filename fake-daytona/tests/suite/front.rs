//! What happens to a request before there is a route.

use fake_daytona::{Bucket, Dashboard, Generation};
use serde_json::{Value, json};

use crate::client::{Client, seconds};

#[tokio::test(start_paused = true)]
async fn a_body_of_more_than_102_400_bytes_is_a_404_without_a_version() {
    for generation in [Generation::V0_179, Generation::V0_190, Generation::V0_231] {
        let client = Client::new(generation);
        let body = |length: usize| {
            let frame = json!({"name": "large", "env": {"A": ""}}).to_string().len();
            json!({"name": "large", "env": {"A": "x".repeat(length - frame)}})
        };
        let refused = client.post("/sandbox", body(102_401)).await;
        assert_eq!(refused.refusal(), (404, "Cannot POST /api/sandbox"), "{generation}");
        assert_eq!(refused.header("x-daytona-api-version"), None);
        assert_eq!(refused.header("x-ratelimit-limit-sandbox-create"), None);
        assert_eq!(client.without_key().post("/sandbox", body(102_401)).await.status, 404, "before any key");
        assert_eq!(client.post("/sandbox", body(102_400)).await.status, 200);
        let unknown = client.get("/none").await;
        assert!(unknown.header("x-daytona-api-version").is_some(), "an unknown route has a version");
    }
}

#[tokio::test(start_paused = true)]
async fn outside_of_the_api_everything_is_the_dashboards_page() {
    let client = Client::new(Generation::V0_190);
    for (method, path) in [("GET", "/sandbox"), ("POST", "/sandbox"), ("DELETE", "/sandbox/x")] {
        let answer = client.send(method, path, None).await;
        assert_eq!(answer.status, 200, "{method} {path}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{method} {path}");
        assert_eq!(answer.header("x-daytona-api-version"), None);
    }
    client.fake.set_dashboard(Dashboard::Missing);
    let answer = client.send("GET", "/sandbox", None).await;
    assert_eq!((answer.status, answer.header("x-daytona-api-version")), (500, None));
    assert_eq!(answer.body["statusCode"], 500);
}

#[tokio::test(start_paused = true)]
async fn an_address_is_locked_out_for_a_minute_by_the_thirtieth_wrong_key() {
    let client = Client::new(Generation::V0_190);
    client.fake.set_rate_limit(Bucket::FailedAuth, 30);
    let stranger = client.with_key("dtn_wrong").from("192.0.2.9");
    let mut statuses = Vec::new();
    for _ in 0..32 {
        statuses.push(stranger.get("/sandbox").await.status);
        tokio::time::advance(seconds(1)).await;
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 29);
    // Good keys of the same address wait until a minute after the lock-out.
    let good = client.from("192.0.2.9");
    let answer = good.get("/sandbox").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("57")));
    tokio::time::advance(seconds(57)).await;
    assert_eq!(good.get("/sandbox").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_blank_snapshot_and_a_blank_target_are_the_defaults() {
    let client = Client::new(Generation::V0_190);
    let created = client.post("/sandbox", json!({"snapshot": " ", "target": ""})).await;
    assert_eq!((created.text("snapshot"), created.text("target")), ("ubuntu:22.04", "us"));
}

#[tokio::test(start_paused = true)]
async fn blanks_around_a_target_do_not_count() {
    let client = Client::new(Generation::V0_190);
    let created = client.post("/sandbox", json!({"target": " us "})).await;
    assert_eq!((created.status, created.text("target")), (200, "us"));
}

#[tokio::test(start_paused = true)]
async fn labels_are_replaced_by_whatever_is_sent_and_nothing_matches_what_is_no_text() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "labels": {"team": "x", "n": 1}})).await;
    let bare = client.put("/sandbox/a/labels", json!({"team": "y"})).await;
    assert_eq!((bare.status, bare.body.get("labels")), (200, None));
    assert_eq!(client.get("/sandbox/a").await.body["labels"], json!({"team": "x", "n": 1}), "they stay");
    let found = async |labels: &str| client.get(&format!("/sandbox?labels={labels}")).await;
    assert_eq!(found("%7B%22n%22%3A1%7D").await.body["items"], json!([]), "a number matches nothing");
    assert_eq!(found("%7B%22n%22%3A%221%22%7D").await.body["items"].as_array().unwrap().len(), 1);
    let null = client.put("/sandbox/a/labels", json!({"labels": null})).await;
    assert_eq!((null.status, &null.body["labels"]), (200, &Value::Null));
}
