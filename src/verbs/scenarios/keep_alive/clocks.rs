//! Servers whose clocks disagree, and intervals that were raised.

use super::*;

/// A running sandbox whose last activity is so many seconds after [`DATE_HEADER`].
fn active(seconds: u32, labels: &str) -> Answer {
    let fields = format!(
        r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T12:{:02}:{:02}.000Z",
        "autoStopInterval":30,"toolboxProxyUrl":"{TOOLBOX}/toolbox""#,
        seconds / 60,
        seconds % 60
    );
    Answer::json(200, &ours(ID, "started", "started", labels, &fields)).header("date", DATE_HEADER)
}

#[test]
fn where_the_servers_date_is_behind_its_activity_a_working_agent_is_renewed_and_the_state_says_why() {
    let (state, sent) = looked([active(600, ""), commands("{}")]);
    assert_eq!(sent, ["GET ", LOOK]);
    assert_eq!((detail(&state, "clock"), detail(&state, "agent")), (Some("behind"), Some("running")));
    // Counted from the later of both times.
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T12:40:00Z"));
    let server = Server::with_config(r#""keepAlive":"poll""#, [active(600, ""), done()]);
    let (state, sent) = of(&server, reachable());
    assert_eq!((sent.len(), detail(&state, "stops-at")), (2, Some("2026-11-23T12:40:00Z")));
}

#[test]
fn a_date_that_is_behind_by_a_moment_is_no_doubt() {
    let (state, sent) = looked([active(5, "")]);
    assert_eq!((sent.len(), detail(&state, "clock")), (1, None));
}

#[test]
fn where_the_servers_date_is_behind_a_session_still_ends_at_its_deadline() {
    // At 12:05, which the date does not show and the activity does.
    let (state, sent) = looked([active(300, r#","rensei.dev/deadline":"created+3900s""#)]);
    assert_eq!((sent.len(), detail(&state, "deadline")), (1, Some("2026-11-23T12:05:00Z")));
}

/// A running sandbox that was active a moment ago, whatever the date says.
fn dated(date: &str, labels: &str) -> Answer {
    let Answer::Reply(status, _, body) = idle(1, labels) else { panic!("no reply") };
    Answer::Reply(status, vec![("date".to_owned(), date.as_bytes().to_vec())], body)
}

#[test]
fn a_date_that_is_ahead_or_missing_does_not_stop_renewals() {
    for (date, clock) in [("Mon, 23 Nov 2026 15:00:00 GMT", Some("ahead")), ("yesterday", None)] {
        let (state, sent) = looked([dated(date, ""), commands("{}")]);
        assert_eq!(
            (sent.len(), detail(&state, "agent"), detail(&state, "clock")),
            (2, Some("running"), clock),
            "{date}"
        );
    }
}

#[test]
fn a_date_that_is_ahead_does_not_end_a_session_before_its_deadline() {
    // Two hours after its creation, and long before the date.
    let deadline = r#","rensei.dev/deadline":"created+7200s""#;
    let (state, sent) = looked([dated("Tue, 24 Nov 2026 15:00:00 GMT", deadline), commands("{}")]);
    assert_eq!((sent.len(), detail(&state, "agent")), (2, Some("running")));
}

/// What adopting sends to a running sandbox whose interval was raised to 51 minutes where 12 were asked for.
fn adopted(idle_minutes: u32, state: &str, date: Option<&str>) -> Vec<String> {
    let fields = format!(
        r#","createdAt":"2026-11-23T09:00:00.000Z","lastActivityAt":"2026-11-23T11:{:02}:00.000Z","autoStopInterval":51"#,
        60 - idle_minutes
    );
    let desired = if state == "stopped" { "stopped" } else { "started" };
    let json = ours(ID, state, desired, r#","rensei.dev/idle-minutes":"12","rensei.dev/started-again":"new""#, &fields);
    let mut seen = Answer::json(200, &json);
    if let Some(date) = date {
        seen = seen.header("date", date);
    }
    let server = Server::new([seen, done()]);
    let unmarked = server.call_with(server.context(), |call| {
        let target = Target::new(call, handle("sandbox"))?;
        let (dialect, sandbox) = crate::verbs::lookup::by_id(call, &target)?;
        let Some(sandbox) = sandbox else { panic!("not seen") };
        Ok(crate::verbs::keep_alive::unmark(call, &target, dialect, &sandbox, None)?)
    });
    assert!(unmarked.is_ok(), "{unmarked:?}");
    server.sent().into_iter().skip(1).map(|line| line.replace(&format!("/api/sandbox/{ID}"), "")).collect()
}

#[test]
fn adopting_a_running_sandbox_whose_activity_is_old_keeps_its_raised_interval() {
    let date = Some(DATE_HEADER);
    // Idle for 40 minutes of 51, so an interval of 12 would stop it at once; after 8 of 12 it would soon.
    assert_eq!(adopted(40, "started", date), [""; 0]);
    assert_eq!(adopted(8, "started", date), [""; 0]);
    assert_eq!(adopted(40, "starting", date), [""; 0]);
    assert_eq!(adopted(1, "started", None), [""; 0]);
    // Just active, or not running: back to what was asked for.
    assert_eq!(adopted(2, "started", date), ["POST /autostop/12"]);
    assert_eq!(adopted(40, "stopped", date), ["POST /autostop/12"]);
}

/// What a look sends to a server that tells no activity and whose date is half an hour behind, where the session lasts an
/// hour and the interval in force is so long.
fn raised(minutes: u32) -> Vec<String> {
    let fields = format!(r#","createdAt":"2026-11-23T12:30:00.000Z","autoStopInterval":{minutes}"#);
    let labels = r#","rensei.dev/idle-minutes":"12","rensei.dev/deadline":"created+3600s""#;
    let json = ours(ID, "started", "started", labels, &fields);
    let server = Server::ruled(move |line| match line {
        line if line.contains("last-activity") => refusal(404, "Cannot POST /api/sandbox/x/last-activity"),
        line if line.contains("autostop") => done(),
        _ => Answer::json(200, &json).header("date", DATE_HEADER),
    });
    let (_, sent) = of(&server, handle("workspace"));
    sent.into_iter()
        .filter_map(|line| line.split_once("/autostop").map(|(_, minutes)| minutes.trim().to_owned()))
        .collect()
}

#[test]
fn an_interval_that_is_raised_in_doubt_is_raised_no_further_than_to_the_sessions_end() {
    assert_eq!(raised(12), ["/13"]);
    assert_eq!(raised(60), ["/61"]);
    assert_eq!(raised(61), [""; 0]);
}

/// What a look sends to a server without `last-activity` that dates what is written, 45 minutes before its header, where the
/// interval of 30 minutes began at 11:00.
#[test]
fn by_a_date_that_is_ahead_an_interval_is_never_longer_than_is_right_for_more_than_a_minute() {
    let json = |written: &str| {
        let fields = format!(
            r#","createdAt":"2026-11-23T11:00:00.000Z","autoStopInterval":30,"updatedAt":"2026-11-23T{written}.000Z""#
        );
        ours(ID, "started", "started", r#","rensei.dev/idle-minutes":"30""#, &fields)
    };
    let server = Server::ruled(move |line| match line {
        line if line.contains("last-activity") => refusal(404, "Cannot POST /api/sandbox/x/last-activity"),
        line if line.contains("autostop") => Answer::json(200, &json("11:15:00")).header("date", DATE_HEADER),
        _ => Answer::json(200, &json("11:00:00")).header("date", DATE_HEADER),
    });
    let (state, sent) = of(&server, handle("sandbox"));
    let raised: Vec<_> = sent.iter().filter(|line| line.contains("autostop")).map(|line| line.trim()).collect();
    assert_eq!(raised, ["POST /autostop/31", "POST /autostop/46"]);
    assert_eq!(detail(&state, "stops-at"), Some("2026-11-23T11:46:00Z"));
}

#[test]
fn an_answer_that_does_not_say_when_it_was_written_raises_an_interval_by_a_minute_alone() {
    let json = |written: &str| {
        let fields = format!(r#","createdAt":"2026-11-23T11:00:00.000Z","autoStopInterval":30{written}"#);
        ours(ID, "started", "started", r#","rensei.dev/idle-minutes":"30""#, &fields)
    };
    // A day too late.
    let date = "Tue, 24 Nov 2026 12:00:00 GMT";
    let server = Server::ruled(move |line| match line {
        line if line.contains("last-activity") => refusal(404, "Cannot POST /api/sandbox/x/last-activity"),
        line if line.contains("autostop") => Answer::json(200, &json("")).header("date", date),
        _ => Answer::json(200, &json(r#","updatedAt":"2026-11-23T11:00:00.000Z""#)).header("date", date),
    });
    let (_, sent) = of(&server, handle("sandbox"));
    let raised: Vec<_> = sent.iter().filter(|line| line.contains("autostop")).map(|line| line.trim()).collect();
    assert_eq!(raised, ["POST /autostop/31"]);
}
