//! Agents that have ended, and exit codes that only look so.

use super::*;

const AGAIN: &str = r#","rensei.dev/started-again":"new""#;

fn exited(code: i64) -> Answer {
    commands(&format!(r#"{{"id":"1","exitCode":{code}}}"#))
}

/// The labels of a write, without those that say whose it is.
fn written(line: &str) -> &str {
    let Some((_, labels)) = line.split_once(r#""rensei.dev/session":"sess-42""#) else { panic!("{line}") };
    labels.trim_end_matches('}')
}

#[test]
fn an_agent_with_an_exit_code_is_marked_with_its_last_activity_and_left_to_the_clock() {
    let (state, sent) = looked([idle(10, ""), exited(3), idle(0, ""), done()]);
    let label = r#"PUT /labels {"labels":{"rensei.dev/managed-by":"daytona-sandbox-provider","rensei.dev/pool":"pool-1","team":"x","rensei.dev/session":"sess-42","rensei.dev/agent-exit":"3@2026-11-23T11:50:00Z"}}"#;
    assert_eq!(sent, ["GET ", LOOK, "GET ", label]);
    assert_eq!((detail(&state, "agent"), detail(&state, "agent-exit-code")), (Some("exited"), Some("3")));
    // The look was activity.
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T12:30:00Z"));
}

#[test]
fn where_the_server_names_no_activity_the_mark_has_the_creation() {
    let fields = format!(
        r#","createdAt":"2026-11-23T11:00:00.000Z","autoStopInterval":30,"toolboxProxyUrl":"{TOOLBOX}/toolbox""#
    );
    let seen = || Answer::json(200, &ours(ID, "started", "started", "", &fields)).header("date", DATE_HEADER);
    let (_, sent) = looked([seen(), exited(0), seen(), done()]);
    assert_eq!(written(&sent[3]), r#","rensei.dev/agent-exit":"0@2026-11-23T11:00:00Z""#);
}

#[test]
fn a_mark_keeps_the_labels_that_were_written_while_it_was_looked() {
    let extended = idle(0, r#","rensei.dev/deadline":"created+9000s""#);
    let (_, sent) = looked([idle(10, ""), exited(3), extended, done()]);
    let all = r#","rensei.dev/deadline":"created+9000s","rensei.dev/agent-exit":"3@2026-11-23T11:50:00Z""#;
    assert_eq!(written(&sent[3]), all);
}

#[test]
fn nothing_is_marked_where_it_runs_no_longer_is_gone_or_others_were_faster() {
    let fields = r#","createdAt":"2026-11-23T11:00:00.000Z","autoStopInterval":30"#;
    for meanwhile in [
        Answer::json(200, &ours(ID, "stopping", "stopped", "", fields)),
        Answer::json(200, &ours(ID, "started", "destroyed", "", fields)),
        not_found(),
        idle(0, r#","rensei.dev/agent-exit":"3@2026-11-23T11:49:00Z""#),
        idle(0, AGAIN),
    ] {
        let (state, sent) = looked([idle(10, ""), exited(3), meanwhile]);
        assert_eq!(
            (sent.len(), detail(&state, "agent"), detail(&state, "keep-alive-problem")),
            (3, Some("exited"), None)
        );
    }
}

#[test]
fn a_mark_that_cannot_be_written_is_told() {
    for answers in [vec![Answer::status(500)], vec![idle(0, ""), refusal(403, "Access denied")]] {
        let (state, _) = looked([idle(10, ""), exited(3)].into_iter().chain(answers));
        assert!(detail(&state, "keep-alive-problem").is_some_and(|problem| !problem.is_empty()));
    }
}

#[test]
fn a_marked_agent_is_not_looked_at_again_for_two_intervals_and_a_minute() {
    // Last active at 11:35 or 11:45; the marks are of up to 61 minutes before.
    for (minutes, mark) in [(25, "11:35:00"), (25, "10:34:00"), (15, "10:44:00"), (25, "11:50:00")] {
        let (state, sent) = looked([idle(minutes, &format!(r#","rensei.dev/agent-exit":"3@2026-11-23T{mark}Z""#))]);
        assert_eq!(sent, ["GET "], "{mark}");
        assert_eq!((detail(&state, "agent"), detail(&state, "agent-exit-code")), (Some("exited"), Some("3")));
    }
}

#[test]
fn a_mark_from_long_before_the_last_activity_is_looked_into() {
    let old = r#","rensei.dev/agent-exit":"3@2026-11-23T10:43:59Z""#;
    let (state, sent) = looked([idle(15, old), commands("{}")]);
    assert_eq!((sent.len(), detail(&state, "agent")), (2, Some("running")));
}

#[test]
fn an_exit_code_that_a_hard_stop_left_behind_does_not_end_an_agent_that_was_started_again() {
    // At the first poll after the start, long before anything is due.
    let (state, sent) = looked([idle(0, AGAIN), exited(3), idle(0, AGAIN), done()]);
    assert_eq!((sent.len(), detail(&state, "agent"), detail(&state, "agent-exit-code")), (4, Some("unknown"), None));
    assert_eq!(written(&sent[3]), r#","rensei.dev/started-again":"3""#);
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T12:30:00Z"));
    // From then on it is renewed when due, by the look itself, and the old code proves nothing.
    let left_behind = r#","rensei.dev/started-again":"3""#;
    let (state, sent) = looked([idle(10, left_behind), exited(3)]);
    assert_eq!((sent.len(), detail(&state, "agent")), (2, Some("unknown")));
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T12:30:00Z"));
    assert_eq!(looked([idle(9, left_behind)]).1.len(), 1);
}

#[test]
fn another_code_than_the_one_left_behind_is_the_end_of_the_agent() {
    let left_behind = || r#","rensei.dev/started-again":"3""#;
    let (state, sent) = looked([idle(10, left_behind()), exited(-1), idle(0, left_behind()), done()]);
    assert_eq!(
        (sent.len(), detail(&state, "agent"), detail(&state, "agent-exit-code")),
        (4, Some("exited"), Some("-1"))
    );
}

#[test]
fn once_a_restarted_agent_was_seen_at_work_its_exit_code_counts() {
    for label in [AGAIN, r#","rensei.dev/started-again":"unseen""#, r#","rensei.dev/started-again":"3""#] {
        let (state, sent) = looked([idle(10, label), commands("{}"), idle(0, label), done()]);
        assert_eq!((sent.len(), detail(&state, "agent")), (4, Some("running")));
        assert_eq!(written(&sent[3]), "", "{label}");
    }
    let (state, _) = looked([idle(10, ""), exited(3), idle(0, ""), done()]);
    assert_eq!(detail(&state, "agent"), Some("exited"));
}

#[test]
fn a_toolbox_that_tells_nothing_after_a_start_is_asked_at_once_only_once() {
    let (state, sent) = looked([idle(0, AGAIN), Answer::status(502), idle(0, AGAIN), done(), done()]);
    assert_eq!((sent.len(), detail(&state, "agent")), (5, Some("unknown")));
    assert_eq!(written(&sent[3]), r#","rensei.dev/started-again":"unseen""#);
    let unseen = r#","rensei.dev/started-again":"unseen""#;
    assert_eq!(looked([idle(9, unseen)]).1.len(), 1);
    // One that may not be called is not asked, so nothing is written.
    assert_eq!(of(&Server::new([idle(9, AGAIN)]), handle("sandbox")).1.len(), 1);
    // And a code that it shows later may be of either run.
    let (state, sent) = looked([idle(10, unseen), exited(3)]);
    assert_eq!((sent.len(), detail(&state, "agent")), (2, Some("unknown")));
}

#[test]
fn a_start_says_in_a_label_that_the_command_runs_again_and_says_it_once() {
    let parked = |labels: &str| Answer::json(200, &ours(ID, "stopped", "stopped", labels, ""));
    let server = Server::new([parked(""), done(), seen("started", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent();
    assert_eq!((sent.len(), written(&sent[1])), (3, AGAIN));
    let server = Server::new([parked(AGAIN), seen("started", "started")]);
    let outcome = server.drive(handle("sandbox"), Change::Start);
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(server.sent().len(), 2);
}
