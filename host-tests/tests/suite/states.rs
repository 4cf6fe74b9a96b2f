//! What the platform sees of each state of Daytona's and what is wanted of it.

use host_tests::{Reply, bench, context, handle, reported};
use sandbox_host::{ErrorCode, Phase, Status};

const UP: [&str; 9] = [
    "creating",
    "pending_build",
    "building_snapshot",
    "pulling_snapshot",
    "starting",
    "restoring",
    "resuming",
    "forking",
    "unknown",
];
const PARKED: [(&str, Phase); 6] = [
    ("stopping", Phase::Stopping),
    ("pausing", Phase::Stopping),
    ("stopped", Phase::Stopped),
    ("paused", Phase::Paused),
    ("archiving", Phase::Archiving),
    ("archived", Phase::Archived),
];
const DESIRED: [&str; 6] = ["started", "stopped", "resized", "archived", "paused", "destroyed"];

/// What `status` makes of a state.
async fn seen(dialect: &str, state: &str, desired: &str) -> (Status, Phase) {
    let bench = bench([Reply::sandbox(state, desired)]);
    let state = bench.provider.status(&context(), &handle(dialect)).await.expect("a state");
    assert_eq!(bench.script.requests().len(), 1);
    (state.status, state.phase)
}

/// Holds states under every wish but the end to one answer; under that, each is terminating.
async fn each(states: &[&str], expected: (Status, Phase)) {
    for state in states {
        for desired in DESIRED {
            let ends = desired == "destroyed";
            let wanted = if ends { (Status::Terminated, Phase::Terminating) } else { expected };
            assert_eq!(seen("sandbox", state, desired).await, wanted, "{state} desired {desired}");
        }
        assert_eq!(seen("workspace", state, "started").await, expected, "{state} in dialect workspace");
    }
}

#[tokio::test(start_paused = true)]
async fn creating_and_all_that_is_on_its_way_up_is_provisioning() {
    each(&UP, (Status::Provisioning, Phase::Starting)).await;
}

#[tokio::test(start_paused = true)]
async fn started_and_running_and_what_only_pauses_them_is_running() {
    each(&["started", "running", "resizing", "snapshotting"], (Status::Running, Phase::Running)).await;
}

#[tokio::test(start_paused = true)]
async fn error_and_a_failed_build_are_failed() {
    each(&["error", "build_failed"], (Status::Failed, Phase::Failed)).await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_tells_the_reason_in_daytonas_words() {
    let body =
        format!(r#"{{"id":"{}","state":"error","errorReason":"no entrypoint","recoverable":true}}"#, host_tests::ID);
    let bench = bench([Reply::json(200, body)]);
    let state = bench.provider.status(&context(), &handle("sandbox")).await.expect("a state");
    assert_eq!((state.reason.as_deref(), state.recoverable), (Some("no entrypoint"), true));
    assert_eq!(state.provider_state, "error");
}

#[tokio::test(start_paused = true)]
async fn parked_is_terminated_with_its_own_phase_unless_it_is_wanted_up() {
    for (state, phase) in PARKED {
        for desired in ["stopped", "archived", "paused"] {
            assert_eq!(seen("sandbox", state, desired).await, (Status::Terminated, phase), "{state} desired {desired}");
        }
        assert_eq!(seen("sandbox", state, "started").await, (Status::Provisioning, Phase::Starting), "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn destroying_is_terminating_and_destroyed_is_destroyed() {
    for desired in DESIRED {
        assert_eq!(seen("sandbox", "destroying", desired).await, (Status::Terminated, Phase::Terminating), "{desired}");
    }
    assert_eq!(seen("workspace", "destroyed", "destroyed").await, (Status::Terminated, Phase::Destroyed));
}

#[tokio::test(start_paused = true)]
async fn others_are_terminated_in_the_dialect_of_the_description_only() {
    assert_eq!(seen("workspace", "hibernating", "started").await, (Status::Terminated, Phase::Unknown));
    assert_eq!(seen("sandbox", "hibernating", "started").await, (Status::Provisioning, Phase::Unknown));
    assert_eq!(seen("sandbox", "hibernating", "stopped").await, (Status::Terminated, Phase::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_says_no_state_ends_nothing() {
    let bench = bench([Reply::json(200, format!(r#"{{"id":"{}"}}"#, host_tests::ID))]);
    let state = bench.provider.status(&context(), &handle("sandbox")).await.expect("a state");
    assert_eq!((state.status, state.phase), (Status::Provisioning, Phase::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_404_is_destroyed_only_in_daytonas_words_about_this_sandbox() {
    let proven = format!("Sandbox with ID or name {} not found", host_tests::ID);
    let bench_ = bench([Reply::refusal(404, &proven)]);
    let state = bench_.provider.status(&context(), &handle("sandbox")).await.expect("a state");
    assert_eq!((state.status, state.phase), (Status::Terminated, Phase::Destroyed));
    let cannot = "Cannot GET /api/sandbox/x";
    for (reply, code) in [
        (Reply::refusal(404, cannot), ErrorCode::InvalidConfig),
        (Reply::refusal(404, "Sandbox with ID or name other not found"), ErrorCode::Protocol),
        (Reply::body(404, "text/html", b"<html>404</html>".to_vec()), ErrorCode::Protocol),
        (Reply::json(404, "{}"), ErrorCode::Protocol),
    ] {
        let bench = bench([reply, Reply::refusal(404, cannot)]);
        assert_eq!(reported(bench.provider.status(&context(), &handle("sandbox")).await).code, code);
    }
}
