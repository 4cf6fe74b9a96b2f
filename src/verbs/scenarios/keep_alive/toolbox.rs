//! Toolboxes that cannot be reached, and what an admin can do about it.

use super::*;

/// A running sandbox that is due, of a server that names that toolbox.
fn named(toolbox: &str) -> Answer {
    let fields = format!(
        r#","createdAt":"2026-11-23T11:00:00.000Z","lastActivityAt":"2026-11-23T11:40:00.000Z",
        "autoStopInterval":30,"toolboxProxyUrl":"{toolbox}/toolbox""#
    );
    Answer::json(200, &ours(ID, "started", "started", "", &fields)).header("date", DATE_HEADER)
}

fn with_toolbox(origin: &str) -> Handle {
    let mut handle = handle("sandbox");
    handle.metadata.push(("toolbox-origin".to_owned(), origin.to_owned()));
    handle
}

fn problem(toolbox: &str, handle: Handle, answers: impl IntoIterator<Item = Answer>) -> (String, usize) {
    let server = Server::new([named(toolbox)].into_iter().chain(answers));
    let (state, sent) = of(&server, handle);
    assert_eq!(detail(&state, "agent"), Some("unknown"), "{toolbox}");
    (detail(&state, "toolbox-problem").unwrap_or_default().to_owned(), sent.len())
}

#[test]
fn a_toolbox_that_may_not_be_called_is_named_with_the_key_that_an_admin_can_set() {
    for toolbox in
        ["http://proxy.localhost:4000", "https://boxes.example", "https://10.0.0.9", "http://proxy.daytona.example"]
    {
        for handle in [handle("sandbox"), with_toolbox(toolbox)] {
            let (problem, requests) = problem(toolbox, handle, [done()]);
            assert!(problem.contains(toolbox) && problem.contains("toolboxUrl"), "{toolbox}: {problem}");
            assert_eq!(requests, 2, "{toolbox}");
        }
    }
    // One that a handle of before does not name.
    let (problem, requests) = problem(TOOLBOX, handle("sandbox"), [done()]);
    assert!(problem.contains(TOOLBOX) && problem.contains("locate") && requests == 2, "{problem}");
}

#[test]
fn a_toolbox_that_does_not_answer_is_named_with_the_key_that_an_admin_can_set() {
    for answer in [
        Answer::silence(),
        Answer::failure(FailureKind::Denied),
        Answer::failure(FailureKind::Dns),
        Answer::failure(FailureKind::Tls),
        Answer::status(502),
    ] {
        let (problem, _) = problem(TOOLBOX, reachable(), [answer, done()]);
        assert!(problem.contains(TOOLBOX) && problem.contains("toolboxUrl"), "{problem}");
    }
}

#[test]
fn a_toolbox_that_answers_or_that_nobody_names_is_no_problem() {
    let (state, _) = looked([named(TOOLBOX), commands("{}")]);
    assert_eq!(detail(&state, "toolbox-problem"), None);
    let fields = r#","createdAt":"2026-11-23T11:00:00.000Z","autoStopInterval":30"#;
    let old = Answer::json(200, &ours(ID, "started", "started", "", fields)).header("date", DATE_HEADER);
    let (state, _) = looked([old, done()]);
    assert_eq!((detail(&state, "agent"), detail(&state, "toolbox-problem")), (Some("unknown"), None));
}

#[test]
fn the_toolbox_that_an_admin_names_is_called_in_place_of_one_that_only_the_server_can_reach() {
    let config = r#""toolboxUrl":"https://10.0.0.9""#;
    for toolbox in ["https://proxy.localhost:4000", "https://10.0.0.9", "https://boxes.example"] {
        let server = Server::with_config(config, [named(toolbox), commands("{}")]);
        let (state, sent) = of(&server, with_toolbox("https://10.0.0.9"));
        assert_eq!((sent[1].as_str(), detail(&state, "agent")), (LOOK, Some("running")), "{toolbox}");
        // A handle that was made before the key was set.
        let server = Server::with_config(config, [named(toolbox), commands("{}")]);
        assert_eq!(of(&server, with_toolbox(toolbox)).1[1], LOOK, "{toolbox}");
    }
}
