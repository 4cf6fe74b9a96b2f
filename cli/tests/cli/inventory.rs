//! A whole pool: what is there, and what nobody wants any more.

use std::time::Duration;

use fake_daytona::{Reply, RequestAction, SandboxView};
use serde_json::json;

use crate::stage::{Run, Stage};

/// Two sessions, two hours old, of which the platform will know the first.
fn stage() -> Stage {
    let stage = Stage::new();
    for session in ["known-1", "lost-1"] {
        assert_eq!(stage.run(&["provision", "--session", session]).code, 0);
        stage.fake.skip(Duration::from_secs(1));
    }
    stage.write("known.txt", "known-1\n");
    stage.fake.skip(Duration::from_secs(7_200));
    stage.fake.clear_requests();
    stage
}

fn sandbox(stage: &Stage, session: &str) -> SandboxView {
    let name = format!("rensei-{session}-");
    stage.fake.sandboxes().into_iter().find(|made| made.created_name.starts_with(&name)).expect("it was made")
}

/// Whether somebody asked for its end.
fn ended(stage: &Stage, session: &str) -> bool {
    sandbox(stage, session).desired_state == "destroyed"
}

fn marked(stage: &Stage, session: &str) -> bool {
    sandbox(stage, session).labels.keys().any(|label| label.contains("orphan"))
}

/// The vendor's time, later than everything that was marked.
fn time(stage: &Stage) -> String {
    stage.fake.skip(Duration::from_secs(60));
    let run = stage.json(&["list"]);
    assert_eq!(run.code, 0, "{run:?}");
    run.value()["serverTime"].as_str().expect("a time").to_owned()
}

fn reconcile(stage: &Stage, arguments: &[&str]) -> Run {
    stage.json(&[&["reconcile"], arguments].concat())
}

/// Session, action and reason of each sandbox.
fn outcomes(run: &Run) -> Vec<(String, String, String)> {
    let value = run.value();
    let word = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let outcomes = value["outcomes"].as_array().expect("a list").iter();
    outcomes.map(|told| (word(&told["sessionId"]), word(&told["action"]), word(&told["reason"]))).collect()
}

fn told(outcomes: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    outcomes.iter().map(|(session, action, reason)| ((*session).into(), (*action).into(), (*reason).into())).collect()
}

#[test]
fn a_list_shows_every_session_of_the_pool() {
    let stage = stage();
    let run = stage.json(&["list"]);
    assert_eq!(run.code, 0, "{run:?}");
    let value = run.value();
    let sessions: Vec<_> = value["items"].as_array().unwrap().iter().map(|item| &item["sessionId"]).collect();
    assert_eq!(sessions, ["known-1", "lost-1"]);

    let run = stage.run(&["list"]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<&str> = run.out.lines().collect();
    assert!(lines[0].starts_with("SESSION  STATUS"), "{}", run.out);
    let id = sandbox(&stage, "known-1").id;
    assert!(lines[1].starts_with("known-1  ") && lines[1].ends_with(&id), "{}", run.out);
    assert!(lines[3].starts_with("2 sandboxes of pool default at 20"), "{}", run.out);

    let run = stage.run(&["list", "--pool-id", "empty"]);
    assert_eq!((run.code, run.out.lines().count()), (0, 1), "{run:?}");
    assert!(run.out.starts_with("no sandbox of pool empty"), "{}", run.out);
}

#[test]
fn every_page_of_a_list_is_there() {
    let stage = stage();
    let labels = sandbox(&stage, "known-1").labels;
    stage.fake.on_request(move |request| {
        let cursor = request.query_values("cursor").pop();
        let next = cursor.is_none().then_some("second");
        let id = cursor.unwrap_or_else(|| "first".to_owned());
        let item = json!({ "id": id, "name": id, "state": "started", "labels": labels });
        RequestAction::Answer(Reply::json(200, &json!({ "items": [item], "nextCursor": next })))
    });
    let run = stage.json(&["list"]);
    assert_eq!(run.code, 0, "{run:?}");
    let value = run.value();
    let ids: Vec<_> = value["items"].as_array().unwrap().iter().map(|item| &item["handle"]["externalId"]).collect();
    assert_eq!(ids, ["first", "second"]);
    assert_eq!(value.get("nextCursor"), None);
}

#[test]
fn a_reconciliation_only_looks_unless_it_is_told_to_do_more() {
    let stage = stage();
    let run = reconcile(&stage, &["--known", "known.txt"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(outcomes(&run), told(&[("known-1", "kept", "known"), ("lost-1", "kept", "would-mark")]));
    assert!(stage.fake.requests().iter().all(|request| request.method == "GET"));

    let run = stage.run(&["reconcile", "--known", "known.txt"]);
    let id = sandbox(&stage, "lost-1").id;
    assert!(run.out.contains(&format!("would mark  lost-1   {id}\n")), "{}", run.out);
    assert!(run.out.contains("looked at 2 sandboxes of pool default, 1 in order\n"), "{}", run.out);
    assert!(run.out.contains("nothing was changed: --mark marks"), "{}", run.out);
    assert!(!run.out.contains("known-1"), "{}", run.out);
}

#[test]
fn an_unknown_session_is_marked_first_and_deleted_when_it_is_missing_again() {
    let stage = stage();
    let first = time(&stage);
    let run = reconcile(&stage, &["--known", "known.txt", "--as-of", &first, "--delete"]);
    assert_eq!(outcomes(&run), told(&[("known-1", "kept", "known"), ("lost-1", "marked", "orphan")]), "{run:?}");
    assert!(marked(&stage, "lost-1") && !marked(&stage, "known-1"));
    assert!(stage.run(&["list"]).out.contains("orphan since 20"), "a list shows the mark");

    // The same list of sessions does not confirm itself.
    let run = reconcile(&stage, &["--known", "known.txt", "--as-of", &first, "--delete"]);
    assert_eq!(outcomes(&run)[1], told(&[("lost-1", "kept", "marked-too-late")])[0], "{run:?}");

    let later = time(&stage);
    let run = reconcile(&stage, &["--known", "known.txt", "--as-of", &later, "--mark"]);
    assert_eq!(outcomes(&run)[1], told(&[("lost-1", "kept", "marked-before")])[0], "{run:?}");
    let run = stage.run(&["reconcile", "--known", "known.txt", "--as-of", &later, "--delete"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("deleted  lost-1") && !run.out.contains("nothing was changed"), "{}", run.out);
    assert_eq!((ended(&stage, "known-1"), ended(&stage, "lost-1")), (false, true));
}

#[test]
fn a_session_that_is_known_again_loses_its_mark() {
    let stage = stage();
    let run = reconcile(&stage, &["--session", "known-1", "--as-of", &time(&stage), "--mark"]);
    assert_eq!(outcomes(&run)[1].1, "marked", "{run:?}");
    stage.write("all.json", json!(["lost-1"]).to_string());
    let both = ["--session", "known-1", "--known", "all.json"];
    let run = reconcile(&stage, &[&both[..], &["--as-of", &time(&stage), "--delete"]].concat());
    assert_eq!(outcomes(&run)[1], told(&[("lost-1", "unmarked", "known")])[0], "{run:?}");
    assert!(!marked(&stage, "lost-1"));
    assert!(!ended(&stage, "lost-1"));
}

#[test]
fn that_no_session_is_known_has_to_be_said() {
    let stage = stage();
    let now = time(&stage);
    stage.write("empty.txt", "\n");
    stage.write("empty.json", "[]");
    stage.fake.clear_requests();
    for forgotten in [&[][..], &["--known", "empty.txt"], &["--known", "empty.json"], &["--session", ""]] {
        let run = stage.run(&[&["reconcile", "--delete", "--as-of", &now], forgotten].concat());
        assert_eq!(run.code, 2, "{forgotten:?}: {run:?}");
    }
    let run = reconcile(&stage, &["--delete", "--as-of", &now, "--known", "empty.txt"]);
    assert!(run.error().remedy().contains("--none-known"), "{run:?}");
    let run = reconcile(&stage, &["--delete", "--as-of", &now, "--known", "no-such.txt"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    stage.write("wrong.json", "[1]");
    let run = reconcile(&stage, &["--delete", "--as-of", &now, "--known", "wrong.json"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);

    let run = reconcile(&stage, &["--delete", "--as-of", &now, "--none-known"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!((marked(&stage, "known-1"), marked(&stage, "lost-1")), (true, true));
    let run = reconcile(&stage, &["--delete", "--as-of", &time(&stage), "--none-known"]);
    assert_eq!((run.code, ended(&stage, "known-1"), ended(&stage, "lost-1")), (0, true, true), "{run:?}");
}

#[test]
fn what_changes_something_needs_the_time_at_which_the_sessions_were_read() {
    let stage = stage();
    for mode in ["--mark", "--delete"] {
        let run = stage.run(&["reconcile", "--known", "known.txt", mode]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("--as-of"), "{run:?}");
    }
    let now = time(&stage);
    let both = stage.run(&["reconcile", "--known", "known.txt", "--as-of", &now, "--mark", "--delete"]);
    assert_eq!(both.code, 2, "{both:?}");
    let run = reconcile(&stage, &["--known", "known.txt", "--mark", "--as-of", "yesterday"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert!(!marked(&stage, "lost-1"));
}

#[test]
fn a_sandbox_that_is_younger_than_the_least_age_is_left_alone() {
    let stage = stage();
    let run = reconcile(&stage, &["--known", "known.txt", "--as-of", &time(&stage), "--min-age", "3h", "--mark"]);
    assert_eq!(outcomes(&run)[1], told(&[("lost-1", "kept", "too-young")])[0], "{run:?}");
}

#[test]
fn what_could_not_be_done_is_told_by_the_exit_code() {
    let stage = stage();
    stage.fake.on_request(|request| match request.method.as_str() {
        "PUT" => RequestAction::Refuse(403, "Access denied".to_owned()),
        _ => RequestAction::Proceed,
    });
    let run = reconcile(&stage, &["--known", "known.txt", "--as-of", &time(&stage), "--mark"]);
    assert_eq!((run.code, outcomes(&run)[1].1.as_str()), (22, "failed"), "{run:?}");
    let run = stage.run(&["reconcile", "--known", "known.txt", "--as-of", &time(&stage), "--mark"]);
    assert_eq!(run.code, 22, "{run:?}");
    assert!(run.out.contains("failed  lost-1") && run.out.contains("tried again"), "{}", run.out);
}

#[test]
fn a_list_that_leads_in_circles_ends_with_an_error() {
    for cursors in [&["a", "a"][..], &["a", "b"]] {
        let stage = Stage::new();
        stage.fake.on_request(move |request| {
            // After each cursor the next one, and after the last the first.
            let at = request
                .query_values("cursor")
                .pop()
                .map_or(0, |cursor| cursors.iter().position(|known| *known == cursor).map_or(0, |at| at + 1));
            RequestAction::Answer(Reply::json(200, &json!({ "items": [], "nextCursor": cursors[at % cursors.len()] })))
        });
        let run = stage.json(&["list"]);
        assert_ne!(run.code, 0, "{cursors:?}: {run:?}");
        assert!(!run.error().remedy().is_empty(), "{cursors:?}: {run:?}");
    }
}

#[test]
fn a_list_of_snapshots_that_has_no_end_ends_with_the_deadline_as_a_whole() {
    let stage = Stage::new();
    stage.fake.on_request(|request| {
        let page: u64 = request.query_values("page").pop().and_then(|page| page.parse().ok()).unwrap_or(1);
        let of_others = json!([{ "id": "x", "name": "other", "state": "active" }]);
        let body = json!({ "items": of_others, "total": 1_000_000, "page": page, "totalPages": 1_000_000 });
        RequestAction::Answer(Reply::json(200, &body))
    });
    let run = stage.json(&["snapshot", "list", "--deadline", "500ms"]);
    assert_eq!((run.code, run.error().code()), (8, "timeout"), "{run:?}");
    assert!(stage.fake.requests().len() > 1, "every page was within the deadline");
}

#[test]
fn an_empty_cursor_leads_to_no_further_page() {
    let stage = Stage::new();
    stage.fake.on_request(|_| RequestAction::Answer(Reply::json(200, &json!({ "items": [], "nextCursor": "" }))));
    let run = stage.json(&["list"]);
    assert_eq!((run.code, stage.fake.requests().len()), (0, 1), "{run:?}");
}

#[test]
fn a_deadline_bounds_a_list_as_a_whole() {
    let stage = Stage::new();
    stage.fake.on_request(|request| {
        let page: u64 = request.query_values("cursor").pop().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        RequestAction::Answer(Reply::json(200, &json!({ "items": [], "nextCursor": (page + 1).to_string() })))
    });
    let run = stage.json(&["list", "--deadline", "500ms"]);
    assert_eq!((run.code, run.error().code()), (8, "timeout"), "{run:?}");
    assert!(stage.fake.requests().len() > 1, "every page was within the deadline");
}

/// Acts twice, as late as a deletion needs, with this file of sessions. Returns the exit codes.
fn acted_twice(stage: &Stage, known: &str, more: &[&str]) -> [i32; 2] {
    stage.write("list.txt", known);
    [(); 2].map(|()| {
        let time = time(stage);
        let run = reconcile(stage, &[&["--known", "list.txt", "--as-of", &time, "--delete"], more].concat());
        if run.code != 0 {
            assert!(!run.error().remedy().is_empty(), "{run:?}");
        }
        run.code
    })
}

#[test]
fn what_is_no_list_of_sessions_ends_none() {
    for text in [
        "<html><head><title>502 Bad Gateway</title></head></html>\n",
        "{\n  \"error\": \"unauthorized\"\n}\n",
        "{\"sessions\":[\"known-1\"]}\n",
        "{\"id\":\"known-1\"}\n",
        "\"known-1\"\n",
        "null\n",
        "id,status\nknown-1,running\n",
    ] {
        let stage = stage();
        assert_eq!(acted_twice(&stage, text, &[]), [4, 4], "{text}");
        assert!(!marked(&stage, "known-1") && !ended(&stage, "known-1"), "{text}");
    }
}

#[test]
fn a_list_of_which_no_id_is_any_sandboxs_ends_none_unless_it_is_said_to_be_right() {
    let stage = stage();
    assert_eq!(acted_twice(&stage, "502 Bad Gateway\n", &[]), [2, 2]);
    assert!(!marked(&stage, "known-1") && !ended(&stage, "lost-1"));
    assert_eq!(acted_twice(&stage, "session-of-another-pool\n", &["--allow-no-match"]), [0, 0]);
    assert!(ended(&stage, "known-1") && ended(&stage, "lost-1"));
}

#[test]
fn sessions_named_on_the_command_line_are_meant_even_where_none_has_a_sandbox() {
    let stage = stage();
    for _ in 0..2 {
        let time = time(&stage);
        let run = reconcile(&stage, &["--session", "of-tomorrow", "--as-of", &time, "--delete"]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    assert!(ended(&stage, "known-1") && ended(&stage, "lost-1"));
}

#[test]
fn an_id_counts_as_it_stands_and_without_the_blanks_around_it() {
    let stage = stage();
    assert_eq!(stage.run(&["provision", "--session", " padded "]).code, 0);
    stage.fake.skip(Duration::from_secs(7_200));
    // What a tool pads, and an id that has blanks itself.
    assert_eq!(acted_twice(&stage, "  known-1   \r\n padded \nlost-1\n", &[]), [0, 0]);
    assert_eq!(stage.left(), 3);
}
