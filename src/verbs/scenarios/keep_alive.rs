//! What `status` does for a running session, by what the toolbox says of its agent.

mod clocks;
mod exit_codes;
mod toolbox;

use super::*;
use crate::contract::Status;
use crate::http::FailureKind;

const TOOLBOX: &str = "https://proxy.daytona.example";

/// A running sandbox of an interval of 30 minutes, created an hour ago, idle for that many minutes at [`DATE_HEADER`].
fn idle(minutes: u32, labels: &str) -> Answer {
    let fields = format!(
        r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T11:{:02}:00.000Z",
        "autoStopInterval":30,"toolboxProxyUrl":"{TOOLBOX}/toolbox""#,
        60 - minutes
    );
    Answer::json(200, &ours(ID, "started", "started", labels, &fields)).header("date", DATE_HEADER)
}

fn reachable() -> Handle {
    let mut handle = handle("sandbox");
    handle.metadata.push(("toolbox-origin".to_owned(), TOOLBOX.to_owned()));
    handle
}

fn commands(json: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"sessionId":"entrypoint","commands":[{json}]}}"#))
}

fn looked(script: impl IntoIterator<Item = Answer>) -> (State, Vec<String>) {
    of(&Server::new(script), reachable())
}

fn of(server: &Server, handle: Handle) -> (State, Vec<String>) {
    let Ok(state) = server.status(handle) else { panic!("refused") };
    assert!(state.status == Status::Running);
    let short = |line: String| line.replace(&format!("/api/sandbox/{ID}"), "");
    (state, server.sent().into_iter().map(short).collect())
}

fn detail<'s>(state: &'s State, key: &str) -> Option<&'s str> {
    state.details.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

const LOOK: &str = "GET /toolbox/2752acb4-993b-4bc3-810c-dbeb5fd8992c/process/session/entrypoint";

#[test]
fn before_a_third_of_the_interval_nothing_is_asked() {
    let (state, sent) = looked([idle(9, "")]);
    assert_eq!(sent, ["GET "]);
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T12:21:00Z"));
    assert_eq!(detail(&state, "deadline"), Some("2026-11-30T11:00:00Z"));
    assert_eq!(detail(&state, "agent"), None);
}

#[test]
fn an_agent_without_an_exit_code_is_kept_alive_by_the_look_itself() {
    let (state, sent) = looked([idle(10, ""), commands(r#"{"id":"1"}"#)]);
    assert_eq!(sent, ["GET ", LOOK]);
    assert_eq!((detail(&state, "agent"), detail(&state, "stops-at")), (Some("running"), Some("2026-11-23T12:30:00Z")));
}

#[test]
fn whatever_else_the_toolbox_answers_the_clock_is_renewed_plainly() {
    for answer in [
        refusal(404, "session not found"),
        refusal(401, "unauthorized"),
        refusal(400, "bad request: Is the Sandbox started?"),
        Answer::status(502),
        Answer::json(200, "<html>"),
        Answer::json(200, "{}"),
        commands(""),
        Answer::failure(FailureKind::Denied),
        Answer::failure(FailureKind::Dns),
        Answer::failure(FailureKind::Tls),
        Answer::failure(FailureKind::Broken),
        Answer::silence(),
    ] {
        let (state, sent) = looked([idle(20, ""), answer, done()]);
        assert_eq!(sent, ["GET ", LOOK, "POST /last-activity"]);
        assert_eq!(
            (detail(&state, "agent"), detail(&state, "stops-at")),
            (Some("unknown"), Some("2026-11-23T12:30:00Z"))
        );
    }
}

#[test]
fn a_toolbox_that_does_not_answer_does_not_use_up_the_call() {
    let server = Server::new([idle(20, ""), Answer::silence(), done()]);
    of(&server, reachable());
    assert_eq!(server.elapsed_ms(), 5_000);
}

#[test]
fn a_call_that_is_nearly_over_keeps_the_sandbox_alive_instead_of_asking_the_toolbox() {
    // The first answer takes two of five seconds: asking the toolbox as well would leave too little.
    for labels in ["", r#","rensei.dev/launched":"true""#] {
        let server = Server::slow(2_000, [idle(20, labels), done()]);
        let context = Context { deadline_ms: Some(5_000), ..server.context() };
        let outcome = server.call_with(context, |call| look::status(call, &Target::new(call, reachable())?));
        let Ok(state) = outcome else { panic!("{outcome:?}") };
        assert_eq!((detail(&state, "agent"), detail(&state, "keep-alive-problem")), (Some("unknown"), None));
        assert!(detail(&state, "toolbox-problem").is_some_and(|problem| problem.contains("deadline")));
        assert_eq!((server.sent().len(), server.elapsed_ms()), (2, 4_000), "{labels}");
    }
}

#[test]
fn a_toolbox_that_the_handle_does_not_name_is_never_called() {
    for metadata in [None, Some("https://other.daytona.example"), Some("https://evil.example")] {
        let mut handle = handle("sandbox");
        handle.metadata.extend(metadata.map(|origin| ("toolbox-origin".to_owned(), origin.to_owned())));
        let (state, sent) = of(&Server::new([idle(20, ""), done()]), handle);
        assert_eq!(
            (sent.last().map(String::as_str), detail(&state, "agent")),
            (Some("POST /last-activity"), Some("unknown"))
        );
    }
}

#[test]
fn a_server_without_last_activity_gets_a_longer_interval() {
    let missing = || refusal(404, "Cannot POST /api/sandbox/x/last-activity");
    let raise = |labels: &str| {
        // What another call writes meanwhile is read again and kept.
        let meanwhile = idle(20, &format!(r#"{labels},"meanwhile":"y""#));
        let answers = [Answer::status(502), missing(), meanwhile, done(), done()];
        let (state, sent) = looked([idle(20, labels)].into_iter().chain(answers));
        assert!(
            sent[4].starts_with("PUT /labels")
                && sent[4].contains(r#""rensei.dev/idle-minutes":"30""#)
                && sent[4].contains(r#""meanwhile":"y""#),
            "{}",
            sent[4]
        );
        (sent[5].clone(), detail(&state, "stops-at").map(str::to_owned))
    };
    // Idle for 20 minutes, so 51 stop it in the minute after the next 30.
    assert_eq!(raise(""), ("POST /autostop/51".to_owned(), Some("2026-11-23T12:31:00Z".to_owned())));
    let near = r#","rensei.dev/deadline":"created+4200s""#;
    assert_eq!(raise(near), ("POST /autostop/31".to_owned(), Some("2026-11-23T12:11:00Z".to_owned())));
}

#[test]
fn an_interval_that_was_raised_before_is_raised_by_what_was_asked_for_and_no_more() {
    let asked = r#","rensei.dev/idle-minutes":"12""#;
    let missing = refusal(404, "Cannot POST /api/sandbox/x/last-activity");
    // Of 30 minutes 25 are over, so of the 12 that were asked for more than a third is.
    let (_, sent) = looked([idle(25, asked), Answer::status(502), missing, done()]);
    assert_eq!(sent.last().map(String::as_str), Some("POST /autostop/38"));
    // With 9 minutes left of 12, nothing is due, although 21 of 30 have passed.
    let (_, sent) = looked([idle(21, asked)]);
    assert_eq!(sent.len(), 1);
}

#[test]
fn a_renewal_that_fails_is_told() {
    let (state, _) = looked([idle(20, ""), Answer::status(502), Answer::status(500)]);
    assert!(detail(&state, "keep-alive-problem").is_some_and(|problem| !problem.is_empty()));
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T12:10:00Z"));
}

#[test]
fn after_the_deadline_nothing_is_kept_alive() {
    let (state, sent) = looked([idle(20, r#","rensei.dev/deadline":"created+3600s""#)]);
    assert_eq!((sent.len(), detail(&state, "deadline")), (1, Some("2026-11-23T12:00:00Z")));
}

#[test]
fn keep_alive_poll_renews_without_a_look_and_off_does_nothing() {
    let server = Server::with_config(r#""keepAlive":"poll""#, [idle(20, ""), done()]);
    let (state, sent) = of(&server, reachable());
    assert_eq!((sent.last().map(String::as_str), detail(&state, "agent")), (Some("POST /last-activity"), None));
    let server = Server::with_config(r#""keepAlive":"off""#, [idle(29, "")]);
    assert_eq!(of(&server, reachable()).1, ["GET "]);
}

#[test]
fn a_context_that_only_observes_keeps_nothing_alive() {
    let server = Server::new([idle(29, "")]);
    let mut context = server.context();
    context.extensions.push(("observe".to_owned(), "true".to_owned()));
    let state = server.call_with(context, |call| look::status(call, &Target::new(call, reachable())?));
    assert!(state.as_ref().is_ok_and(|state| detail(state, "stops-at") == Some("2026-11-23T12:01:00Z")), "{state:?}");
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn what_does_not_run_or_never_stops_is_left_alone() {
    for (state, interval) in [("starting", 30), ("snapshotting", 0), ("stopped", 30), ("started", 0)] {
        let fields = format!(
            r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T11:00:00.000Z","autoStopInterval":{interval}"#
        );
        let json = ours(ID, state, if state == "stopped" { "stopped" } else { "started" }, "", &fields);
        let server = Server::new([Answer::json(200, &json).header("date", DATE_HEADER)]);
        let outcome = server.status(reachable());
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(server.sent().len(), 1, "{state}");
    }
}

#[test]
fn on_demand_the_clock_is_renewed_at_once_even_where_polling_does_not() {
    let server = Server::with_config(r#""keepAlive":"off""#, [idle(1, ""), commands("{}")]);
    let state = server.keep_alive(reachable());
    assert!(state.as_ref().is_ok_and(|state| detail(state, "stops-at") == Some("2026-11-23T12:30:00Z")), "{state:?}");
    assert_eq!(server.sent().len(), 2);
    let server = Server::new([not_found()]);
    let outcome = server.keep_alive(reachable());
    assert!(outcome.as_ref().is_ok_and(|state| state.status == Status::Terminated), "{outcome:?}");
}

#[test]
fn an_interval_that_reaches_the_deadline_already_is_not_raised_again() {
    let near = r#","rensei.dev/idle-minutes":"30","rensei.dev/deadline":"created+4200s""#;
    let missing = refusal(404, "Cannot POST /api/sandbox/x/last-activity");
    // Idle since 11:31, so 30 minutes end at 12:01; the deadline is at 12:10.
    let (_, sent) = looked([idle(29, near), Answer::status(502), missing, done()]);
    assert_eq!(sent.last().map(String::as_str), Some("POST /autostop/40"));
    let nearer = r#","rensei.dev/idle-minutes":"30","rensei.dev/deadline":"created+3605s""#;
    let missing = refusal(404, "Cannot POST /api/sandbox/x/last-activity");
    let (state, sent) = looked([idle(29, nearer), Answer::status(502), missing]);
    assert_eq!((sent.len(), detail(&state, "stops-at")), (3, Some("2026-11-23T12:01:00Z")));
}
