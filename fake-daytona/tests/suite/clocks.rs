//! Clocks: what resets the idle clock, what happens when it has run out, and how long the server itself waits.

use fake_daytona::{Cause, Generation};
use serde_json::{Value, json};

use crate::client::{Client, minutes, seconds};

async fn state(client: &Client, name: &str) -> String {
    let answer = client.get(&format!("/sandbox/{name}")).await;
    if answer.status == 200 { answer.text("state").to_owned() } else { format!("HTTP {}", answer.status) }
}

/// A sandbox that is stopped after half an hour, and twenty minutes gone.
async fn twenty_minutes_idle() -> (Client, String) {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a", "autoStopInterval": 30})).await;
    tokio::time::advance(minutes(20)).await;
    (client, id)
}

/// Whether it is stopped eleven minutes later, half an hour and a bit after its start.
async fn is_stopped(client: &Client) -> bool {
    tokio::time::advance(minutes(11)).await;
    state(client, "a").await == "stopped"
}

#[tokio::test(start_paused = true)]
async fn an_idle_sandbox_is_stopped_within_ten_seconds_of_its_interval_and_keeps_its_disk() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "autoStopInterval": 30})).await;
    tokio::time::advance(minutes(30)).await;
    assert_eq!(state(&client, "a").await, "started");
    tokio::time::advance(seconds(11)).await;
    assert_eq!(state(&client, "a").await, "stopped");
    let usage = client.fake.usage();
    assert_eq!((usage.cpu, usage.disk), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn without_a_wish_the_interval_is_a_quarter_of_an_hour_and_zero_is_never() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "usual"})).await;
    client.started(json!({"name": "never", "autoStopInterval": 0})).await;
    tokio::time::advance(minutes(16)).await;
    assert_eq!(state(&client, "usual").await, "stopped");
    tokio::time::advance(minutes(60 * 24 * 30)).await;
    assert_eq!(state(&client, "never").await, "started");
}

#[tokio::test(start_paused = true)]
async fn last_activity_resets_the_idle_clock() {
    let (client, id) = twenty_minutes_idle().await;
    client.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await;
    assert!(!is_stopped(&client).await);
}

#[tokio::test(start_paused = true)]
async fn a_call_to_the_toolbox_resets_the_idle_clock() {
    let (client, id) = twenty_minutes_idle().await;
    client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint"), None).await;
    assert!(!is_stopped(&client).await);
}

#[tokio::test(start_paused = true)]
async fn a_toolbox_call_through_the_main_api_resets_it_too() {
    let (client, id) = twenty_minutes_idle().await;
    let looked = client.get(&format!("/toolbox/{id}/toolbox/process/session/entrypoint")).await;
    assert_eq!(looked.status, 200);
    assert!(!is_stopped(&client).await);
}

#[tokio::test(start_paused = true)]
async fn reading_and_listing_do_not_reset_the_idle_clock() {
    let (client, id) = twenty_minutes_idle().await;
    client.get(&format!("/sandbox/{id}")).await;
    client.get("/sandbox").await;
    client.get(&format!("/sandbox/{id}/toolbox-proxy-url")).await;
    assert!(is_stopped(&client).await);
}

#[tokio::test(start_paused = true)]
async fn labels_and_intervals_do_not_reset_the_idle_clock() {
    let (client, id) = twenty_minutes_idle().await;
    client.call("PUT", &format!("/sandbox/{id}/labels"), json!({"labels": {"a": "b"}})).await;
    client.post(&format!("/sandbox/{id}/autostop/30"), Value::Null).await;
    assert!(is_stopped(&client).await);
}

#[tokio::test(start_paused = true)]
async fn what_runs_inside_does_not_reset_the_idle_clock() {
    let (client, _) = twenty_minutes_idle().await;
    assert!(is_stopped(&client).await);
    assert!(client.fake.sandbox("a").unwrap().was_killed_at_work());
}

#[tokio::test(start_paused = true)]
async fn a_change_of_state_resets_the_idle_clock() {
    let (client, id) = twenty_minutes_idle().await;
    client.post(&format!("/sandbox/{id}/snapshot"), json!({"name": "s"})).await;
    assert!(!is_stopped(&client).await);
}

#[tokio::test(start_paused = true)]
async fn a_raised_interval_counts_from_the_old_activity() {
    let (client, id) = twenty_minutes_idle().await;
    client.post(&format!("/sandbox/{id}/autostop/60"), Value::Null).await;
    tokio::time::advance(minutes(39)).await;
    assert_eq!(state(&client, "a").await, "started");
    tokio::time::advance(minutes(2)).await;
    assert_eq!(state(&client, "a").await, "stopped");
}

#[tokio::test(start_paused = true)]
async fn activities_within_five_seconds_of_one_are_dropped() {
    let (client, id) = twenty_minutes_idle().await;
    let activity = format!("/sandbox/{id}/last-activity");
    let first = client.fake.now();
    client.post(&activity, Value::Null).await;
    tokio::time::advance(seconds(4)).await;
    assert_eq!(client.post(&activity, Value::Null).await.status, 201);
    tokio::time::advance(seconds(20)).await;
    assert_eq!(client.get("/sandbox/a").await.text("lastActivityAt"), first.rfc3339());
}

#[tokio::test(start_paused = true)]
async fn last_activity_is_accepted_by_name_and_of_what_is_destroyed() {
    let (client, _) = twenty_minutes_idle().await;
    assert_eq!(client.post("/sandbox/a/last-activity", Value::Null).await.status, 201);
    let id = client.get("/sandbox/a").await.id();
    client.delete(&format!("/sandbox/{id}")).await;
    tokio::time::advance(seconds(60)).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.status, 404);
    assert_eq!(client.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await.status, 201);
    let unknown = client.post("/sandbox/none/last-activity", Value::Null).await;
    assert_eq!(unknown.refusal(), (404, "Sandbox with ID or name none not found"));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_sandbox_is_archived_after_a_week_and_then_holds_no_quota() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "usual", "autoStopInterval": 1})).await;
    client.started(json!({"name": "soon", "autoStopInterval": 1, "autoArchiveInterval": 5})).await;
    tokio::time::advance(minutes(10)).await;
    assert_eq!((state(&client, "usual").await, state(&client, "soon").await), ("stopped".into(), "archived".into()));
    assert_eq!(client.fake.usage().disk, 3);
    tokio::time::advance(minutes(7 * 24 * 60)).await;
    assert_eq!(state(&client, "usual").await, "archived");
    assert_eq!(client.fake.usage().disk, 0);
    assert_eq!(client.fake.sandbox("soon").unwrap().history.last().unwrap().cause, Cause::AutoArchive);
}

#[tokio::test(start_paused = true)]
async fn a_keep_alive_of_a_stopped_sandbox_postpones_its_archive() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a", "autoStopInterval": 1, "autoArchiveInterval": 10})).await;
    tokio::time::advance(minutes(9)).await;
    client.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await;
    tokio::time::advance(minutes(5)).await;
    assert_eq!(state(&client, "a").await, "stopped");
    tokio::time::advance(minutes(6)).await;
    assert_eq!(state(&client, "a").await, "archived");
}

#[tokio::test(start_paused = true)]
async fn an_auto_delete_destroys_what_was_stopped_for_so_long() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "autoStopInterval": 1, "autoDeleteInterval": 10})).await;
    tokio::time::advance(minutes(9)).await;
    assert_eq!(state(&client, "a").await, "stopped");
    tokio::time::advance(minutes(3)).await;
    assert_eq!(state(&client, "a").await, "HTTP 404");
    assert_eq!(client.fake.sandbox("a").unwrap().destroyed_by(), Some(Cause::AutoDelete));
}

#[tokio::test(start_paused = true)]
async fn an_idle_ephemeral_sandbox_is_destroyed_instead_of_stopped() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "autoStopInterval": 1, "autoDeleteInterval": 0})).await;
    tokio::time::advance(minutes(2)).await;
    assert_eq!(state(&client, "a").await, "HTTP 404");
    assert_eq!(client.fake.sandbox("a").unwrap().destroyed_by(), Some(Cause::Idle));
}

#[tokio::test(start_paused = true)]
async fn a_start_from_the_archive_ends_a_time_to_live_all_the_same() {
    let client = Client::new(Generation::V0_205);
    client.started(json!({"name": "a", "ttlMinutes": 60, "autoStopInterval": 1, "autoArchiveInterval": 1})).await;
    tokio::time::advance(minutes(30)).await;
    assert_eq!(state(&client, "a").await, "archived");
    client.post("/sandbox/a/start", Value::Null).await;
    tokio::time::advance(minutes(31)).await;
    assert_eq!(state(&client, "a").await, "HTTP 404");
}

#[tokio::test(start_paused = true)]
async fn the_server_gives_up_on_a_start_after_a_quarter_of_an_hour() {
    let client = Client::new(Generation::V0_190);
    client.fake.next_start_takes(minutes(600));
    client.post("/sandbox", json!({"name": "a"})).await;
    tokio::time::advance(minutes(14)).await;
    assert_eq!(state(&client, "a").await, "creating");
    tokio::time::advance(minutes(1)).await;
    assert_eq!(state(&client, "a").await, "error");
    assert!(!client.get("/sandbox/a").await.text("errorReason").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_keep_alive_before_the_start_defers_that() {
    let client = Client::new(Generation::V0_190);
    client.fake.next_start_takes(minutes(600));
    let id = client.post("/sandbox", json!({"name": "a"})).await.id();
    tokio::time::advance(minutes(10)).await;
    client.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await;
    tokio::time::advance(minutes(10)).await;
    assert_eq!(state(&client, "a").await, "creating");
}

#[tokio::test(start_paused = true)]
async fn the_server_gives_up_on_a_build_after_an_hour_and_never_on_a_pending_one() {
    let client = Client::new(Generation::V0_190);
    let build =
        |name: &str, image: &str| json!({"name": name, "buildInfo": {"dockerfileContent": format!("FROM {image}")}});
    client.fake.next_build_takes(minutes(600));
    client.post("/sandbox", build("a", "x:1")).await;
    tokio::time::advance(minutes(59)).await;
    assert_eq!(state(&client, "a").await, "building_snapshot");
    tokio::time::advance(minutes(2)).await;
    assert_eq!(state(&client, "a").await, "build_failed");
    client.fake.no_runners();
    client.post("/sandbox", build("b", "y:1")).await;
    tokio::time::advance(minutes(60 * 24 * 7)).await;
    assert_eq!(state(&client, "b").await, "pending_build");
    client.fake.runners_return();
    client.watch("/sandbox/b", "started").await;
}

#[tokio::test(start_paused = true)]
async fn the_server_gives_up_on_a_restart_after_five_minutes_and_on_a_restore_after_thirty() {
    for (parked, during, limit) in [("stopped", "starting", 5), ("archived", "restoring", 30)] {
        let client = Client::new(Generation::V0_190);
        let id = client.started(json!({"name": "a"})).await;
        client.fake.set_state("a", parked, None, None);
        client.fake.next_start_takes(minutes(600));
        client.post(&format!("/sandbox/{id}/start"), Value::Null).await;
        // The reply of a start from stopped came half a minute later, that from the archive at once.
        tokio::time::advance(minutes(limit - 1)).await;
        assert_eq!(state(&client, "a").await, during);
        tokio::time::advance(minutes(2)).await;
        assert_eq!(state(&client, "a").await, "error");
    }
}
