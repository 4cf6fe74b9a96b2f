//! Moving a session's deadline.

use super::*;
use crate::contract::ErrorCode;

/// A running sandbox, created an hour before [`DATE_HEADER`].
fn running(more: &str) -> Answer {
    let fields = format!(
        r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T11:59:00.000Z","autoStopInterval":30{more}"#
    );
    let label = r#","rensei.dev/deadline":"created+3660s""#;
    Answer::json(200, &ours(ID, "started", "started", label, &fields)).header("date", DATE_HEADER)
}

#[test]
fn the_deadline_is_written_as_a_label_counted_from_the_creation() {
    let server = Server::new([running(""), Answer::status(200)]);
    let state = server.extend(handle("sandbox"), 7200);
    let deadline = ("deadline".to_owned(), "2026-11-23T14:00:00Z".to_owned());
    assert!(state.is_ok_and(|state| state.details.contains(&deadline)));
    let sent = server.sent();
    assert!(sent.len() == 2 && sent[1].starts_with(&format!("PUT /api/sandbox/{ID}/labels")), "{sent:?}");
    assert!(
        sent[1].contains(r#""team":"x""#) && sent[1].contains(r#""rensei.dev/deadline":"created+10800s""#),
        "{sent:?}"
    );
}

#[test]
fn where_a_time_to_live_is_set_it_moves_along_and_first() {
    let live = running(r#","autoDestroyAt":"2026-11-23T12:01:00.000Z""#);
    let server = Server::new([live, Answer::status(201), Answer::status(200)]);
    assert!(server.extend(handle("sandbox"), 7201).is_ok());
    assert_eq!(server.sent()[1], format!("POST /api/sandbox/{ID}/ttl/121"));
}

#[test]
fn what_is_gone_or_going_is_not_extended() {
    let error = Server::new([not_found()]).extend(handle("sandbox"), 60).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::NotFound));
    let error = Server::new([seen("started", "destroyed")]).extend(handle("sandbox"), 60).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::Conflict));
    let error = Server::new([]).extend(handle("sandbox"), 0).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::InvalidSpec));
    let error = Server::new([seen("started", "started")]).extend(handle("sandbox"), 60).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::Unsupported));
}
