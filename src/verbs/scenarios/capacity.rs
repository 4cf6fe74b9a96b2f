//! How many sandboxes a pool has and how many more fit, and calls that may send so many requests only.

use super::*;
use crate::contract::ErrorCode;
use crate::sandbox::name;

const NOON: &str = "2026-11-23T12:00:00Z";

/// A sandbox of that session.
fn of(session: &str, state: &str) -> String {
    let sandbox = ours(session, state, state, "", r#","createdAt":"2026-11-23T10:00:00.000Z""#);
    sandbox.replace(NAME, &name::name("pool-1", session)).replace("sess-42", session)
}

fn page(items: &[String], next: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"items":[{}],"nextCursor":{next}}}"#, items.join(","))).header("date", DATE_HEADER)
}

fn key(scopes: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"userId":"u","permissions":[{scopes}]}}"#))
        .header("x-daytona-api-version", "v0.205.1")
        .header("date", DATE_HEADER)
}

fn usage() -> Answer {
    Answer::json(
        200,
        r#"{"regionUsage":[{"regionId":"us","totalCpuQuota":10,"currentCpuUsage":3,"totalMemoryQuota":20,"currentMemoryUsage":3,
        "totalDiskQuota":30,"currentDiskUsage":9,"maxDiskPerSandbox":10}]}"#,
    )
}

fn detail<'r>(report: &'r CapacityReport, name: &str) -> Option<&'r str> {
    crate::pairs::get(&report.details, name)
}

#[test]
fn sandboxes_are_counted_page_by_page_and_limits_read_where_the_key_may() {
    let first = [of("a", "started"), of("b", "stopped"), of("c", "archived"), of("d", "error")];
    let second = [of("e", "pending_build"), of("f", "destroying"), of("g", "stopping")];
    let server = Server::new([page(&first, r#""more""#), page(&second, "null"), key(r#""read:limits""#), usage()]);
    let Ok(report) = server.capacity(None) else { panic!("refused") };
    assert_eq!((report.active, report.parked, report.complete), (2, 3, true));
    assert_eq!((report.available, report.maximum, report.limit.as_deref()), (Some(2), Some(3), Some("disk")));
    assert_eq!(
        (detail(&report, "failed"), detail(&report, "disk-used"), detail(&report, "region")),
        (Some("1"), Some("9"), Some("us"))
    );
    assert_eq!(report.captured_at.as_deref(), Some(NOON));
    // The organization is that of the listed sandboxes, as this version's key does not say it.
    assert_eq!(server.sent().last().map(String::as_str), Some("GET /api/organizations/org-d/usage"));
}

#[test]
fn what_the_key_may_not_see_is_absent_and_not_asked_for() {
    let server = Server::new([page(&[of("a", "started")], "null"), key("")]);
    let Ok(report) = server.capacity(None) else { panic!("refused") };
    assert_eq!((report.active, report.available, report.maximum, report.limit.as_deref()), (1, None, None, None));
    assert!(report.complete && detail(&report, "limits-problem").is_some_and(|why| why.contains("read:limits")));
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn a_call_that_may_send_so_many_requests_stops_there_and_says_so() {
    let full = |next: &str| page(&[of("a", "started")], next);
    for (max, script, active, complete) in [
        ("1", vec![full(r#""x""#)], 1, false),
        ("2", vec![full(r#""x""#), page(&[of("b", "started")], r#""y""#)], 2, false),
        ("1", vec![full("null")], 1, true),
        ("3", vec![full("null"), key("")], 1, true),
    ] {
        let server = Server::new(script);
        let Ok(report) = server.capacity(Some(max)) else { panic!("refused") };
        assert_eq!((report.active, report.complete), (active, complete), "{max}");
        assert!(server.sent().len() <= max.parse().unwrap_or(0), "{:?}", server.sent());
    }
    for wrong in ["0", "", "-1", "x", "1.5", "99999999999"] {
        let refused = Server::new([]).capacity(Some(wrong));
        assert!(refused.is_err_and(|error| error.code == ErrorCode::InvalidSpec), "{wrong}");
    }
}

#[test]
fn a_reconciliation_begins_nothing_that_it_may_not_finish() {
    let lost = of("lost", "started");
    let reconcile = |server: &Server, max: &str| {
        let mut context = server.context();
        context.extensions.push(("max-requests".to_owned(), max.to_owned()));
        let sessions = ["known".to_owned()];
        let known = Known { sessions: &sessions, as_of: NOON, min_age_sec: 600 };
        server.call_with(context, |call| inventory::reconcile(call, &known, Mode::Mark))
    };
    let server = Server::new([page(&[of("known", "started"), lost.clone()], "null")]);
    let Ok(report) = reconcile(&server, "3") else { panic!("refused") };
    assert_eq!((report.outcomes.len(), report.complete, server.sent().len()), (1, false, 1));

    let seen = Answer::json(200, &lost).header("date", DATE_HEADER);
    let server = Server::new([page(&[lost], "null"), seen, done_to("lost")]);
    let Ok(report) = reconcile(&server, "4") else { panic!("refused") };
    assert_eq!((report.outcomes.len(), report.complete, server.sent().len()), (1, true, 3));
}
