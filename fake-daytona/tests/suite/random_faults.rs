//! Faults by chance: the same seed strikes the same requests in the same way.

use fake_daytona::{FakeDaytona, FaultKind, Generation, Limits, Matcher, RandomFaults, Reply, RequestAction};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::{Client, seconds};

/// What befell two hundred requests.
async fn faults_of(faults: RandomFaults) -> Vec<Option<&'static str>> {
    let client = Client::new(Generation::V0_190);
    client.fake.random_faults(faults);
    for index in 0..100 {
        let _ = timeout(seconds(60), client.get("/sandbox/none")).await;
        let _ = timeout(seconds(60), client.get(&format!("/sandbox/other-{index}"))).await;
    }
    client.fake.requests().into_iter().map(|request| request.fault).collect()
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_run_and_another_seed_another_one() {
    let first = faults_of(RandomFaults::new(7, 0.3)).await;
    assert_eq!(first, faults_of(RandomFaults::new(7, 0.3)).await);
    assert_ne!(first, faults_of(RandomFaults::new(8, 0.3)).await);
    let struck = first.iter().flatten().count();
    assert!((40..=80).contains(&struck), "three in ten of 200, but {struck}");
}

#[tokio::test(start_paused = true)]
async fn other_requests_in_between_do_not_change_what_befalls_one() {
    let mut runs = Vec::new();
    for other in [false, true] {
        let client = Client::new(Generation::V0_190);
        client.fake.random_faults(RandomFaults::new(7, 0.5).of(&[FaultKind::ServerError]));
        let mut statuses = Vec::new();
        for _ in 0..40 {
            if other {
                client.get("/snapshots").await;
            }
            statuses.push(client.get("/sandbox/none").await.status);
        }
        assert!(statuses.contains(&500) && statuses.contains(&404));
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test(start_paused = true)]
async fn faults_that_are_certain_are_of_every_usual_kind() {
    let seen = faults_of(RandomFaults::new(1, 1.0)).await;
    let mut names: Vec<&str> = seen.into_iter().flatten().collect();
    assert_eq!(names.len(), 200);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FaultKind::usual().len(), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn random_faults_can_be_meant_for_some_requests_and_end_by_themselves() {
    let client = Client::new(Generation::V0_190);
    client
        .fake
        .random_faults(RandomFaults::new(1, 1.0).on(Matcher::method("DELETE")).of(&[FaultKind::Gateway]).at_most(2));
    assert_eq!(client.get("/sandbox/none").await.status, 404);
    for _ in 0..2 {
        assert!((502..=504).contains(&client.delete("/sandbox/none").await.status));
    }
    assert_eq!(client.delete("/sandbox/none").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_single_verdict_can_strike_by_chance() {
    let client = Client::new(Generation::V0_190);
    client.fake.by_chance(("GET", "/sandbox/*"), 0.5, RequestAction::Answer(Reply::gateway(502)), 3);
    let mut statuses = Vec::new();
    for _ in 0..50 {
        statuses.push(client.get("/sandbox/none").await.status);
    }
    let struck = statuses.iter().filter(|status| **status == 502).count();
    assert!((15..=35).contains(&struck), "half of 50, but {struck}");
}

#[tokio::test(start_paused = true)]
async fn starts_fail_or_lag_by_chance_and_a_scripted_one_comes_first() {
    let run = || async {
        let client = Client::of(FakeDaytona::builder(Generation::V0_190).limits(Limits::none()));
        client.fake.starts_fail_by_chance(0.3, "by chance", 5);
        client.fake.starts_lag_by_chance(0.3, seconds(40), 6);
        client.fake.fail_next_start("scripted");
        let mut ends = Vec::new();
        for _ in 0..30 {
            let begun = tokio::time::Instant::now();
            let answer = client.post("/sandbox", json!({})).await;
            ends.push((answer.status, answer.message().to_owned(), begun.elapsed().as_secs()));
        }
        ends
    };
    let ends = run().await;
    assert_eq!(ends[0].1, "Sandbox failed to start: scripted");
    let failed = ends.iter().filter(|(status, message, _)| *status == 400 && message.ends_with("by chance")).count();
    let late = ends.iter().filter(|(.., took)| *took == 30).count();
    assert!((3..=15).contains(&failed) && (2..=15).contains(&late), "{failed} failed, {late} were late");
    assert_eq!(ends, run().await);
}

#[tokio::test(start_paused = true)]
async fn builds_fail_by_chance() {
    let client = Client::new(Generation::V0_190);
    client.fake.builds_fail_by_chance(1.0, "no space left", 1);
    client.post("/sandbox", json!({"name": "b", "buildInfo": {"dockerfileContent": "FROM x:1"}})).await;
    client.watch("/sandbox/b", "build_failed").await;
    assert_eq!(client.get("/sandbox/b").await.text("errorReason"), "no space left");
}

#[tokio::test(start_paused = true)]
async fn what_a_caller_cannot_tell_is_marked_as_such() {
    for kind in FaultKind::ambiguous() {
        let client = Client::new(Generation::V0_190);
        client.fake.random_faults(RandomFaults::new(5, 1.0).on(("POST", "/sandbox")).of(&[kind]));
        let answer = timeout(seconds(1), client.post("/sandbox", json!({"name": "mine"}))).await;
        tokio::time::sleep(seconds(120)).await;
        assert!(client.fake.sandbox("mine").is_some(), "{kind} applies");
        let clear = answer.is_ok_and(|answer| answer.status == 200 && answer.body != Value::Null && !answer.cut);
        assert!(!clear || matches!(kind, FaultKind::LateDuplicate | FaultKind::Oversized), "{kind} leaves a doubt");
    }
}
