//! Listing what is ours, and ending what nobody wants any more.

use super::*;
use crate::contract::inventory::Action;
use crate::contract::{ErrorCode, Status};
use crate::http::FailureKind;
use crate::sandbox::name;

/// A sandbox of that session, created at ten.
fn of(id: &str, session: &str, labels: &str) -> String {
    let sandbox = ours(id, "started", "started", labels, r#","createdAt":"2026-11-23T10:00:00.000Z""#);
    sandbox.replace(NAME, &name::name("pool-1", session)).replace("sess-42", session)
}

fn page(items: &[&str], next: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"items":[{}],"nextCursor":{next}}}"#, items.join(","))).header("date", DATE_HEADER)
}

fn dated(json: &str) -> Answer {
    Answer::json(200, json).header("date", DATE_HEADER)
}

const NOON: &str = "2026-11-23T12:00:00Z";
const MARK: &str = r#","rensei.dev/orphan-since":"2026-11-23T11:00:00Z""#;

fn told(report: Result<Report, Error>) -> Vec<(Action, String)> {
    let Ok(report) = report else { panic!("refused") };
    report.outcomes.into_iter().map(|outcome| (outcome.action, outcome.reason)).collect()
}

fn one(action: Action, reason: &str) -> Vec<(Action, String)> {
    vec![(action, reason.to_owned())]
}

#[test]
fn a_page_shows_what_is_ours_with_its_session_and_the_servers_time() {
    let foreign =
        r#"{"id":"x","labels":{"rensei.dev/managed-by":"daytona-sandbox-provider","rensei.dev/pool":"pool-2"}}"#;
    let elsewhere = of("y", "sess-1", r#","rensei.dev/organization":"org-2""#);
    let server = Server::new([page(&[&of("a", "sess-1", MARK), foreign, &elsewhere, r#"{"id":"z"}"#], r#""more""#)]);
    let Ok(page) = server.list(None) else { panic!("refused") };
    assert_eq!(
        (page.items.len(), page.next_cursor.as_deref(), page.server_time.as_deref()),
        (1, Some("more"), Some(NOON))
    );
    let item = &page.items[0];
    assert_eq!((item.handle.external_id.as_str(), item.session_id.as_deref()), ("a", Some("sess-1")));
    assert_eq!(item.created_at.as_deref(), Some("2026-11-23T10:00:00Z"));
    assert_eq!(item.orphan_since.as_deref(), Some("2026-11-23T11:00:00Z"));
    assert!(item.state.status == Status::Running);
    assert!(server.sent()[0].ends_with("&limit=200&sort=createdAt&order=asc"), "{:?}", server.sent());
}

#[test]
fn the_next_page_is_asked_for_by_its_cursor() {
    let server = Server::new([page(&[], "null")]);
    let outcome = server.list(Some("a b"));
    assert!(outcome.as_ref().is_ok_and(|page| page.next_cursor.is_none()), "{outcome:?}");
    assert!(server.sent()[0].ends_with("&cursor=a%20b"), "{:?}", server.sent());
}

#[test]
fn the_first_look_marks_an_orphan_with_the_servers_date() {
    let orphan = of(ID, "lost", "");
    let server = Server::new([page(&[&orphan], "null"), dated(&orphan), done()]);
    assert_eq!(told(server.reconcile(&["alive"], NOON, Mode::Act)), one(Action::Marked, "orphan"));
    let sent = server.sent();
    assert_eq!(sent[1], format!("GET /api/sandbox/{ID}"));
    assert!(
        sent[2].starts_with("PUT") && sent[2].contains(r#""rensei.dev/orphan-since":"2026-11-23T12:00:00Z""#),
        "{}",
        sent[2]
    );
    assert!(sent[2].contains(r#""team":"x""#));
}

#[test]
fn a_later_look_deletes_it() {
    let orphan = of(ID, "lost", MARK);
    let server = Server::new([page(&[&orphan], "null"), dated(&orphan), done()]);
    assert_eq!(told(server.reconcile(&["alive"], NOON, Mode::Act)), one(Action::Deleted, "orphan"));
    assert_eq!(server.sent()[2], format!("DELETE /api/sandbox/{ID}"));
}

#[test]
fn a_mode_never_does_more_than_it_says() {
    for (labels, mode, reason) in
        [("", Mode::Look, "would-mark"), (MARK, Mode::Look, "would-delete"), (MARK, Mode::Mark, "marked-before")]
    {
        let orphan = of(ID, "lost", labels);
        let server = Server::new([page(&[&orphan], "null"), dated(&orphan)]);
        assert_eq!(told(server.reconcile(&["alive"], NOON, mode)), one(Action::Kept, reason));
    }
    let known = of(ID, "alive", MARK);
    let server = Server::new([page(&[&known], "null"), dated(&known)]);
    assert_eq!(told(server.reconcile(&["alive"], NOON, Mode::Look)), one(Action::Kept, "would-unmark"));
}

#[test]
fn a_known_session_is_kept_without_a_request_and_loses_its_mark() {
    let server = Server::new([page(&[&of(ID, "alive", "")], "null")]);
    assert_eq!(told(server.reconcile(&["alive"], NOON, Mode::Act)), one(Action::Kept, "known"));
    let known = of(ID, "alive", MARK);
    let server = Server::new([page(&[&known], "null"), dated(&known), done()]);
    assert_eq!(told(server.reconcile(&["alive"], NOON, Mode::Act)), one(Action::Unmarked, "known"));
    assert!(!server.sent()[2].contains("orphan"));
}

#[test]
fn what_the_list_shows_is_confirmed_by_id_before_anything_is_done() {
    let listed = of(ID, "lost", MARK);
    for (seen, reason) in [
        (not_found(), "gone"),
        (dated(&of(ID, "alive", MARK)), "changed"),
        (
            dated(&of(ID, "lost", r#","rensei.dev/pool":"pool-2""#).replacen(r#""rensei.dev/pool":"pool-1","#, "", 1)),
            "changed",
        ),
        (dated(&of(ID, "lost", r#","rensei.dev/orphan-since":"2026-11-23T12:00:00Z""#)), "marked-too-late"),
    ] {
        let server = Server::new([page(&[&listed], "null"), seen]);
        assert_eq!(told(server.reconcile(&["alive"], NOON, Mode::Act)), one(Action::Kept, reason));
    }
}

#[test]
fn all_pages_are_followed_and_one_failure_does_not_keep_the_rest_from_being_done() {
    let (a, b) = (of("a", "lost-a", ""), of("b", "lost-b", ""));
    let server = Server::new([
        page(&[&a], r#""two""#),
        Answer::failure(FailureKind::Tls),
        page(&[&b], "null"),
        dated(&b),
        done_to("b"),
    ]);
    let told = told(server.reconcile(&[], NOON, Mode::Mark));
    assert_eq!(told, [(Action::Failed, "tls".to_owned()), (Action::Marked, "orphan".to_owned())]);
}

#[test]
fn a_refused_key_ends_it_and_a_wrong_date_never_begins_it() {
    let server = Server::new([page(&[&of("a", "lost", "")], "null"), refusal(401, "Invalid credentials")]);
    let error = server.reconcile(&[], NOON, Mode::Act).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::Unauthenticated));
    let error = Server::new([]).reconcile(&[], "yesterday", Mode::Act).err();
    assert!(error.is_some_and(|error| error.code == ErrorCode::InvalidSpec));
}

#[test]
fn a_deadline_that_ends_first_is_told_and_loses_nothing() {
    let slow = Server::new([page(&[&of("a", "lost-a", ""), &of("b", "lost-b", "")], "null"), Answer::silence()]);
    let Ok(report) = slow.reconcile(&[], NOON, Mode::Act) else { panic!("refused") };
    assert!(!report.complete);
    assert_eq!(report.outcomes.len(), 1);
}

#[test]
fn a_duplicate_of_a_living_session_is_deleted_and_never_without_its_original() {
    let duplicate = of("d", "sess-1", r#","rensei.dev/duplicate-of":"o""#);
    let original = of("o", "sess-1", "");
    let going = original.replace(r#""desiredState":"started""#, r#""desiredState":"destroyed""#);
    let report = |script: Vec<Answer>, mode| {
        let server = Server::new([page(&[&duplicate], "null"), dated(&duplicate)].into_iter().chain(script));
        (told(server.reconcile(&["sess-1"], NOON, mode)), server.sent().len())
    };
    let (outcome, sent) = report(vec![dated(&original), done_to("d")], Mode::Act);
    assert_eq!((outcome, sent), (one(Action::Deleted, "duplicate"), 4));
    let (outcome, sent) = report(vec![dated(&original)], Mode::Mark);
    assert_eq!((outcome, sent), (one(Action::Kept, "would-delete"), 3));
    for gone in [dated(&going), refusal(404, "Sandbox with ID or name o not found")] {
        let (outcome, sent) = report(vec![gone], Mode::Act);
        assert_eq!((outcome, sent), (one(Action::Kept, "known"), 3));
    }
}
