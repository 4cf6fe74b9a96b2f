//! Ending a sandbox that stays busy. What counts as its end and what does not are cases of the conformance suite.

use std::time::Duration;

use host_tests::{ID, Reply, context, handle, reported, timed};
use sandbox_host::ErrorCode;

fn busy() -> Reply {
    Reply::refusal(409, "Sandbox state change in progress")
}

#[tokio::test(start_paused = true)]
async fn busy_until_the_deadline_is_a_conflict_to_be_tried_again_and_names_the_sandbox() {
    let script = host_tests::Script::new([]).beside(|method, _| match method {
        "DELETE" => Some(busy()),
        "GET" => Some(Reply::sandbox("starting", "started")),
        // Whatever else is tried on the way to the end.
        _ => Some(busy()),
    });
    let bench = host_tests::bench_of(script);
    let (context, handle) = (context(), handle("sandbox"));
    let (outcome, took) = timed(bench.provider.terminate(&context, &handle)).await;
    let error = reported(outcome);
    assert_eq!((error.code, error.retryable), (ErrorCode::Conflict, true));
    assert_eq!(error.details.get("sandbox-id"), Some(ID));
    assert!(took <= Duration::from_secs(60) && took > Duration::from_secs(50), "{took:?}");
}
