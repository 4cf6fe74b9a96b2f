//! The ground truth, as library and over HTTP.

use fake_daytona::{Cause, Generation, Limits, RequestAction};
use serde_json::{Value, json};

use crate::client::{Client, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn a_stop_is_put_down_to_idleness_a_request_or_the_time_to_live() {
    let client = Client::new(Generation::V0_205);
    client.started(json!({"name": "idle", "autoStopInterval": 10})).await;
    client.started(json!({"name": "asked", "autoStopInterval": 0})).await;
    client.started(json!({"name": "ended", "autoStopInterval": 0, "ttlMinutes": 20})).await;
    client.post("/sandbox/asked/stop", Value::Null).await;
    let begun = client.fake.now();
    tokio::time::advance(minutes(30)).await;
    let causes =
        |name: &str| -> Vec<Cause> { client.fake.sandbox(name).unwrap().stops().map(|moment| moment.cause).collect() };
    assert_eq!(causes("idle"), [Cause::Idle]);
    assert_eq!(causes("asked"), [Cause::Request]);
    assert_eq!(causes("ended"), [Cause::TimeToLive]);
    assert_eq!(client.fake.sandbox("ended").unwrap().destroyed_by(), Some(Cause::TimeToLive));
    assert_eq!(client.fake.sandbox("idle").unwrap().destroyed_by(), None);
    let idle = client.fake.sandbox("idle").unwrap();
    let at = idle.stops().next().unwrap().at;
    assert!((minutes(9)..=minutes(11)).contains(&(at - begun)));
}

#[tokio::test(start_paused = true)]
async fn an_archive_and_a_delete_after_a_stop_have_causes_of_their_own() {
    let client = Client::new(Generation::V0_190);
    let body = json!({"name": "a", "autoStopInterval": 1, "autoArchiveInterval": 5, "autoDeleteInterval": -1});
    client.started(body).await;
    let body = json!({"name": "b", "autoStopInterval": 1, "autoArchiveInterval": 50, "autoDeleteInterval": 30});
    client.started(body).await;
    tokio::time::advance(minutes(120)).await;
    let view = client.fake.sandbox("a").unwrap();
    assert_eq!(view.states(), ["creating", "started", "stopping", "stopped", "archiving", "archived"]);
    let cause = |state: &str| view.history.iter().find(|moment| moment.state.as_str() == state).unwrap().cause;
    assert_eq!((cause("stopped"), cause("archived")), (Cause::Idle, Cause::AutoArchive));
    assert_eq!(client.fake.sandbox("b").unwrap().destroyed_by(), Some(Cause::AutoDelete));
}

#[tokio::test(start_paused = true)]
async fn a_failure_and_the_servers_own_patience_are_told_apart() {
    let client = Client::new(Generation::V0_190);
    client.fake.fail_next_start("boom");
    client.post("/sandbox", json!({"name": "failed"})).await;
    client.fake.next_start_takes(minutes(60));
    client.post("/sandbox", json!({"name": "slow"})).await;
    tokio::time::advance(minutes(20)).await;
    let last = |name: &str| client.fake.sandbox(name).unwrap().history.last().unwrap().cause;
    assert_eq!((last("failed"), last("slow")), (Cause::Failure, Cause::ServerLimit));
}

#[tokio::test(start_paused = true)]
async fn every_sandbox_ever_is_remembered_and_only_the_living_are_alive() {
    let client = Client::new(Generation::V0_190);
    let gone = client.started(json!({"name": "a", "labels": {"n": "1"}})).await;
    client.delete(&format!("/sandbox/{gone}")).await;
    tokio::time::advance(seconds(5)).await;
    client.started(json!({"name": "a", "labels": {"n": "2"}})).await;
    let all = client.fake.sandboxes();
    assert_eq!(all.iter().map(|view| view.labels["n"].as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!((all[0].alive, all[1].alive), (false, true));
    assert!(all[0].name.starts_with("DESTROYED_a_") && all[0].created_name == "a");
    assert_eq!(client.fake.alive().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_time_in_started_is_billed() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a", "autoStopInterval": 0})).await;
    tokio::time::advance(minutes(10)).await;
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    tokio::time::advance(minutes(60)).await;
    let billed = client.fake.sandbox("a").unwrap().billed_minutes;
    assert!((10.0..10.1).contains(&billed), "{billed}");
}

#[tokio::test(start_paused = true)]
async fn requests_are_kept_with_what_became_of_them() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(("POST", "/sandbox"), RequestAction::ApplyThenReset);
    client.post("/sandbox", json!({"name": "a"})).await;
    client.get("/sandbox/a?verbose=true").await;
    let requests = client.fake.requests();
    assert_eq!((requests[0].fault, requests[0].status), (Some("apply-then-reset"), None));
    assert_eq!((requests[1].fault, requests[1].status), (None, Some(200)));
    assert_eq!(requests[0].json(), json!({"name": "a"}));
    assert_eq!((requests[1].number, requests[1].path_and_query().as_str()), (1, "/api/sandbox/a?verbose=true"));
    assert_eq!(client.fake.count(("GET", "/sandbox/*")), 1);
    client.fake.clear_requests();
    client.get("/sandbox/b").await;
    let later = client.fake.requests();
    assert_eq!((later.len(), later[0].number, later[0].status), (1, 2, Some(404)));
}

#[tokio::test(start_paused = true)]
async fn the_same_is_shown_over_http_without_a_key() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "autoStopInterval": 1})).await;
    tokio::time::advance(minutes(5)).await;
    let stranger = client.without_key();
    let summary = stranger.send("GET", "/__fake/summary", None).await;
    assert_eq!((&summary.body["created"], &summary.body["alive"]), (&json!(1), &json!(1)));
    assert_eq!(summary.body["by_route"], json!({"POST /sandbox": 1}));
    assert!((1.0..1.3).contains(&summary.body["billed_minutes"].as_f64().unwrap()));
    let rows = stranger.send("GET", "/__fake/sandboxes", None).await;
    let history = rows.body[0]["history"].as_array().unwrap();
    assert_eq!(history.last().unwrap()["state"], "stopped");
    assert_eq!(history.last().unwrap()["cause"], "idle");
    assert_eq!(rows.body[0]["runs"][0]["exitCode"], Value::Null);
    let requests = stranger.send("GET", "/__fake/requests", None).await;
    assert_eq!((&requests.body[0]["path"], &requests.body[0]["status"]), (&json!("/api/sandbox"), &json!(200)));
    assert_eq!(client.fake.requests().len(), 1, "looking in is not a request");
}

#[tokio::test(start_paused = true)]
async fn what_a_create_sends_in_vain_is_told() {
    let body = json!({"name": "a", "image": "x:1", "command": ["run"], "ttlMinutes": 5, "class": "small", "env": {}});
    for (generation, path, ignored) in [
        (Generation::V0_105, "/sandbox", &["command", "image", "name", "ttlMinutes"][..]),
        (Generation::V0_179, "/sandbox", &["command", "image", "ttlMinutes"]),
        (Generation::V0_190, "/sandbox", &["class", "command", "image", "ttlMinutes"]),
        (Generation::V0_231, "/sandbox", &["class", "command", "image"]),
        (Generation::V0_179, "/workspace", &["command", "name", "ttlMinutes"]),
        (Generation::Documented, "/workspace", &["class", "name", "ttlMinutes"]),
    ] {
        let client = Client::new(generation);
        client.get("/sandbox").await;
        client.post(path, body.clone()).await;
        let mut keys: Vec<String> = client.fake.ignored_keys().into_iter().map(|(_, key)| key).collect();
        keys.sort();
        assert_eq!(keys, ignored, "{path} of {generation}");
        assert!(client.fake.ignored_keys().iter().all(|(number, _)| *number == 1));
        let shown = client.send("GET", "/__fake/requests", None).await;
        assert_eq!(shown.body[1]["ignored"].as_array().unwrap().len(), ignored.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_runs_for_long_counts_without_keeping() {
    let client =
        Client::of(fake_daytona::FakeDaytona::builder(Generation::V0_190).limits(Limits::none()).counts_only());
    for _ in 0..20 {
        client.started(json!({})).await;
    }
    assert!(client.fake.requests().is_empty());
    assert_eq!(client.fake.requests_by_route()["POST /sandbox"], 20);
    let summary = client.send("GET", "/__fake/summary", None).await;
    assert_eq!(summary.body["requests"], 20);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_mints_the_same_identifiers() {
    let ids = |seed: u64| async move {
        let client = Client::of(fake_daytona::FakeDaytona::builder(Generation::V0_190).seed(seed));
        [client.started(json!({})).await, client.started(json!({})).await]
    };
    assert_eq!(ids(1).await, ids(1).await);
    assert_ne!(ids(1).await, ids(2).await);
}

#[tokio::test(start_paused = true)]
async fn the_wall_clock_can_be_set_forward_alone() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "autoStopInterval": 10})).await;
    client.fake.skip(minutes(9));
    assert_eq!(client.get("/sandbox/a").await.text("state"), "started");
    client.fake.skip(minutes(2));
    assert_eq!(client.get("/sandbox/a").await.text("state"), "stopped");
    assert!(client.fake.sandbox("a").unwrap().stops().next().unwrap().at < client.fake.now());
}
