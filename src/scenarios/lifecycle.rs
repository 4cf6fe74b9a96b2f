use super::*;
use crate::contract::{ErrorCode, Phase, Status};

fn paths(server: &Server) -> Vec<String> {
    let path =
        |line: String| line.replace(&format!("/api/sandbox/{ID}"), "").replace(&format!("/api/workspace/{ID}"), "");
    server.sent().into_iter().map(path).collect()
}

#[test]
fn stop_and_start_are_one_request_each() {
    let server = Server::new([seen("stopping", "stopped")]);
    assert!(server.drive(handle("sandbox"), Change::Stop).is_ok_and(|state| state.phase == Phase::Stopping));
    assert_eq!(paths(&server), ["POST /stop"]);
    let server = Server::new([seen("started", "started")]);
    assert!(server.drive(handle("sandbox"), Change::Start).is_ok_and(|state| state.status == Status::Running));
    assert_eq!(paths(&server), ["POST /start"]);
}

#[test]
fn start_brings_back_the_archived() {
    let server = Server::new([seen("archived", "started")]);
    assert!(server.drive(handle("sandbox"), Change::Start).is_ok_and(|state| state.status == Status::Provisioning));
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
    assert!(server.drive(handle("sandbox"), Change::Archive).is_ok_and(|state| state.phase == Phase::Archiving));
    assert_eq!(paths(&server), ["POST /archive", "GET ", "POST /stop", "GET ", "GET ", "POST /archive"]);
}

#[test]
fn asking_for_what_is_so_already_succeeds() {
    for (goal, refused, state, desired, phase) in [
        (Change::Stop, "Sandbox is not in a stoppable state", "stopped", "stopped", Phase::Stopped),
        (Change::Stop, "Sandbox is not in a stoppable state", "archived", "archived", Phase::Archived),
        (Change::Archive, "Sandbox is not stopped", "archived", "archived", Phase::Archived),
        (Change::Start, "Sandbox state change in progress", "restoring", "started", Phase::Starting),
    ] {
        let server = Server::new([refusal(400, refused), seen(state, desired)]);
        assert!(server.drive(handle("sandbox"), goal).is_ok_and(|seen| seen.phase == phase), "{state}");
        assert_eq!(server.sent().len(), 2);
    }
}

#[test]
fn empty_answers_of_workspace_are_looked_after() {
    let server = Server::new([Answer::status(200), seen("stopping", "stopped")]);
    assert!(server.drive(handle("workspace"), Change::Stop).is_ok_and(|state| state.phase == Phase::Stopping));
    assert_eq!(paths(&server), ["POST /stop", "GET "]);
}

#[test]
fn start_waits_for_a_stop_that_is_under_way() {
    let server = Server::new([
        refusal(409, "Sandbox state change in progress"),
        seen("stopping", "stopped"),
        seen("stopped", "stopped"),
        seen("started", "started"),
    ]);
    assert!(server.drive(handle("sandbox"), Change::Start).is_ok_and(|state| state.status == Status::Running));
    assert_eq!(paths(&server), ["POST /start", "GET ", "GET ", "POST /start"]);
}

#[test]
fn a_start_that_takes_long_is_looked_at_within_the_deadline() {
    let server = Server::new([Answer::silence(), seen("starting", "started")]);
    assert!(server.drive(handle("sandbox"), Change::Start).is_ok_and(|state| state.status == Status::Provisioning));
    assert_eq!(server.elapsed_ms(), 55_000);
}

#[test]
fn the_broken_is_a_conflict_and_the_gone_is_not_found() {
    let server = Server::new([refusal(400, "Sandbox is in an errored state"), seen("error", "started")]);
    let error = server.drive(handle("sandbox"), Change::Start).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::Conflict && !error.retryable));
    let error = Server::new([not_found()]).drive(handle("sandbox"), Change::Stop).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::NotFound));
}

#[test]
fn no_room_to_start_is_a_quota_error() {
    let server = Server::new([refusal(400, "Total CPU limit exceeded. Maximum allowed: 10.")]);
    let error = server.drive(handle("sandbox"), Change::Start).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::QuotaExceeded && error.retryable));
}
