//! Many sessions on servers of every version, with many faults, for days of virtual time: equal in every run with one seed.

use std::fmt::Write as _;
use std::time::Duration;

use fake_daytona::{EntrypointBehavior, FakeDaytona, FaultKind, Generation, Limits, RandomFaults};
use serde_json::json;
use tokio::time::timeout;

use crate::client::{Client, minutes};

/// A session as a careless platform runs it: create, look every ten minutes, delete in the end.
async fn session(client: Client, index: u64) {
    let time_limit = Duration::from_secs(60);
    let path = if client.fake.generation().has_sandbox() { "/sandbox" } else { "/workspace" };
    let labels =
        json!({"session": format!("s{index}"), "kind": if index.is_multiple_of(3) { "short" } else { "long" }});
    tokio::time::sleep(Duration::from_secs(index * 7)).await;
    let mut id = None;
    for _ in 0..5 {
        let body = json!({"name": format!("session-{index}"), "labels": labels});
        if let Ok(answer) = timeout(time_limit, client.post(path, body)).await
            && answer.status == 200
            && !answer.id().is_empty()
        {
            id = Some(answer.id());
            break;
        }
    }
    let Some(id) = id else { return };
    for _ in 0..12 {
        tokio::time::sleep(minutes(10)).await;
        let _ = timeout(time_limit, client.get(&format!("{path}/{id}"))).await;
    }
    let _ = timeout(time_limit, client.delete(&format!("{path}/{id}?force=true"))).await;
}

/// Everything that happened, as text.
async fn run(seed: u64) -> String {
    let mut log = String::new();
    for generation in Generation::ALL {
        let fake = FakeDaytona::builder(generation).limits(Limits::none()).seed(seed).build();
        fake.entrypoints_labelled("kind", "short", EntrypointBehavior::runs_for(30));
        let client = Client::with(fake.clone());
        // Megabytes of spaces take long to read and show nothing here.
        let kinds: Vec<FaultKind> =
            FaultKind::usual().into_iter().filter(|kind| *kind != FaultKind::Oversized).collect();
        fake.random_faults(RandomFaults::new(seed, 0.3).of(&kinds));
        let sessions: Vec<_> = (0..40).map(|index| tokio::spawn(session(client.clone(), index))).collect();
        for session in sessions {
            session.await.unwrap();
        }
        tokio::time::sleep(minutes(3 * 24 * 60)).await;
        for request in fake.requests() {
            let at = request.at.rfc3339();
            writeln!(log, "{at} {} {} {:?} {:?}", request.method, request.path, request.fault, request.status).unwrap();
        }
        for view in fake.sandboxes() {
            writeln!(log, "{} {} {:?} {:?}", view.id, view.created_name, view.history, view.runs).unwrap();
        }
    }
    log
}

#[tokio::test(start_paused = true)]
async fn days_of_sessions_on_all_versions_are_the_same_in_every_run_with_the_same_seed() {
    let first = run(11).await;
    assert!(first == run(11).await, "two runs with the same seed differ");
    assert!(first != run(12).await, "two seeds give the same run");
    assert!(first.lines().count() > 3_000);
}
