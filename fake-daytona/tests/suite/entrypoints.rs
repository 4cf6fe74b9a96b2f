//! The behavior of a launch command: scripted before there is a sandbox, seen through the toolbox.

use fake_daytona::{EntrypointBehavior, Generation};
use serde_json::{Value, json};

use crate::client::{Answer, Client, minutes, seconds};

/// A look at the launch command.
async fn look(client: &Client, id: &str) -> Answer {
    client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint"), None).await
}

fn never_idle(name: &str) -> Value {
    json!({"name": name, "autoStopInterval": 0})
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_for_its_minutes_and_then_tells_its_exit_code() {
    let client = Client::new(Generation::V0_190);
    client.fake.entrypoints_of_new(EntrypointBehavior::fails_after(20, 3));
    let id = client.started(never_idle("a")).await;
    let running = look(&client, &id).await;
    assert_eq!((running.status, running.body["commands"][0].get("exitCode")), (200, None), "absent while it runs");
    tokio::time::advance(minutes(20)).await;
    assert_eq!(look(&client, &id).await.body["commands"][0]["exitCode"], 3);
    assert_eq!(client.get("/sandbox/a").await.text("state"), "started", "the sandbox outlives its command");
    let run = client.fake.sandbox("a").unwrap().runs[0];
    assert_eq!((run.exit_code, run.was_killed()), (Some(3), false));
    assert_eq!(run.ended_at.unwrap() - run.started_at, minutes(20));
}

#[tokio::test(start_paused = true)]
async fn a_rule_for_a_name_comes_before_one_for_a_label_and_that_before_the_default() {
    let client = Client::new(Generation::V0_190);
    client.fake.entrypoints_of_new(EntrypointBehavior::runs_for(1));
    client.fake.entrypoints_labelled("kind", "flaky", EntrypointBehavior::fails_after(1, 7));
    client.fake.entrypoints_named("chosen", EntrypointBehavior::fails_after(1, 9));
    let labelled = |name: &str| json!({"name": name, "labels": {"kind": "flaky"}, "autoStopInterval": 0});
    let ids = [
        (client.started(never_idle("plain")).await, 0),
        (client.started(labelled("labelled")).await, 7),
        (client.started(labelled("chosen")).await, 9),
    ];
    tokio::time::advance(minutes(2)).await;
    for (id, code) in ids {
        assert_eq!(look(&client, &id).await.body["commands"][0]["exitCode"], code);
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_never_starts_has_no_session() {
    let client = Client::new(Generation::V0_190);
    client.fake.entrypoints_of_new(EntrypointBehavior::NeverStarts);
    let id = client.started(never_idle("a")).await;
    let answer = look(&client, &id).await;
    assert_eq!(answer.refusal(), (404, "session not found"));
    assert_eq!(client.fake.sandbox("a").unwrap().entrypoint_runs, 0);
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_loses_the_network_works_on_and_cannot_be_reached() {
    let client = Client::new(Generation::V0_190);
    client.fake.entrypoints_of_new(EntrypointBehavior::LosesNetwork { after: minutes(5) });
    let id = client.started(never_idle("a")).await;
    assert_eq!(look(&client, &id).await.status, 200);
    tokio::time::advance(minutes(5)).await;
    let cut_off = look(&client, &id).await;
    assert_eq!((cut_off.status, cut_off.bytes.len()), (502, 0));
    assert_eq!(client.get("/sandbox/a").await.text("state"), "started");
    assert_eq!(client.fake.sandbox("a").unwrap().runs[0].ended_at, None);
}

#[tokio::test(start_paused = true)]
async fn a_dead_daemon_is_a_bare_502_under_a_started_sandbox() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(never_idle("a")).await;
    client.fake.set_entrypoint("a", EntrypointBehavior::DaemonDead);
    assert_eq!(look(&client, &id).await.status, 502);
    assert_eq!(client.get("/sandbox/a").await.text("state"), "started");
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_again_at_every_start_and_dies_with_its_sandbox() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(never_idle("a")).await;
    tokio::time::advance(seconds(90)).await;
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "stopped").await;
    client.post(&format!("/sandbox/{id}/start"), Value::Null).await;
    let view = client.fake.sandbox("a").unwrap();
    assert_eq!((view.entrypoint_runs, view.was_killed_at_work()), (2, true));
    assert!(view.runs[0].was_killed() && view.runs[1].ended_at.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_command_that_has_ended_is_not_killed_by_a_stop() {
    let client = Client::new(Generation::V0_190);
    client.fake.entrypoints_of_new(EntrypointBehavior::runs_for(1));
    let id = client.started(json!({"name": "a", "autoStopInterval": 5})).await;
    tokio::time::advance(minutes(10)).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "stopped");
    let view = client.fake.sandbox("a").unwrap();
    assert!(!view.was_killed_at_work());
    assert_eq!(view.runs[0].exit_code, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_a_sandbox_does_not_disturb_its_command() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(never_idle("a")).await;
    client.post(&format!("/sandbox/{id}/snapshot"), json!({"name": "s"})).await;
    client.watch(&format!("/sandbox/{id}"), "started").await;
    let view = client.fake.sandbox("a").unwrap();
    assert_eq!((view.entrypoint_runs, view.runs[0].ended_at), (1, None));
}
