//! Lists run behind the truth; reads by id do not.

use std::time::Duration;

use fake_daytona::{FakeDaytona, Generation};
use serde_json::json;

use crate::client::{Client, seconds};

async fn listed(client: &Client) -> Vec<(String, String)> {
    let list = client.get("/sandbox").await;
    let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
    list.body["items"].as_array().unwrap().iter().map(|row| (text(row, "name"), text(row, "state"))).collect()
}

fn row(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_list_that_lags_lacks_the_new_and_keeps_the_gone_while_reads_by_id_are_true() {
    let client = Client::new(Generation::V0_190);
    client.fake.list_lags(seconds(5));
    let id = client.started(json!({"name": "a"})).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "started");
    assert!(listed(&client).await.is_empty());
    tokio::time::advance(seconds(5)).await;
    assert_eq!(listed(&client).await, [row("a", "started")]);
    client.delete(&format!("/sandbox/{id}")).await;
    tokio::time::advance(seconds(2)).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.status, 404);
    assert_eq!(listed(&client).await.len(), 1, "the list still shows it");
    tokio::time::advance(seconds(5)).await;
    assert!(listed(&client).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_flaps_shows_a_destroyed_sandbox_again_for_a_while() {
    let client = Client::new(Generation::V0_190);
    client.fake.list_flaps(seconds(4), seconds(1));
    let id = client.started(json!({"name": "a"})).await;
    client.delete(&format!("/sandbox/{id}")).await;
    client.watch(&format!("/sandbox/{id}"), "HTTP 404").await;
    let mut seen = Vec::new();
    for _ in 0..12 {
        seen.push(!listed(&client).await.is_empty());
        tokio::time::advance(Duration::from_millis(500)).await;
    }
    seen.dedup();
    assert_eq!(seen, [false, true, false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_restore_is_restoring_in_the_list_and_still_archived_by_id() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.set_state("a", "archived", None, None);
    client.post(&format!("/sandbox/{id}/start"), serde_json::Value::Null).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "archived");
    assert_eq!(listed(&client).await, [row("a", "restoring")]);
}

#[tokio::test(start_paused = true)]
async fn sizes_snapshots_regions_and_flags_narrow_a_list() {
    let client = Client::of(FakeDaytona::builder(Generation::V0_190).regions(&["us", "eu"]));
    client.started(json!({"name": "plain"})).await;
    let dockerfile = json!({"dockerfileContent": "FROM x:1"});
    client.post("/sandbox", json!({"name": "big", "buildInfo": dockerfile, "cpu": 4, "target": "eu"})).await;
    client.watch("/sandbox/big", "started").await;
    client.post("/sandbox/big/public/true", serde_json::Value::Null).await;
    for (query, name) in [
        ("minCpu=2", "big"),
        ("maxCpu=2", "plain"),
        ("minCpu=2&maxMemoryGiB=1&minDiskGiB=3", "big"),
        ("snapshots=ubuntu:22.04", "plain"),
        ("regionIds=eu", "big"),
        ("isPublic=true", "big"),
        ("isPublic=false", "plain"),
    ] {
        let list = client.get(&format!("/sandbox?{query}")).await;
        let names: Vec<_> = list.body["items"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
        assert_eq!(names, [name], "{query}");
    }
    assert_eq!(client.get("/sandbox?isRecoverable=true").await.body["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_name_of_the_list_is_a_prefix_and_an_id_too() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "session-1"})).await;
    client.started(json!({"name": "other"})).await;
    for query in ["name=SESS".to_owned(), format!("id={}", id[..8].to_uppercase())] {
        let list = client.get(&format!("/sandbox?{query}")).await;
        assert_eq!(list.body["items"].as_array().unwrap().len(), 1, "{query}");
        assert_eq!(list.body["items"][0]["name"], "session-1");
    }
}
