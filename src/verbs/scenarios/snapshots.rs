//! Snapshots: what is sent, and what proves that one is there.

use super::*;
use crate::contract::ErrorCode;
use crate::contract::snapshots::SnapshotPhase;
use crate::sandbox::name::tests::spec;
use crate::verbs::snapshots;

fn prefix() -> String {
    crate::sandbox::name::snapshot_prefix("pool-1")
}

fn shown(name: &str, state: &str, more: &str) -> String {
    let name = format!("{}{name}", prefix());
    format!(
        r#"{{"id":"snap-1","name":"{name}","state":"{state}","general":false,"imageName":"","entrypoint":null,"createdAt":"2026-11-23T12:00:01Z"{more}}}"#
    )
}

fn absent(name: &str) -> Answer {
    refusal(404, &format!("Snapshot with name {}{name} not found", prefix())).header("date", DATE_HEADER)
}

fn capture(server: &Server) -> Result<crate::contract::snapshots::Snapshot, Error> {
    server.call(|call| snapshots::capture(call, &Target::new(call, handle("sandbox"))?, "base"))
}

#[test]
fn a_capture_is_proven_by_a_snapshot_that_was_not_there_before() {
    let server = Server::new([
        absent("base"),
        done(),
        seen("snapshotting", "started"),
        absent("base"),
        seen("started", "started"),
        Answer::json(200, &shown("base", "active", "")),
    ]);
    let made = capture(&server);
    let Ok(made) = made else { panic!("{made:?}") };
    assert_eq!(
        (made.name.as_str(), made.phase, made.vendor_name),
        ("base", SnapshotPhase::Ready, format!("{}base", prefix()))
    );
    assert!(made.details.contains(&("command".to_owned(), "none".to_owned())), "{:?}", made.details);
    assert!(server.sent()[1].starts_with(&format!("POST /api/sandbox/{ID}/snapshot ")), "{}", server.sent()[1]);
}

#[test]
fn a_capture_is_told_once_it_is_done_and_one_that_failed_with_its_reason() {
    let source = format!(r#","sourceSandboxId":"{ID}""#);
    let now = |state: &str, more: &str| Answer::json(200, &shown("base", state, &format!("{source}{more}")));
    // Newer servers show it while it is made.
    let making = || [absent("base"), done(), seen("snapshotting", "started"), now("snapshotting", "")];
    let last = |answer| Server::new(making().into_iter().chain([seen("started", "started"), answer]));
    let made = capture(&last(now("active", "")));
    assert!(made.as_ref().is_ok_and(|made| made.phase == SnapshotPhase::Ready), "{made:?}");
    let outcome = capture(&last(now("error", r#","errorReason":"disk full""#)));
    let expected = |error: &Error| error.get("rule") == Some("capture-failed") && error.message.contains("disk full");
    assert!(outcome.as_ref().is_err_and(expected), "{outcome:?}");
    // A state that nobody knows proves nothing.
    let strange = making().into_iter().chain([seen("started", "started"), now("hibernating", "")]);
    let made = capture(&Server::new(strange.chain([seen("started", "started"), now("active", "")])));
    assert!(made.as_ref().is_ok_and(|made| made.phase == SnapshotPhase::Ready), "{made:?}");
    // Whoever asks again while it is made waits for it.
    let again = Server::new([now("snapshotting", ""), seen("started", "started"), now("active", "")]);
    let made = capture(&again);
    assert!(made.as_ref().is_ok_and(|made| made.phase == SnapshotPhase::Ready), "{made:?}");
}

#[test]
fn whether_a_snapshot_is_younger_than_the_request_is_told_by_the_clock_that_dates_both() {
    for (header, activity, is_ours) in [
        ("Mon, 23 Nov 2026 13:00:00 GMT", "2026-11-23T12:00:00Z", true),
        ("Mon, 23 Nov 2026 11:00:00 GMT", "2026-11-23T12:00:02Z", false),
    ] {
        let reply = ours(ID, "snapshotting", "started", "", &format!(r#","lastActivityAt":"{activity}""#));
        let server = Server::new([
            refusal(404, &format!("Snapshot with name {}base not found", prefix())).header("date", header),
            Answer::json(200, &reply).header("date", header),
            seen("started", "started").header("date", header),
            Answer::json(200, &shown("base", "active", "")).header("date", header),
        ]);
        let outcome = capture(&server);
        assert_eq!(outcome.is_ok(), is_ours, "{header}: {outcome:?}");
    }
}

#[test]
fn a_capture_that_the_server_dropped_in_silence_is_told() {
    let server = Server::new([absent("base"), done(), seen("started", "started"), absent("base")]);
    let outcome = capture(&server);
    let is_told = |error: &Error| error.get("rule") == Some("capture-dropped") && error.maybe_applied;
    assert!(outcome.as_ref().is_err_and(is_told), "{outcome:?}");
    // A state that nobody knows does not show that it is done.
    let found = Answer::json(200, &shown("base", "active", ""));
    let answers = [absent("base"), done(), seen("hibernating", "started"), absent("base")];
    let server = Server::new(answers.into_iter().chain([seen("started", "started"), found]));
    assert!(capture(&server).is_ok());
    // Somebody else took the name meanwhile.
    let other = shown("base", "pending", "").replace(r#""imageName":"""#, r#""imageName":"a:1""#);
    let server = Server::new([absent("base"), done(), seen("started", "started"), Answer::json(200, &other)]);
    let outcome = capture(&server);
    assert!(outcome.as_ref().is_err_and(|error| error.code == ErrorCode::Conflict), "{outcome:?}");
}

#[test]
fn a_name_that_is_taken_is_a_conflict_unless_it_is_of_this_sandbox() {
    let server = Server::new([Answer::json(200, &shown("base", "active", ""))]);
    let outcome = capture(&server);
    assert!(outcome.as_ref().is_err_and(|error| error.code == ErrorCode::Conflict), "{outcome:?}");
    let source = format!(r#","sourceSandboxId":"{ID}""#);
    let server = Server::new([Answer::json(200, &shown("base", "active", &source))]);
    assert!(capture(&server).is_ok());
}

#[test]
fn a_sandbox_in_another_state_cannot_be_captured() {
    let message = "Sandbox must be in started or stopped state to create a snapshot";
    let refused = |more: [Answer; 2]| Server::new([absent("base"), refusal(400, message)].into_iter().chain(more));
    // A proxy that sends it twice gives the second answer.
    let doubled = refused([seen("snapshotting", "started"), Answer::json(200, &shown("base", "active", ""))]);
    assert!(capture(&doubled).is_ok());
    let outcome = capture(&refused([seen("stopping", "stopped"), absent("base")]));
    let expected = |error: &Error| error.code == ErrorCode::Conflict && error.get("rule") == Some("wrong-state");
    assert!(outcome.as_ref().is_err_and(expected), "{outcome:?}");
}

#[test]
fn what_a_provision_would_build_is_registered_once() {
    let built = r#","buildInfo":{"dockerfileContent":"FROM a/b:1\nENTRYPOINT [\"w\"]\n"}"#;
    let wanted = || Spec { image: Some("a/b:1".to_owned()), command: Some(vec!["w".to_owned()]), ..spec("s") };
    let prepare = |server: &Server, spec: &Spec| server.call(|call| snapshots::prepare(call, "base", spec));
    let server = Server::new([absent("base"), Answer::json(200, &shown("base", "pending", built))]);
    let made = prepare(&server, &wanted());
    assert!(made.as_ref().is_ok_and(|made| made.image.as_deref() == Some("a/b:1")), "{made:?}");
    assert!(server.sent()[1].contains(r#""dockerfileContent":"FROM a/b:1"#), "{}", server.sent()[1]);
    // It is there already: the same, and another one.
    let there = || Server::new([Answer::json(200, &shown("base", "active", built))]);
    assert!(prepare(&there(), &wanted()).is_ok());
    let outcome = prepare(&there(), &Spec { image: Some("a/b:2".to_owned()), ..wanted() });
    assert!(outcome.as_ref().is_err_and(|error| error.code == ErrorCode::Conflict), "{outcome:?}");
    // From a snapshot nothing is built.
    let from = Spec { extensions: vec![("snapshot".to_owned(), "x".to_owned())], ..spec("s") };
    let outcome = prepare(&Server::new([]), &from);
    assert!(outcome.as_ref().is_err_and(|error| error.code == ErrorCode::InvalidSpec), "{outcome:?}");
}

#[test]
fn only_the_pools_own_snapshots_are_listed() {
    let ours = shown("base", "inactive", "");
    let other = ours.replace(&prefix(), "rensei-00000000-");
    let general = ours.replace(r#""general":false"#, r#""general":true"#);
    let body = format!(r#"{{"items":[{other},{ours},{general},7],"total":4,"page":1,"totalPages":2}}"#);
    let server = Server::new([Answer::json(200, &body)]);
    let page = server.call(|call| snapshots::list(call, None));
    let Ok(page) = page else { panic!("{page:?}") };
    assert_eq!(
        page.items.iter().map(|item| (item.name.as_str(), item.phase)).collect::<Vec<_>>(),
        [("base", SnapshotPhase::Inactive)]
    );
    assert_eq!(page.next_cursor.as_deref(), Some("2"));
}

#[test]
fn one_that_comes_back_is_deleted_again() {
    let now = |state: &str| Answer::json(200, &shown("base", state, ""));
    let server = Server::new([
        now("pending"),
        Answer::status(200),
        now("pulling"),
        Answer::status(200),
        now("removing"),
        absent("base"),
    ]);
    let outcome = server.call(|call| snapshots::delete(call, "base"));
    assert!(outcome.as_ref().is_ok_and(|ended| *ended == Termination::Gone), "{outcome:?}");
    let server = Server::new([now("active"), Answer::status(200), now("removing")]);
    let outcome = server.call(|call| snapshots::delete(call, "base"));
    assert!(outcome.as_ref().is_ok_and(|ended| *ended == Termination::Requested), "{outcome:?}");
    let server = Server::new([absent("base")]);
    let outcome = server.call(|call| snapshots::delete(call, "base"));
    assert!(outcome.as_ref().is_ok_and(|ended| *ended == Termination::Gone), "{outcome:?}");
}

#[test]
fn an_inactive_one_is_made_usable_and_an_active_one_left_alone() {
    let now = |state: &str| Answer::json(200, &shown("base", state, ""));
    let activate = |server: &Server| server.call(|call| snapshots::activate(call, "base"));
    let server = Server::new([now("inactive"), now("pending")]);
    assert!(activate(&server).is_ok_and(|made| made.phase == SnapshotPhase::Pending));
    assert!(activate(&Server::new([now("active")])).is_ok());
    // A proxy that sends it twice gives the second answer.
    let refused = refusal(400, "Snapshot x cannot be activated - it is in pending state");
    assert!(activate(&Server::new([now("inactive"), refused, now("pending")])).is_ok());
    let server = Server::new([
        now("error"),
        refusal(400, "Snapshot x cannot be activated - it is in error state"),
        now("error"),
    ]);
    let outcome = server.call(|call| snapshots::activate(call, "base"));
    assert!(outcome.as_ref().is_err_and(|error| error.get("rule") == Some("snapshot-phase")), "{outcome:?}");
}

#[test]
fn names_that_are_none_are_refused_before_anything_is_sent() {
    for name in ["", "A", "-a", "a b", "a/b", &"x".repeat(65)] {
        let outcome = Server::new([]).call(|call| snapshots::get(call, name));
        assert!(outcome.as_ref().is_err_and(|error| error.get("rule") == Some("snapshot-name")), "{name}: {outcome:?}");
    }
}
