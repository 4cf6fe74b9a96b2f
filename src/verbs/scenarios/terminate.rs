use super::*;
use crate::contract::{ErrorCode, Termination};
use crate::http::FailureKind;

const BUSY: &str = "Sandbox state change in progress";

#[test]
fn an_end_is_one_request_in_the_handles_dialect() {
    for (dialect, request) in [
        ("sandbox", format!("DELETE /api/sandbox/{ID}")),
        ("workspace", format!("DELETE /api/workspace/{ID}?force=true")),
    ] {
        let server = Server::new([done()]);
        let outcome = server.terminate(handle(dialect));
        assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Requested), "{outcome:?}");
        assert_eq!(server.sent(), [request]);
    }
}

#[test]
fn what_is_gone_is_gone() {
    let outcome = Server::new([not_found(), not_found()]).terminate(handle("sandbox"));
    assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Gone), "{outcome:?}");
    for unproven in [Answer::json(404, "<html>"), refusal(404, "Not Found")] {
        let outcome = Server::new([unproven]).terminate(handle("sandbox"));
        assert!(outcome.is_err(), "{outcome:?}");
    }
}

#[test]
fn busy_with_being_deleted_already_is_requested() {
    for look in [seen("destroying", "destroyed"), seen("started", "destroyed")] {
        let server = Server::new([refusal(409, BUSY), look]);
        let outcome = server.terminate(handle("sandbox"));
        assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Requested), "{outcome:?}");
        assert_eq!(server.sent().len(), 2);
    }
}

#[test]
fn busy_and_gone_by_the_next_look_is_gone() {
    for look in [not_found(), seen("destroyed", "destroyed")] {
        let server = Server::new([refusal(409, "Sandbox was modified by another operation"), look]);
        let outcome = server.terminate(handle("sandbox"));
        assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Gone), "{outcome:?}");
    }
}

#[test]
fn busy_with_something_else_is_asked_again_until_it_is_accepted() {
    for (status, text) in [
        (409, BUSY),
        (400, BUSY),
        (400, "Workspace state change in progress"),
        (400, "State change in progress"),
        (400, "Workspace can not be destroyed at this time"),
    ] {
        let server = Server::new([
            refusal(status, text),
            seen("creating", "started"),
            refusal(status, text),
            seen("starting", "started"),
            done(),
        ]);
        assert!(server.terminate(handle("sandbox")).is_ok_and(|end| end == Termination::Requested), "{text}");
        assert!((400..2_000).contains(&server.elapsed_ms()));
    }
}

/// A server on which a sandbox hangs in `starting`, and a forced stop gets it out of there or not.
fn hanging(stoppable: bool) -> Server {
    let stopped = std::cell::Cell::new(false);
    Server::ruled(move |line| {
        if line.contains("/stop?force=true") {
            stopped.set(stoppable);
        }
        match line.split(' ').next() {
            Some("DELETE") if stopped.get() => done(),
            Some("DELETE" | "POST") => refusal(409, BUSY),
            _ => seen("starting", "started"),
        }
    })
}

#[test]
fn busy_until_the_deadline_is_a_conflict_and_never_success() {
    let server = hanging(false);
    let Err(error) = server.terminate(handle("sandbox")) else { panic!("ended") };
    assert!(error.code == ErrorCode::Conflict && error.retryable);
    assert_eq!(error.get("sandbox-id"), Some(ID));
    assert!((50_000..=60_000).contains(&server.elapsed_ms()));
}

#[test]
fn a_sandbox_that_hangs_is_stopped_by_force_once_and_deleted_again() {
    let server = hanging(true);
    let outcome = server.terminate(handle("sandbox"));
    assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Requested), "{outcome:?}");
    let forced = server.sent().iter().filter(|line| line.ends_with("/stop?force=true")).count();
    assert_eq!(forced, 1);
    assert!((30_000..40_000).contains(&server.elapsed_ms()), "{}", server.elapsed_ms());
}

#[test]
fn a_broken_delete_is_repeated_because_twice_is_the_same_as_once() {
    let server = Server::new([Answer::failure(FailureKind::Broken), Answer::status(503), not_found(), not_found()]);
    let outcome = server.terminate(handle("sandbox"));
    assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Gone), "{outcome:?}");
}

#[test]
fn a_refused_key_ends_it_at_once() {
    let server = Server::new([refusal(401, "Invalid credentials")]);
    let error = server.terminate(handle("sandbox")).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::Unauthenticated && !error.retryable));
    assert_eq!(server.sent().len(), 1);
}
