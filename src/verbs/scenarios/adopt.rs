//! One session, one sandbox, whatever happened to the calls before.

use super::*;
use crate::contract::ErrorCode;
use crate::http::FailureKind;
use crate::sandbox::name::tests::spec;

/// What a start of ours writes down before it.
const AGAIN: &str = r#","rensei.dev/started-again":"new""#;

/// The digest of a session that asks for nothing.
const DIGEST: &str = r#","rensei.dev/digest":"1:48d3db09da9de95794e4b716cb97fe4c""#;

fn taken() -> Answer {
    refusal(409, &format!("Sandbox with name {NAME} already exists"))
}

fn there(state: &str, desired: &str, labels: &str) -> Answer {
    Answer::json(200, &ours(ID, state, desired, labels, "")).header("x-daytona-api-version", "v0.205.0")
}

fn refused(server: &Server) -> Error {
    match server.provision(&spec("sess-42")) {
        Ok(handle) => panic!("provisioned {}", handle.external_id),
        Err(error) => error,
    }
}

/// Methods and paths without bodies and queries.
fn lines(server: &Server) -> Vec<String> {
    let line = |line: &String| line.split(' ').take(2).collect::<Vec<_>>().join(" ").replace("/api/sandbox", "");
    server.sent().iter().map(|sent| line(sent).split('?').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_session_that_has_its_sandbox_already_gets_that_one_whatever_the_create_came_to() {
    for answer in [
        taken(),
        Answer::status(502),
        Answer::failure(FailureKind::Broken),
        Answer::failure(FailureKind::TimedOut),
        Answer::json(200, "{\"id\""),
        refusal(400, "Total disk limit exceeded. Maximum allowed: 30GiB."),
        refusal(400, "No available runners"),
        refusal(500, "An unexpected error occurred."),
        Answer::status(429).header("retry-after", "600"),
    ] {
        let server = Server::new([answer, there("started", "started", DIGEST)]);
        let outcome = server.provision(&spec("sess-42"));
        assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == ID), "{outcome:?}");
        assert_eq!(lines(&server), ["POST ", &format!("GET /{NAME}")]);
    }
}

#[test]
fn a_create_that_is_never_answered_leaves_time_to_look() {
    let server = Server::new([Answer::silence(), there("creating", "started", DIGEST)]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(server.elapsed_ms(), 55_000);
}

#[test]
fn what_is_proven_not_to_be_there_is_created_again_under_the_same_name() {
    let server =
        Server::new([Answer::status(502), nothing(), none_listed(), there("pending_build", "started", DIGEST)]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent();
    assert_eq!(lines(&server), ["POST ", &format!("GET /{NAME}"), "GET ", "POST "]);
    assert_eq!(sent[0], sent[3]);
}

#[test]
fn a_server_that_never_creates_anything_is_not_asked_for_ever() {
    let server = Server::ruled(|line| match line {
        line if line.starts_with("POST") => Answer::status(502),
        line if line.contains("?labels=") => none_listed(),
        _ => nothing(),
    });
    let error = refused(&server);
    assert!(error.maybe_applied && error.retryable);
    assert_eq!(error.get("sandbox-name"), Some(NAME));
    assert_eq!(server.sent().iter().filter(|line| line.starts_with("POST")).count(), 4);
}

#[test]
fn a_refusal_without_a_sandbox_is_reported_as_it_is() {
    let server =
        Server::new([refusal(400, "Total CPU limit exceeded. Maximum allowed: 10."), nothing(), none_listed()]);
    let error = refused(&server);
    assert!(error.code == ErrorCode::QuotaExceeded && !error.maybe_applied);
}

#[test]
fn a_refused_key_is_not_tried_a_second_time() {
    let server = Server::new([refusal(401, "Invalid credentials")]);
    assert!(refused(&server).code == ErrorCode::Unauthenticated);
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn a_sandbox_that_was_made_for_something_else_is_a_conflict_that_names_the_difference() {
    let made = r#","target":"us","cpu":1,"memory":1,"disk":10,"env":{"A":"1"},
        "buildInfo":{"dockerfileContent":"FROM other:1\nENTRYPOINT [\"donmai\",\"agent\",\"run\"]\n"}"#;
    let other = ours(ID, "started", "started", r#","rensei.dev/digest":"1:00""#, made);
    let server = Server::new([taken(), Answer::json(200, &other)]);
    let asked = Spec { region: Some("eu".to_owned()), ..spec("sess-42") };
    let Err(error) = server.provision(&asked) else { panic!("provisioned") };
    assert!(error.code == ErrorCode::Conflict && error.maybe_applied && !error.retryable);
    assert_eq!((error.get("sandbox-id"), error.get("differs")), (Some(ID), Some("image, disk, region, env")));
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn another_command_is_named_and_how_the_last_line_ends_is_no_difference() {
    for (command, differs) in [(r#"[\"sleep\"]\n"#, Some("command")), (r#"[\"donmai\",\"agent\",\"run\"]"#, Some(""))] {
        let file = format!(r"FROM ghcr.io/renseiai/donmai-worker:latest\nENTRYPOINT {command}");
        let made = format!(r#","buildInfo":{{"dockerfileContent":"{file}"}}"#);
        let other = ours(ID, "started", "started", r#","rensei.dev/digest":"1:00""#, &made);
        let server = Server::new([taken(), Answer::json(200, &other)]);
        let error = refused(&server);
        assert!(error.code == ErrorCode::Conflict, "{command}");
        assert_eq!(error.get("differs"), differs, "{command}");
    }
}

#[test]
fn a_digest_of_another_version_does_not_make_a_session_foreign() {
    for digest in ["", r#","rensei.dev/digest":"2:00""#] {
        let server = Server::new([taken(), there("started", "started", digest)]);
        let outcome = server.provision(&spec("sess-42"));
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

#[test]
fn a_sandbox_of_somebody_else_under_the_sessions_name_is_never_touched() {
    for foreign in [
        format!(r#"{{"id":"{ID}","name":"{NAME}","state":"error","labels":{{"team":"x"}}}}"#),
        ours(ID, "error", "started", r#","rensei.dev/organization":"org-2""#, ""),
    ] {
        let server = Server::new([taken(), Answer::json(200, &foreign)]);
        let error = refused(&server);
        assert!(error.code == ErrorCode::Conflict && error.get("rule") == Some("name-taken-by-another"));
        assert_eq!(server.sent().len(), 2);
    }
}

#[test]
fn a_parked_sandbox_is_started() {
    for state in ["stopped", "archived", "paused"] {
        let parked = |labels: &str| there(state, state, &format!("{DIGEST}{labels}"));
        let started = there("started", "started", DIGEST);
        let server = Server::new([taken(), parked(""), done(), parked(AGAIN), started]);
        let outcome = server.provision(&spec("sess-42"));
        assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == ID), "{outcome:?}");
        assert_eq!(
            lines(&server),
            [
                "POST ",
                &format!("GET /{NAME}"),
                &format!("PUT /{ID}/labels"),
                &format!("GET /{ID}"),
                &format!("POST /{ID}/start")
            ]
        );
    }
}

#[test]
fn a_parked_sandbox_without_room_to_start_is_a_quota_error_that_says_it_exists() {
    let parked = |labels: &str| there("stopped", "stopped", &format!("{DIGEST}{labels}"));
    let quota = refusal(400, "Total CPU limit exceeded. Maximum allowed: 10.");
    let error = refused(&Server::new([taken(), parked(""), done(), parked(AGAIN), quota]));
    assert!(error.code == ErrorCode::QuotaExceeded && error.maybe_applied);
    assert_eq!(error.get("sandbox-id"), Some(ID));
}

#[test]
fn a_running_sandbox_loses_the_marks_of_an_ended_agent_and_of_an_orphan() {
    let marks = r#","rensei.dev/agent-exit":"1@2026-11-23T11:00:00Z","rensei.dev/orphan-since":"2026-11-23T11:00:00Z""#;
    let server = Server::new([taken(), there("started", "started", marks), done()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent();
    assert!(
        sent[2].starts_with(&format!("PUT /api/sandbox/{ID}/labels")) && sent[2].contains(r#""team":"x""#),
        "{}",
        sent[2]
    );
    assert!(!sent[2].contains("agent-exit") && !sent[2].contains("orphan"), "{}", sent[2]);
}

#[test]
fn an_interval_that_was_raised_becomes_what_was_asked_for_before_a_start() {
    let parked = || {
        let labels = format!(r#","rensei.dev/idle-minutes":"12"{AGAIN}"#);
        Answer::json(200, &ours(ID, "stopped", "stopped", &labels, r#","autoStopInterval":1480"#))
    };
    let server = Server::new([taken(), parked(), done(), parked(), done(), seen("started", "started")]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(lines(&server)[2], format!("POST /{ID}/autostop/12"));
}

#[test]
fn a_broken_sandbox_is_deleted_and_created_anew() {
    for state in ["error", "build_failed"] {
        let server = Server::new([taken(), there(state, "started", DIGEST), done(), there("creating", "started", "")]);
        let outcome = server.provision(&spec("sess-42"));
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(lines(&server), ["POST ", &format!("GET /{NAME}"), &format!("DELETE /{ID}"), "POST "]);
    }
}

#[test]
fn a_sandbox_that_breaks_again_is_deleted_and_reported() {
    let broken = || Answer::json(200, &ours(ID, "error", "started", DIGEST, r#","errorReason":"no disk""#));
    let server = Server::new([taken(), broken(), done(), taken(), broken(), done()]);
    let error = refused(&server);
    assert!(error.code == ErrorCode::Unavailable && !error.maybe_applied);
    assert_eq!((error.get("rule"), error.get("reason")), (Some("start-failed"), Some("no disk")));
}

#[test]
fn what_could_not_be_started_is_removed_before_it_is_reported() {
    let failed = || refusal(400, "Sandbox failed to start: boom");
    let server = Server::new([failed(), there("error", "started", DIGEST), done()]);
    let error = refused(&server);
    assert!(error.get("rule") == Some("start-failed") && !error.maybe_applied, "{}", error.message);
    assert_eq!(lines(&server), ["POST ", &format!("GET /{NAME}"), &format!("DELETE /{ID}")]);
    let server = Server::new([failed(), there("error", "started", DIGEST), refusal(403, "Access denied")]);
    let error = refused(&server);
    assert!(error.get("rule") == Some("start-failed") && error.maybe_applied);
    assert_eq!(error.get("sandbox-id"), Some(ID));
}

/// A reply of a server that ignores names.
fn nameless(id: &str, created: &str) -> String {
    let fields = format!(r#","createdAt":"{created}""#);
    ours(id, "started", "started", DIGEST, &fields).replace(NAME, id)
}

#[test]
fn where_names_are_ignored_the_elder_sandbox_wins_and_the_new_one_goes() {
    let (old, new) = (nameless("b-old", "2026-11-23T10:00:00.000Z"), nameless("a-new", "2026-11-23T11:00:00.000Z"));
    let list = format!("[{new},{old}]");
    let script = [&new, &list, &new, &old].map(|json| Answer::json(200, json));
    let server = Server::new(script.into_iter().chain([done_to("a-new")]));
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == "b-old"), "{outcome:?}");
    assert_eq!(lines(&server), ["POST ", "GET ", "GET /a-new", "GET /b-old", "DELETE /a-new"]);
}

/// A server that ignores names and deletes nothing while it starts, which takes longer than the call may.
fn nameless_and_slow(older: &str, more: &str) -> Server {
    let new = nameless("c-new", "2026-11-23T11:00:00.000Z").replace(r#""state":"started""#, r#""state":"starting""#);
    let old = nameless("b-old", "2026-11-23T10:00:00.000Z");
    let old = old.replace(r#""started""#, &format!("\"{older}\"")).replace(DIGEST, &format!("{DIGEST}{AGAIN}"));
    let list = format!("[{new},{old}{more}]");
    let more = more.trim_start_matches(',').to_owned();
    Server::ruled(move |line| match line {
        line if line.starts_with("POST /api/sandbox ") => Answer::json(200, &new),
        line if line.contains("?labels=") => Answer::json(200, &list),
        line if line.starts_with("GET /api/sandbox/c-new") => Answer::json(200, &new),
        line if line.starts_with("GET /api/sandbox/b-old") => Answer::json(200, &old),
        line if line.starts_with("GET /api/sandbox/d-dup") => Answer::json(200, &more),
        line if line.starts_with("DELETE /api/sandbox/c-new") => refusal(400, "Sandbox state change in progress"),
        line if line.contains("/stop") => refusal(400, "Sandbox is not started"),
        line if line.contains("/b-old/start") => Answer::json(200, &old.replace(r#""archived""#, r#""started""#)),
        line => done_to(line.split('/').nth(3).and_then(|rest| rest.split([' ', '?']).next()).unwrap_or_default()),
    })
}

#[test]
fn a_new_sandbox_that_cannot_go_before_the_deadline_is_marked_stops_itself_and_costs_the_session_nothing() {
    for parked in [false, true] {
        let server = nameless_and_slow(if parked { "archived" } else { "started" }, "");
        let outcome = server.provision(&spec("sess-42"));
        assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == "b-old"), "{outcome:?}");
        let sent = server.sent();
        let mark = sent.iter().find(|line| line.starts_with("PUT /api/sandbox/c-new/labels"));
        assert!(mark.is_some_and(|mark| mark.contains(r#""rensei.dev/duplicate-of":"b-old""#)), "{sent:#?}");
        assert!(sent.iter().any(|line| line == "POST /api/sandbox/c-new/autostop/1"), "{sent:#?}");
        assert_eq!(sent.iter().any(|line| line.starts_with("POST /api/sandbox/b-old/start")), parked, "{sent:#?}");
        assert_eq!(sent.iter().filter(|line| line.starts_with("POST /api/sandbox {")).count(), 1);
        assert!(server.elapsed_ms() <= 60_000);
    }
}

#[test]
fn what_an_earlier_call_could_not_remove_goes_with_the_next_one_and_is_never_taken() {
    let marked = nameless("d-dup", "2026-11-23T09:00:00.000Z");
    let marked = marked.replace(DIGEST, &format!(r#"{DIGEST},"rensei.dev/duplicate-of":"b-old""#));
    let server = nameless_and_slow("started", &format!(",{marked}"));
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == "b-old"), "{outcome:?}");
    assert!(server.sent().iter().any(|line| line.starts_with("DELETE /api/sandbox/d-dup")), "{:#?}", server.sent());
}

#[test]
fn a_new_sandbox_takes_the_place_of_an_older_one_that_is_broken() {
    let server = nameless_and_slow("error", "");
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == "c-new"), "{outcome:?}");
    let sent = server.sent();
    assert!(sent.iter().any(|line| line.starts_with("DELETE /api/sandbox/b-old")), "{sent:#?}");
    assert!(
        !sent.iter().any(|line| line.starts_with("DELETE /api/sandbox/c-new") || line.starts_with("PUT")),
        "{sent:#?}"
    );
}

#[test]
fn an_elder_sandbox_is_started_where_it_is_parked_and_refused_where_it_differs() {
    let new = nameless("a-new", "2026-11-23T11:00:00.000Z");
    let old = nameless("b-old", "2026-11-23T10:00:00.000Z").replace("started", "archived");
    let old = old.replace(DIGEST, &format!("{DIGEST}{AGAIN}")).replace("archived-again", "started-again");
    let list = format!("[{new},{old}]");
    let found = || [&new, &list, &new, &old].map(|json| Answer::json(200, json)).into_iter();
    let parked = Answer::json(200, &old);
    let server = Server::new(found().chain([done_to("a-new"), parked, seen("archived", "started")]));
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == "b-old"), "{outcome:?}");
    assert_eq!(lines(&server).last().map(String::as_str), Some("POST /b-old/start"));
    let server = Server::new(found().chain([done_to("a-new")]));
    let other = Spec { image: Some("other:1".to_owned()), ..spec("sess-42") };
    let outcome = server.provision(&other);
    assert!(outcome.as_ref().is_err_and(|error| error.code == ErrorCode::Conflict), "{outcome:?}");
}

/// A sandbox made at eleven, whose session ends so many seconds later, as it is shown when it was written at a time.
fn of_eleven(state: &str, seconds: u32, written: &str) -> String {
    let labels = format!(r#","rensei.dev/deadline":"created+{seconds}s""#);
    let more = format!(r#","createdAt":"2026-11-23T11:00:00Z","updatedAt":"{written}""#);
    ours(ID, state, state, &labels, &more)
}

#[test]
fn a_session_whose_deadline_has_passed_gets_a_new_one_when_it_is_provisioned_again() {
    let over = of_eleven("started", 60, "2026-11-23T11:30:00Z");
    for written in [of_eleven("started", 61, "2026-11-23T12:00:00Z"), of_eleven("started", 60, "2026-11-23T11:30:00Z")]
    {
        // A reply that does not show the write yet says nothing of the time.
        let found = Answer::json(200, &over).header("date", DATE_HEADER);
        let server = Server::new([taken(), found, done(), Answer::json(200, &written), done()]);
        let asked = Spec { max_duration_sec: Some(600), ..spec("sess-42") };
        let outcome = server.provision(&asked);
        assert!(outcome.is_ok(), "{outcome:?}");
        assert!(server.sent()[2].contains(r#""rensei.dev/deadline":"created+61s""#), "{}", server.sent()[2]);
        assert!(server.sent()[4].contains(r#""rensei.dev/deadline":"created+4200s""#), "{}", server.sent()[4]);
    }
}

#[test]
fn a_deadline_that_has_passed_by_a_date_alone_that_is_ahead_stays_where_it_is() {
    for state in ["started", "stopped"] {
        let found = Answer::json(200, &of_eleven(state, 1800, "2026-11-23T11:05:00Z")).header("date", DATE_HEADER);
        let written = Answer::json(200, &of_eleven(state, 1801, "2026-11-23T11:06:00Z"));
        let start = [done(), seen("starting", "started")].into_iter().filter(|_| state == "stopped");
        let server = Server::new([taken(), found, done(), written].into_iter().chain(start));
        let outcome = server.provision(&Spec { max_duration_sec: Some(1800), ..spec("sess-42") });
        assert!(outcome.is_ok(), "{outcome:?}");
        let ends: Vec<_> =
            server.sent().into_iter().filter(|line| line.contains("rensei.dev/deadline")).skip(1).collect();
        let moved = |line: &String| !["created+1800s", "created+1801s"].iter().any(|end| line.contains(end));
        assert!(!ends.iter().any(moved), "{state}: {ends:?}");
    }
}

#[test]
fn a_create_that_was_throttled_first_and_never_answered_then_is_looked_up() {
    let throttled = || Answer::status(429).header("retry-after", "1");
    let server = Server::new([throttled(), Answer::silence(), there("creating", "started", DIGEST)]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let server = Server::new([throttled(), Answer::silence(), Answer::status(500)]);
    let error = refused(&server);
    assert!(error.code == ErrorCode::RateLimited && error.maybe_applied);
    let nameless = || Answer::json(200, "[]");
    let server =
        Server::with_config(r#""dialect":"workspace""#, [nameless(), throttled(), Answer::silence(), nameless()]);
    let error = refused(&server);
    assert!(error.code == ErrorCode::RateLimited && error.maybe_applied);
}

#[test]
fn a_doubt_about_one_create_is_not_lost_when_the_next_one_is_refused() {
    let quota = refusal(400, "Total CPU limit exceeded. Maximum allowed: 10.");
    let server = Server::new([Answer::status(502), nothing(), none_listed(), quota, nothing(), none_listed()]);
    let error = refused(&server);
    assert!(error.code == ErrorCode::QuotaExceeded && error.maybe_applied);
    assert_eq!(error.get("sandbox-name"), Some(NAME));
}

#[test]
fn a_create_whose_success_cannot_be_read_may_have_been_applied_though_no_look_shows_it() {
    let cut = || Answer::json(200, r#"{"id":"x","name":"#).header("x-daytona-api-version", "v0.205.0");
    let error = refused(&Server::new([cut(), nothing(), none_listed()]));
    assert!(error.code == ErrorCode::Protocol && error.maybe_applied, "{error:?}");
    assert_eq!(error.get("sandbox-name"), Some(NAME));
}

#[test]
fn a_name_that_is_taken_by_what_no_look_shows_leaves_a_doubt_that_a_gateways_refusal_does_not_take_away() {
    let gateway = Answer::Reply(404, Vec::new(), b"<html>no route</html>".to_vec());
    let unseen = || [nothing(), none_listed()];
    let script = [taken()].into_iter().chain(unseen()).chain([gateway]).chain(unseen());
    let error = refused(&Server::new(script));
    assert!(error.maybe_applied, "{error:?}");
}

#[test]
fn where_names_are_ignored_the_only_sandbox_is_kept() {
    let new = nameless("a-new", "2026-11-23T11:00:00.000Z");
    let list = format!("[{new}]");
    let server = Server::new([&new, &list, &new].map(|json| Answer::json(200, json)));
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == "a-new"), "{outcome:?}");
}

#[test]
fn a_workspace_that_exists_is_taken_without_creating_another() {
    let there = nameless(ID, "2026-11-23T11:00:00.000Z");
    let list = format!("[{there}]");
    let server = Server::with_config(r#""dialect":"workspace""#, [&list, &there].map(|json| Answer::json(200, json)));
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_ok_and(|handle| handle.external_id == ID), "{outcome:?}");
    assert!(server.sent().iter().all(|line| line.starts_with("GET ")));
}

#[test]
fn where_names_are_ignored_an_ambiguous_create_is_not_repeated() {
    let none = || Answer::json(200, "[]");
    let server = Server::with_config(r#""dialect":"workspace""#, [none(), Answer::status(502), none()]);
    let error = refused(&server);
    assert!(error.maybe_applied && error.retryable);
    let server = Server::new([
        Answer::status(502),
        refusal(404, &format!("Sandbox with ID or name {NAME} not found")).header("x-daytona-api-version", "v0.105.0"),
        none().header("x-daytona-api-version", "v0.105.0"),
    ]);
    assert!(refused(&server).maybe_applied);
}
