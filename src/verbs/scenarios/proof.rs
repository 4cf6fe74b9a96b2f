//! Only Daytona's own words prove anything: what a page, a gateway or an empty reply says does not.

use super::*;
use crate::contract::{ErrorCode, Phase, Termination};
use crate::daytona::Change;
use crate::sandbox::name::tests::spec;

/// What a dashboard, a login or a captive portal answers to everything.
fn page() -> Answer {
    Answer::Reply(
        200,
        vec![("content-type".to_owned(), b"text/html".to_vec())],
        b"<!doctype html><title>Daytona</title>".to_vec(),
    )
}

fn listed(sandbox: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"items":[{sandbox}],"nextCursor":null}}"#))
}

fn running() -> String {
    let labels = r#","rensei.dev/digest":"1:48d3db09da9de95794e4b716cb97fe4c""#;
    ours(ID, "started", "started", labels, r#","createdAt":"2026-11-23T11:00:00.000Z""#)
}

fn taken() -> Answer {
    refusal(409, &format!("Sandbox with name {NAME} already exists"))
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Error {
    match result {
        Ok(done) => panic!("{done:?}"),
        Err(error) => error,
    }
}

#[test]
fn a_sandbox_that_its_name_denies_is_found_by_its_labels() {
    let server = Server::new([nothing(), listed(&running()), Answer::json(200, &running())]);
    let outcome = server.locate("sess-42");
    assert!(
        outcome.as_ref().is_ok_and(|handle| handle.as_ref().is_some_and(|handle| handle.external_id == ID)),
        "{outcome:?}"
    );
    let server = Server::new([taken(), nothing(), listed(&running()), Answer::json(200, &running())]);
    let handle = server.provision(&spec("sess-42"));
    assert!(handle.as_ref().is_ok_and(|handle| handle.external_id == ID), "{handle:?}");
}

#[test]
fn a_name_that_is_taken_by_what_is_not_shown_yet_may_be_tried_again() {
    let server = Server::ruled(|line| match line {
        line if line.starts_with("POST") => taken(),
        line if line.contains("?labels=") => none_listed(),
        _ => nothing(),
    });
    let error = refused(server.provision(&spec("sess-42")));
    assert!(error.code == ErrorCode::Conflict && error.retryable && error.maybe_applied, "{error:?}");
}

#[test]
fn a_copy_with_all_labels_is_nobodys_session() {
    let copy = running().replace(NAME, "my-debug-copy");
    let outcome = Server::new([nothing(), listed(&copy)]).locate("sess-42");
    assert!(outcome.as_ref().is_ok_and(|handle| handle.is_none()), "{outcome:?}");
    let list = Server::new([listed(&copy)]).list(None);
    assert!(list.as_ref().is_ok_and(|page| page.items.is_empty()), "{list:?}");
    let server = Server::new([listed(&copy).header("date", DATE_HEADER)]);
    let report = server.reconcile(&[], "2026-11-23T12:00:00Z", Mode::Act);
    assert!(report.as_ref().is_ok_and(|report| report.outcomes.is_empty() && report.complete), "{report:?}");
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn a_page_in_place_of_an_answer_is_no_end_no_start_and_no_sandbox() {
    for change in [Change::Stop, Change::Archive] {
        let error = refused(Server::new([page()]).drive(handle("sandbox"), change));
        assert_eq!((error.code, error.get("rule")), (ErrorCode::Protocol, Some("bad-reply")), "{error:?}");
    }
    for dialect in ["sandbox", "workspace"] {
        let error = refused(Server::new([page()]).terminate(handle(dialect)));
        assert_eq!((error.code, error.maybe_applied), (ErrorCode::Protocol, true), "{error:?}");
        assert_eq!(error.get("sandbox-id"), Some(ID));
    }
    let error = refused(Server::new([page(), page()]).provision(&spec("sess-42")));
    assert_eq!((error.code, error.maybe_applied), (ErrorCode::Protocol, true), "{error:?}");
}

#[test]
fn a_url_without_api_is_named_whatever_answers_there() {
    let answers = || [page(), Answer::json(404, "<html>"), refusal(500, "ENOENT: no such file"), refusal(500, "x")];
    for answer in answers() {
        let config = r#"{"daytonaApiUrl":"https://daytona.example"}"#;
        let again = answers().into_iter().next().unwrap_or_else(page);
        let server = Server::new([answer, again]);
        let context = Context { config: config.to_owned(), ..server.context() };
        let error = refused(server.call_with(context, |call| create::provision(call, &spec("sess-42"))));
        assert_eq!((error.code, error.get("rule")), (ErrorCode::InvalidConfig, Some("api-path-missing")), "{error:?}");
        assert!(error.get("remedy").is_some_and(|remedy| remedy.contains("https://daytona.example/api")));
        assert!(!error.maybe_applied && !error.message.contains("may exist"), "{error:?}");
    }
}

#[test]
fn an_empty_reply_to_a_delete_is_looked_into_where_daytona_answers_in_words() {
    let server = Server::new([Answer::status(200), seen("destroying", "destroyed")]);
    let outcome = server.terminate(handle("sandbox"));
    assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Requested), "{outcome:?}");
    let error = refused(Server::new([Answer::status(200), seen("started", "started")]).terminate(handle("sandbox")));
    assert_eq!(error.code, ErrorCode::Protocol);
    let outcome = Server::new([Answer::status(200)]).terminate(handle("workspace"));
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn a_refusal_that_is_not_in_daytonas_envelope_leaves_a_doubt() {
    for status in [499, 409, 460, 404, 502] {
        let gateway = move || Answer::json(status, "<html>gateway</html>");
        let error = refused(Server::ruled(move |_| gateway()).provision(&spec("sess-42")));
        assert!(error.maybe_applied, "{status} {error:?}");
        assert_eq!(error.get("sandbox-name"), Some(NAME), "{status}");
    }
}

#[test]
fn a_specification_that_no_server_reads_is_never_sent() {
    let large = Spec {
        env: (0..1000).map(|index| (format!("VARIABLE_{index:04}"), "x".repeat(100))).collect(),
        ..spec("sess-42")
    };
    let server = Server::new([]);
    let error = refused(server.provision(&large));
    assert_eq!((error.code, error.get("rule")), (ErrorCode::InvalidSpec, Some("too-large")), "{error:?}");
    assert!(!error.retryable && !error.maybe_applied && error.message.contains("102400"), "{error:?}");
    assert_eq!(server.sent(), [""; 0]);
    for answer in [refusal(413, "request entity too large"), Answer::json(413, "<html>")] {
        let error = refused(Server::new([answer, nothing(), none_listed()]).provision(&spec("sess-42")));
        assert!(error.code == ErrorCode::InvalidSpec && !error.retryable && !error.maybe_applied, "{error:?}");
    }
}

#[test]
fn a_missing_route_is_one_only_with_the_servers_version() {
    let unread = || {
        let body =
            r#"{"path":"/api/sandbox","statusCode":404,"error":"Not Found","message":"Cannot POST /api/sandbox"}"#;
        Answer::json(404, body)
    };
    let server = Server::ruled(move |line| match line {
        line if line.contains("/workspace") => refusal(404, "Cannot GET /api/workspace"),
        line if line.starts_with("POST") => unread(),
        line if line.contains("?labels=") => none_listed(),
        _ => nothing(),
    });
    let error = refused(server.provision(&spec("sess-42")));
    assert_eq!((error.code, error.get("rule")), (ErrorCode::Protocol, Some("refused-unread")), "{error:?}");
    assert!(!error.message.contains("/workspace") && !error.retryable, "{error:?}");
}

/// A handle that names its organization.
fn handle_of(organization: &str) -> Handle {
    let mut handle = handle("sandbox");
    handle.metadata.push(("organization-id".to_owned(), organization.to_owned()));
    handle
}

#[test]
fn the_key_of_another_organization_proves_no_absence() {
    for answers in [
        vec![Answer::json(200, r#"{"name":"k","organizationId":"org-b"}"#)],
        vec![Answer::json(200, r#"{"name":"k"}"#), listed(r#"{"id":"x","organizationId":"org-b"}"#)],
        vec![
            Answer::json(200, r#"{"name":"k"}"#),
            none_listed(),
            Answer::json(200, r#"{"items":[{"organizationId":"g","general":true},{"organizationId":"org-b"}]}"#),
        ],
    ] {
        let requests = answers.len();
        let script = |first: Vec<Answer>, answers: Vec<Answer>| Server::new(first.into_iter().chain(answers));
        let server = script(vec![not_found()], answers);
        let error = refused(server.status(handle_of("org-a")));
        assert_eq!((error.code, error.get("rule")), (ErrorCode::InvalidConfig, Some("foreign-organization")));
        assert_eq!(server.sent().len(), 1 + requests, "{:?}", server.sent());
    }
    let server = Server::new([not_found(), not_found(), Answer::json(200, r#"{"organizationId":"org-b"}"#)]);
    assert_eq!(refused(server.terminate(handle_of("org-a"))).code, ErrorCode::InvalidConfig);
}

#[test]
fn the_key_of_the_same_organization_proves_absence_and_an_unknown_one_says_so() {
    let server = Server::new([not_found(), not_found(), Answer::json(200, r#"{"organizationId":"org-a"}"#)]);
    let outcome = server.terminate(handle_of("org-a"));
    assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Gone), "{outcome:?}");
    let silent = || [refusal(404, "Cannot GET /api/api-keys/current"), none_listed(), none_listed()];
    let server = Server::new([not_found()].into_iter().chain(silent()));
    let state = server.status(handle_of("org-a"));
    let details = state.as_ref().map(|state| state.details.clone()).unwrap_or_default();
    assert!(details.contains(&("organization".to_owned(), "unverified".to_owned())), "{state:?}");
}

#[test]
fn a_workspace_that_fails_to_start_is_a_success_that_is_cleaned_up() {
    let failed = ours(ID, "error", "started", "", "");
    let script =
        [none_listed(), Answer::json(200, &failed), listed(&failed), Answer::json(200, &failed), Answer::status(200)];
    let server = Server::with_config(r#""dialect":"workspace""#, script);
    let error = refused(server.provision(&spec("sess-42")));
    assert_eq!((error.get("rule"), error.maybe_applied), (Some("start-failed"), false), "{error:?}");
    assert!(server.sent().last().is_some_and(|line| line.starts_with("DELETE")), "{:?}", server.sent());
}

#[test]
fn a_server_without_a_list_costs_the_promise_and_not_the_session() {
    let created = Answer::json(200, &ours(ID, "started", "started", "", ""));
    let script = [refusal(404, "Cannot GET /api/workspace"), created];
    let server = Server::with_config(r#""dialect":"workspace""#, script);
    let handle = server.provision(&spec("sess-42"));
    assert!(handle.is_ok(), "{handle:?} {:?}", server.sent());
}

#[test]
fn a_list_that_repeats_its_cursor_ends() {
    let again = || Answer::json(200, r#"{"items":[],"nextCursor":"a"}"#);
    let server = Server::ruled(move |line| if line.contains("?labels=") { again() } else { nothing() });
    assert_eq!(refused(server.locate("sess-42")).get("rule"), Some("repeating-cursor"));
    assert_eq!(refused(server.list(Some("a"))).get("rule"), Some("repeating-cursor"));
}

#[test]
fn a_delete_that_daytona_stumbles_over_is_looked_into_and_repeated() {
    let server = Server::new([refusal(500, "An unexpected error occurred."), seen("starting", "started"), done()]);
    let outcome = server.terminate(handle("sandbox"));
    assert!(outcome.as_ref().is_ok_and(|end| *end == Termination::Requested), "{outcome:?}");
}

#[test]
fn a_list_of_sessions_from_the_future_ends_nobody() {
    let server = Server::new([listed(&running()).header("date", DATE_HEADER)]);
    let error = refused(server.reconcile(&[], "2026-11-23T12:01:01Z", Mode::Act));
    assert_eq!((error.code, error.get("path")), (ErrorCode::InvalidSpec, Some("known-as-of")), "{error:?}");
}

#[test]
fn no_list_of_sessions_confirms_the_mark_that_it_led_to() {
    let dated = |answer: Answer| answer.header("date", DATE_HEADER);
    let server = Server::new([dated(listed(&running())), dated(Answer::json(200, &running())), dated(done())]);
    let report = server.reconcile(&[], "2026-11-23T12:00:30Z", Mode::Act);
    assert!(report.is_ok(), "{report:?}");
    let sent = server.sent();
    let marked = sent.last().map(String::as_str).unwrap_or_default();
    assert!(marked.contains(r#""rensei.dev/orphan-since":"2026-11-23T12:00:30Z""#), "{marked}");
}

#[test]
fn what_was_done_on_earlier_pages_is_not_lost_with_a_later_one() {
    let first = Answer::json(200, &format!(r#"{{"items":[{}],"nextCursor":"two"}}"#, running()));
    let server = Server::new([first.header("date", DATE_HEADER), refusal(500, "x")]);
    let report = server.reconcile(&["sess-42"], "2026-11-23T12:00:00Z", Mode::Act);
    assert!(report.as_ref().is_ok_and(|report| report.outcomes.len() == 1 && !report.complete), "{report:?}");
}

#[test]
fn a_null_in_place_of_nothing_is_an_empty_reply() {
    let null = || Answer::json(200, " null\n");
    let outcome = Server::new([null()]).terminate(handle("workspace"));
    assert!(matches!(outcome, Ok(Termination::Requested)), "{outcome:?}");
    // Where Daytona answers in words it proves no more than nothing does.
    let server = Server::new([null(), seen("started", "started")]);
    let error = refused(server.terminate(handle("sandbox")));
    assert_eq!((error.code, server.sent().len()), (ErrorCode::Protocol, 2));
    let server = Server::new([null(), seen("stopped", "stopped")]);
    let outcome = server.drive(handle("workspace"), Change::Stop);
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn where_the_question_whose_key_it_is_stays_unanswered_nothing_is_gone() {
    let key = || Answer::json(200, r#"{"name":"k","permissions":[]}"#);
    let snapshots = || Answer::json(200, r#"{"items":[{"organizationId":"org-g","general":true}]}"#);
    let cut = || Answer::json(200, r#"{"items":[{"id":"a","organi"#);
    let script = |list: Vec<Answer>| {
        [not_found(), not_found(), key()].into_iter().chain(list).chain([snapshots()]).collect::<Vec<_>>()
    };
    let refusals = std::iter::repeat_with(|| refusal(403, "Access denied"));
    let outcome = Server::new(script(refusals.take(1).collect())).terminate(handle_of("org-d"));
    assert!(matches!(outcome, Ok(Termination::Gone)), "a key that may not list: {outcome:?}");
    let error = refused(Server::new(script(vec![cut()])).terminate(handle_of("org-d")));
    assert!(error.retryable && error.get("sandbox-id") == Some(ID), "{error:?}");
    // A gateway that answers in Daytona's place leaves open what Daytona would have said.
    let unread =
        || Answer::json(404, r#"{"path":"/api/sandbox","statusCode":404,"message":"Cannot GET /api/sandbox?limit=1"}"#);
    let absent = || not_found().header("x-daytona-api-version", "v0.190.0");
    for (what, answer) in [
        ("a page", Answer::json(404, "<html>Not Found</html>")),
        ("another's JSON", Answer::json(404, r#"{"message":"no Route matched with those values"}"#)),
        ("no access", Answer::json(403, "<html>Forbidden</html>")),
        ("a login", Answer::json(401, "<html>Sign in</html>")),
        ("unread", unread()),
        ("a missing list", refusal(404, "Cannot GET /api/sandbox?limit=1")),
    ] {
        let server = Server::new([absent(), key(), answer, snapshots()]);
        let error = refused(server.status(handle_of("org-d")));
        assert!(error.retryable && error.get("sandbox-id") == Some(ID), "{what}: {error:?}");
    }
    // A server that names its version nowhere has none of these routes, and says so in the same words.
    let old = Handle {
        metadata: [handle_of("org-d").metadata, handle("workspace").metadata].concat(),
        ..handle("workspace")
    };
    let state = Server::new([not_found(), unread(), unread(), unread()]).status(old);
    assert!(state.as_ref().is_ok_and(|state| state.phase == Phase::Destroyed), "{state:?}");
    // Of a silent list nothing is known within the call.
    let silent = || [not_found(), key(), Answer::silence()];
    let error = refused(Server::new(silent().into_iter().chain([snapshots()])).status(handle_of("org-d")));
    assert!(error.retryable && error.get("sandbox-id") == Some(ID), "{error:?}");
}
