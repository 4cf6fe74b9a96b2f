use super::*;
use crate::contract::{ErrorCode, Phase, Status};

fn paths(server: &Server) -> Vec<String> {
    let path =
        |line: String| line.replace(&format!("/api/sandbox/{ID}"), "").replace(&format!("/api/workspace/{ID}"), "");
    server.sent().into_iter().map(path).collect()
}

/// The label that a start writes on a sandbox without labels.
const STARTED_AGAIN: &str = r#"PUT /labels {"labels":{"rensei.dev/started-again":"new"}}"#;

#[test]
fn stop_is_one_request_and_start_looks_first() {
    let server = Server::new([seen("stopping", "stopped")]);
    let outcome = server.drive(handle("sandbox"), Change::Stop);
    assert!(outcome.as_ref().is_ok_and(|state| state.phase == Phase::Stopping), "{outcome:?}");
    assert_eq!(paths(&server), ["POST /stop"]);
    let server = Server::new([seen("stopped", "stopped"), done(), seen("started", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.as_ref().is_ok_and(|state| state.status == Status::Running), "{outcome:?}");
    assert_eq!(paths(&server), ["GET ", STARTED_AGAIN, "POST /start"]);
}

#[test]
fn start_brings_back_the_archived() {
    let server = Server::new([seen("archived", "archived"), done(), seen("archived", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.as_ref().is_ok_and(|state| state.status == Status::Provisioning), "{outcome:?}");
}

#[test]
fn archiving_a_running_one_stops_it_first() {
    let server = Server::new([
        refusal(400, "Sandbox is not stopped"),
        seen("started", "started"),
        seen("stopping", "stopped"),
        seen("stopping", "stopped"),
        seen("stopped", "stopped"),
        seen("archiving", "archived"),
    ]);
    let outcome = server.drive(handle("sandbox"), Change::Archive);
    assert!(outcome.as_ref().is_ok_and(|state| state.phase == Phase::Archiving), "{outcome:?}");
    assert_eq!(paths(&server), ["POST /archive", "GET ", "POST /stop", "GET ", "GET ", "POST /archive"]);
}

#[test]
fn asking_for_what_is_so_already_succeeds() {
    for (goal, refused, state, desired, phase) in [
        (Change::Stop, "Sandbox is not in a stoppable state", "stopped", "stopped", Phase::Stopped),
        (Change::Stop, "Sandbox is not in a stoppable state", "archived", "archived", Phase::Archived),
        (Change::Archive, "Sandbox is not stopped", "archived", "archived", Phase::Archived),
    ] {
        let server = Server::new([refusal(400, refused), seen(state, desired)]);
        assert!(server.drive(handle("sandbox"), goal).is_ok_and(|seen| seen.phase == phase), "{state}");
        assert_eq!(server.sent().len(), 2);
    }
    let server = Server::new([seen("restoring", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.as_ref().is_ok_and(|seen| seen.phase == Phase::Starting), "{outcome:?}");
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn a_start_takes_the_marks_of_an_ended_agent_and_of_an_orphan_off_first() {
    let marks = r#","rensei.dev/agent-exit":"1@2026-11-23T11:00:00Z","rensei.dev/orphan-since":"2026-11-23T11:00:00Z""#;
    let stopped = Answer::json(200, &ours(ID, "stopped", "stopped", marks, ""));
    let server = Server::new([stopped, done(), seen("started", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = paths(&server);
    let kept = r#"PUT /labels {"labels":{"rensei.dev/managed-by":"daytona-sandbox-provider","rensei.dev/pool":"pool-1","team":"x","rensei.dev/session":"sess-42","rensei.dev/started-again":"new"}}"#;
    assert_eq!(sent, ["GET ", kept, "POST /start"]);
}

#[test]
fn empty_answers_of_workspace_are_looked_after() {
    let server = Server::new([Answer::status(200), seen("stopping", "stopped")]);
    let outcome = server.drive(handle("workspace"), Change::Stop);
    assert!(outcome.as_ref().is_ok_and(|state| state.phase == Phase::Stopping), "{outcome:?}");
    assert_eq!(paths(&server), ["POST /stop", "GET "]);
}

#[test]
fn start_waits_for_a_stop_that_is_under_way() {
    let server = Server::new([
        seen("stopping", "stopped"),
        seen("stopped", "stopped"),
        done(),
        refusal(409, "Sandbox state change in progress"),
        seen("stopped", "stopped"),
        seen("started", "started"),
    ]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.as_ref().is_ok_and(|state| state.status == Status::Running), "{outcome:?}");
    assert_eq!(paths(&server), ["GET ", "GET ", STARTED_AGAIN, "POST /start", "GET ", "POST /start"]);
}

#[test]
fn a_start_that_takes_long_is_looked_at_within_the_deadline() {
    let server = Server::new([seen("stopped", "stopped"), done(), Answer::silence(), seen("starting", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.as_ref().is_ok_and(|state| state.status == Status::Provisioning), "{outcome:?}");
    assert_eq!(server.elapsed_ms(), 55_000);
}

#[test]
fn the_broken_is_a_conflict_and_the_gone_is_not_found() {
    let server = Server::new([seen("error", "started")]);
    let error = server.drive(handle("sandbox"), Change::Start).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::Conflict && !error.retryable));
    let error = Server::new([not_found()]).drive(handle("sandbox"), Change::Stop).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::NotFound));
}

#[test]
fn no_room_to_start_is_a_quota_error() {
    let quota = refusal(400, "Total CPU limit exceeded. Maximum allowed: 10.");
    let server = Server::new([seen("stopped", "stopped"), done(), quota]);
    let error = server.drive(handle("sandbox"), Change::Start).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::QuotaExceeded && error.retryable));
}
