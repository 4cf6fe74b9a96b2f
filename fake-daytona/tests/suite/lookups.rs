//! Look-ups by name that are kept, and operations on rows that are old: recorded on 0.190 and 0.179.

use std::time::Duration;

use fake_daytona::{FakeDaytona, Generation};
use serde_json::{Value, json};

use crate::client::{Client, seconds};

async fn replaced(client: &Client, id: &str) -> String {
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.status, 200);
    let second = client.post("/sandbox", json!({"name": "mine"})).await.id();
    client.watch(&format!("/sandbox/{second}"), "started").await;
    second
}

async fn by_name(client: &Client) -> u16 {
    client.get("/sandbox/mine").await.status
}

/// How long after now the name is denied, asked every 100 ms.
async fn denied_for(client: &Client) -> Duration {
    let begun = client.fake.now();
    while by_name(client).await == 404 {
        tokio::time::advance(Duration::from_millis(100)).await;
        assert!(client.fake.now() - begun < seconds(60), "it is denied for ever");
    }
    client.fake.now() - begun
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_looked_up_denies_the_sandbox_that_takes_it_over_for_ten_seconds() {
    for generation in [Generation::V0_179, Generation::V0_190, Generation::V0_231] {
        let client = Client::new(generation);
        let first = client.started(json!({"name": "mine"})).await;
        assert_eq!(by_name(&client).await, 200);
        let second = replaced(&client, &first).await;
        let denied = client.get("/sandbox/mine").await;
        assert_eq!(denied.refusal(), (404, "Sandbox with ID or name mine not found"), "{generation}");
        // Everything else tells the truth.
        assert_eq!(client.get(&format!("/sandbox/{second}")).await.text("state"), "started");
        assert_eq!(client.post("/sandbox", json!({"name": "mine"})).await.status, 409);
        assert_eq!(client.get("/sandbox/mine/ports/3000/preview-url").await.status, 200);
        for (verb, path) in [("POST", "stop"), ("POST", "autostop/5"), ("PUT", "labels")] {
            let body = if verb == "PUT" { json!({"labels": {}}) } else { Value::Null };
            let answer = client.call(verb, &format!("/sandbox/mine/{path}"), body).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        assert_eq!(client.delete("/sandbox/mine").await.status, 404);
        let denied = denied_for(&client).await;
        assert!((9_500..=10_500).contains(&denied.as_millis()), "{generation}: {denied:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_lasts_ten_seconds_from_the_first_one_and_not_from_the_look_up() {
    let client = Client::new(Generation::V0_190);
    let first = client.started(json!({"name": "mine"})).await;
    assert_eq!(by_name(&client).await, 200);
    replaced(&client, &first).await;
    tokio::time::advance(seconds(8)).await;
    let denied = denied_for(&client).await;
    assert!((9_900..=10_100).contains(&denied.as_millis()), "{denied:?}");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_looked_up_for_ten_seconds_is_not_denied() {
    let client = Client::new(Generation::V0_190);
    let first = client.started(json!({"name": "mine"})).await;
    assert_eq!(by_name(&client).await, 200);
    tokio::time::advance(seconds(11)).await;
    replaced(&client, &first).await;
    assert_eq!(by_name(&client).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_vain_look_up_is_kept_as_long_as_the_name_is_known() {
    for (pause, denied) in [(11, true), (61, false)] {
        let client = Client::new(Generation::V0_190);
        let first = client.started(json!({"name": "mine"})).await;
        assert_eq!(by_name(&client).await, 200);
        client.delete(&format!("/sandbox/{first}")).await;
        tokio::time::advance(seconds(pause)).await;
        assert_eq!(by_name(&client).await, 404);
        client.started(json!({"name": "mine"})).await;
        assert_eq!(by_name(&client).await == 404, denied, "after {pause} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_new_sandbox_drops_a_denial_that_was_kept_before_it() {
    // Scenario 18 of the recording: asked in vain at 4 s, created at 8 s, denied until 10 s after the first denial then.
    let client = Client::new(Generation::V0_190);
    let first = client.started(json!({"name": "mine"})).await;
    assert_eq!(by_name(&client).await, 200);
    client.delete(&format!("/sandbox/{first}")).await;
    tokio::time::advance(seconds(4)).await;
    assert_eq!(by_name(&client).await, 404);
    tokio::time::advance(seconds(4)).await;
    client.started(json!({"name": "mine"})).await;
    let denied = denied_for(&client).await;
    assert!((9_900..=10_100).contains(&denied.as_millis()), "{denied:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fake_with_fresh_look_ups_denies_nothing() {
    let client = Client::of(FakeDaytona::builder(Generation::V0_190).fresh_lookups());
    let first = client.started(json!({"name": "mine"})).await;
    assert_eq!(by_name(&client).await, 200);
    replaced(&client, &first).await;
    assert_eq!(by_name(&client).await, 200);
}

#[tokio::test(start_paused = true)]
async fn an_operation_of_a_workspace_sees_a_row_that_is_up_to_ten_seconds_old() {
    let client = Client::new(Generation::V0_179);
    let created = client.post("/workspace", json!({"name": "wn"})).await;
    let own = format!("/workspace/{}", created.id());
    assert_eq!((created.text("name"), created.text("state")), ("wn", "started"));
    assert_eq!(client.post("/workspace", json!({"name": "wn"})).await.status, 409, "the name is unique");
    let step = async |verb: &str| client.post(&format!("{own}/{verb}"), Value::Null).await;
    assert_eq!(step("stop").await.status, 200);
    tokio::time::advance(seconds(2)).await;
    assert_eq!(client.get(&own).await.text("state"), "stopped");
    assert_eq!(step("archive").await.refusal(), (400, "Sandbox is not stopped"));
    let modified = (409, "Sandbox was modified by another operation");
    assert_eq!(step("stop").await.refusal(), modified);
    assert_eq!(client.delete(&format!("{own}?force=true")).await.refusal(), modified);
    tokio::time::advance(seconds(9)).await;
    assert_eq!(client.delete(&format!("{own}?force=true")).await.status, 200);
    assert_eq!(client.delete(&format!("{own}?force=true")).await.refusal(), modified);
}
