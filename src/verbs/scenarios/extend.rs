//! Moving a session's deadline.

use super::*;
use crate::contract::ErrorCode;

/// A running sandbox, created an hour before [`DATE_HEADER`].
fn running(more: &str) -> Answer {
    with_deadline(3660, "", more)
}

/// The same with a deadline that many seconds after its creation, and more labels and fields.
fn with_deadline(seconds: u32, labels: &str, more: &str) -> Answer {
    let fields = format!(
        r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T11:59:00.000Z","autoStopInterval":30{more}"#
    );
    let labels = format!(r#","rensei.dev/deadline":"created+{seconds}s"{labels}"#);
    Answer::json(200, &ours(ID, "started", "started", &labels, &fields)).header("date", DATE_HEADER)
}

#[test]
fn the_deadline_is_written_as_a_label_counted_from_the_creation() {
    let server = Server::new([running(""), done(), with_deadline(10_800, "", "")]);
    let state = server.extend(handle("sandbox"), 7200);
    let deadline = ("deadline".to_owned(), "2026-11-23T14:00:00Z".to_owned());
    assert!(state.as_ref().is_ok_and(|state| state.details.contains(&deadline)), "{state:?}");
    let sent = server.sent();
    assert!(sent.len() == 3 && sent[1].starts_with(&format!("PUT /api/sandbox/{ID}/labels")), "{sent:?}");
    assert!(
        sent[1].contains(r#""team":"x""#) && sent[1].contains(r#""rensei.dev/deadline":"created+10800s""#),
        "{sent:?}"
    );
}

#[test]
fn where_a_time_to_live_is_set_it_moves_along_and_first() {
    let live = running(r#","autoDestroyAt":"2026-11-23T12:01:00.000Z""#);
    let server = Server::new([live, done(), done(), with_deadline(10_801, "", "")]);
    let outcome = server.extend(handle("sandbox"), 7201);
    assert!(outcome.is_ok(), "{outcome:?}");
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

#[test]
fn a_deadline_that_another_write_of_labels_undid_is_written_again_on_top_of_that_write() {
    let undone = running("");
    let other = with_deadline(3660, r#","rensei.dev/agent-exit":"0@2026-11-23T11:59:00Z""#, "");
    let server = Server::new([
        undone,
        done(),
        other,
        done(),
        with_deadline(10_800, r#","rensei.dev/agent-exit":"0@2026-11-23T11:59:00Z""#, ""),
    ]);
    let state = server.extend(handle("sandbox"), 7200);
    let deadline = ("deadline".to_owned(), "2026-11-23T14:00:00Z".to_owned());
    assert!(state.as_ref().is_ok_and(|state| state.details.contains(&deadline)), "{state:?}");
    let sent = server.sent();
    assert!(sent[3].contains("agent-exit") && sent[3].contains("created+10800s"), "{sent:?}");
}

#[test]
fn a_deadline_that_is_undone_three_times_is_no_success() {
    let server = Server::ruled(|line| if line.starts_with("PUT") { done() } else { running("") });
    let Err(error) = server.extend(handle("sandbox"), 7200) else { panic!("extended") };
    assert!(error.code == ErrorCode::Conflict && error.retryable && error.maybe_applied, "{error:?}");
    assert_eq!(server.sent().iter().filter(|line| line.starts_with("PUT")).count(), 3);
}

#[test]
fn a_write_that_is_refused_because_of_another_one_is_repeated() {
    let modified = || refusal(409, "Sandbox was modified by another operation");
    let server = Server::new([running(""), modified(), running(""), done(), with_deadline(10_800, "", "")]);
    let outcome = server.extend(handle("sandbox"), 7200);
    assert!(outcome.is_ok(), "{outcome:?}");
    let server = Server::ruled(move |line| if line.starts_with("PUT") { modified() } else { running("") });
    let Err(error) = server.extend(handle("sandbox"), 7200) else { panic!("extended") };
    assert!(error.code == ErrorCode::Conflict && error.http_status == Some(409), "{error:?}");
}

#[test]
fn what_cannot_be_confirmed_may_be_so_and_what_ends_meanwhile_is_not_extended() {
    let server = Server::new([running(""), done(), refusal(403, "Access denied")]);
    let Err(error) = server.extend(handle("sandbox"), 7200) else { panic!("extended") };
    assert!(error.maybe_applied, "{error:?}");
    let server = Server::new([running(""), done(), not_found()]);
    let outcome = server.extend(handle("sandbox"), 7200);
    assert!(outcome.as_ref().is_err_and(|error| error.code == ErrorCode::NotFound), "{outcome:?}");
}

#[test]
fn more_than_a_year_is_refused_before_anything_is_sent() {
    for seconds in [31_536_001, u32::MAX, 4_294_967_236] {
        let Err(error) = Server::new([]).extend(handle("sandbox"), seconds) else { panic!("extended") };
        assert!(error.code == ErrorCode::InvalidSpec && error.get("path") == Some("seconds"), "{error:?}");
        assert!(error.message.contains("31536000"), "{}", error.message);
    }
    let server = Server::new([running(""), done(), with_deadline(31_539_600, "", "")]);
    let outcome = server.extend(handle("sandbox"), 31_536_000);
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn where_the_servers_date_is_behind_the_new_deadline_is_not_before_the_last_activity() {
    let behind = Answer::json(
        200,
        &ours(
            ID,
            "started",
            "started",
            "",
            r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T12:30:00.000Z","autoStopInterval":30"#,
        ),
    )
    .header("date", DATE_HEADER);
    let server = Server::new([behind, done(), with_deadline(5460, "", "")]);
    let outcome = server.extend(handle("sandbox"), 60);
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(server.sent()[1].contains("created+5460s"), "{:?}", server.sent());
}

#[test]
fn a_deadline_that_was_counted_from_a_date_that_is_off_is_corrected_by_when_it_was_written() {
    // The date is twelve o'clock, an hour after the creation: an hour behind, a minute, and fifty ahead.
    for (written, corrected) in [("13:00:00", Some(14_400)), ("12:01:00", None), ("11:10:00", Some(7800))] {
        let shown = |seconds| with_deadline(seconds, "", &format!(r#","updatedAt":"2026-11-23T{written}.000Z""#));
        let found = running(r#","updatedAt":"2026-11-23T11:05:00.000Z""#);
        let again = corrected.into_iter().flat_map(|seconds| [done(), shown(seconds)]);
        let server = Server::new([found, done(), shown(10_800)].into_iter().chain(again));
        let outcome = server.extend(handle("sandbox"), 7200);
        assert!(outcome.is_ok(), "{outcome:?}");
        let sent = server.sent();
        let ends = sent.get(3).filter(|line| line.starts_with("PUT"));
        let expected = corrected.map(|seconds| format!("created+{seconds}s"));
        assert!(expected.as_ref().is_none_or(|end| ends.is_some_and(|put| put.contains(end))), "{sent:?}");
    }
}
