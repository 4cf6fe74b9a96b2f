//! Running programs: what is sent, and what comes of the answer.

use super::*;
use crate::contract::ErrorCode;
use crate::contract::process::{Command, Completion, Output};
use crate::verbs::process;

const TOOLBOX: &str = r#","toolboxProxyUrl":"https://proxy.daytona.example/toolbox""#;

fn command(words: &[&str]) -> Command {
    Command {
        argv: words.iter().map(|word| (*word).to_owned()).collect(),
        env: Vec::new(),
        working_directory: None,
        timeout_ms: None,
        max_output_bytes: None,
        extensions: Vec::new(),
    }
}

fn reachable() -> Handle {
    let mut handle = handle("sandbox");
    handle.metadata.push(("toolbox-origin".to_owned(), "https://proxy.daytona.example".to_owned()));
    handle
}

fn running(labels: &str) -> Answer {
    Answer::json(200, &ours(ID, "started", "started", labels, TOOLBOX))
}

/// What the script says, with the mark that it was given, in a request as `METHOD path body`.
fn says(request: &str, before: &str, last: &str) -> Answer {
    let mark = request.split("'rensei-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no mark");
    let body = format!("{before}\nrensei-{mark} {last}\n").replace("MARK", &format!("rensei-{mark}"));
    Answer::json(200, &serde_json::json!({"exitCode": 0, "result": body}).to_string())
}

/// A server whose sandbox runs and whose daemon answers by a rule.
fn server(labels: &'static str, daemon: impl Fn(&str) -> Answer + 'static) -> Server {
    Server::ruled(move |request| {
        if request.contains("/process/execute") {
            daemon(request)
        } else if request.starts_with("PUT") {
            done()
        } else {
            running(labels)
        }
    })
}

fn exec(server: &Server, command: &Command) -> Result<Completion, Error> {
    server.call(|call| process::exec(call, &Target::new(call, reachable())?, command))
}

fn launch(server: &Server, id: Option<&str>) -> Result<String, Error> {
    let id = id.map(str::to_owned);
    server.call(|call| process::launch(call, &Target::new(call, reachable())?, &command(&["worker"]), id))
}

fn read(server: &Server, id: Option<&str>, cursor: Option<&str>) -> Result<Output, Error> {
    server.call(|call| process::read(call, &Target::new(call, reachable())?, id, cursor, None))
}

fn kill(server: &Server) -> Result<(), Error> {
    server.call(|call| process::kill(call, &Target::new(call, reachable())?, "p"))
}

#[test]
fn exec_looks_at_the_sandbox_runs_one_line_and_tells_both_streams() {
    let server =
        server("", |request| says(request, "a remark\n\nMARK\nout\n\nMARK\nerr", "end ended 3 exit 4 9 3 3 100 7"));
    let done = exec(&server, &command(&["a", "it's"]));
    let Ok(done) = done else { panic!("{done:?}") };
    assert_eq!((done.exit_code, done.stdout.as_str(), done.stderr.as_str()), (Some(3), "out\n", "err"));
    assert!(done.truncated);
    let sent = server.sent();
    let paths: Vec<_> = sent.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let execute = format!("POST /toolbox/{ID}/process/execute");
    assert_eq!(paths, [format!("GET /api/sandbox/{ID}"), execute]);
    assert!(sent[1].contains("'a' 'it'") && sent[1].contains("\"timeout\":"), "{}", sent[1]);
}

#[test]
fn a_command_that_its_timeout_ended_has_no_code() {
    let server = server("", |request| says(request, "\nMARK\n\nMARK\n", "end ended 143 timeout 0 0 0 0 100 7"));
    let done = exec(&server, &Command { timeout_ms: Some(1_500), ..command(&["a"]) });
    assert!(
        done.as_ref()
            .is_ok_and(|done| done.exit_code.is_none()
                && done.details.contains(&("ended-by".to_owned(), "timeout".to_owned()))),
        "{done:?}"
    );
    assert!(server.sent()[1].contains(" '1.500' "), "{}", server.sent()[1]);
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_is_sent() {
    for (wrong, rule, path) in [
        (command(&[]), "empty-command", "command.argv"),
        (command(&["a", "b\0"]), "nul-byte", "command.argv[1]"),
        (command(&["a", KEY]), "key-in-spec", "command.argv"),
        (Command { env: vec![("A B".to_owned(), String::new())], ..command(&["a"]) }, "env-name", "command.env[0]"),
        (Command { timeout_ms: Some(0), ..command(&["a"]) }, "zero", "command.timeout-ms"),
        (Command { max_output_bytes: Some(9 << 20), ..command(&["a"]) }, "out-of-range", "command.max-output-bytes"),
        (Command { timeout_ms: Some(55_000), ..command(&["a"]) }, "deadline-too-short", "command.timeout-ms"),
    ] {
        let server = Server::new([]);
        let outcome = exec(&server, &wrong);
        let Err(error) = outcome else { panic!("{wrong:?}") };
        assert_eq!(
            (error.code, error.get("rule"), error.get("path")),
            (ErrorCode::InvalidSpec, Some(rule), Some(path))
        );
        assert!(!error.message.contains(KEY), "{}", error.message);
        assert_eq!(server.sent(), [""; 0]);
    }
}

#[test]
fn each_way_in_which_a_sandbox_cannot_be_reached_is_an_error_of_its_own() {
    let toolbox = |status: u16, message: &str| {
        let body = format!(r#"{{"statusCode":{status},"message":"{message}"}}"#);
        move |_: &str| Answer::json(status, &body)
    };
    let cases: [(Server, ErrorCode, &str, bool); 9] = [
        (server("", toolbox(401, "unauthorized")), ErrorCode::Unavailable, "toolbox-access", false),
        (server("", toolbox(400, "x. Is the Sandbox started?")), ErrorCode::Conflict, "not-running", false),
        (server("", toolbox(404, "sandbox container not found")), ErrorCode::Unavailable, "no-container", false),
        (server("", |_: &str| Answer::status(502)), ErrorCode::Unavailable, "daemon-unreachable", true),
        (server("", |_: &str| Answer::status(408)), ErrorCode::Timeout, "toolbox-timeout", true),
        (
            server("", |_: &str| Answer::json(200, r#"{"exitCode":-1,"result":""}"#)),
            ErrorCode::Unsupported,
            "no-shell",
            false,
        ),
        (
            server("", |_: &str| Answer::json(200, r#"{"code":127,"result":"sh: not found"}"#)),
            ErrorCode::Unsupported,
            "no-shell",
            false,
        ),
        (Server::ruled(|_: &str| seen("stopped", "stopped")), ErrorCode::Conflict, "not-running", false),
        (Server::ruled(|_: &str| seen("started", "started")), ErrorCode::Unsupported, "no-toolbox", false),
    ];
    for (server, code, rule, maybe_applied) in cases {
        let outcome = exec(&server, &command(&["a"]));
        let Err(error) = outcome else { panic!("{rule}: {outcome:?}") };
        assert_eq!((error.code, error.get("rule"), error.maybe_applied), (code, Some(rule), maybe_applied));
        assert!(error.get("remedy").is_some(), "{rule}");
        // What may run can be read.
        assert_eq!(error.get("process-id").is_some(), maybe_applied, "{rule}");
    }
    let server = server("", |_: &str| Answer::status(200));
    let outcome = server.call(|call| process::exec(call, &Target::new(call, handle("sandbox"))?, &command(&["a"])));
    assert!(outcome.as_ref().is_err_and(|error| error.get("rule") == Some("toolbox-not-in-handle")), "{outcome:?}");
}

#[test]
fn a_command_is_not_sent_again_where_it_may_have_begun() {
    let server = server("", |_: &str| Answer::failure(crate::http::FailureKind::Broken));
    let outcome = exec(&server, &command(&["a"]));
    assert!(outcome.as_ref().is_err_and(|error| error.maybe_applied), "{outcome:?}");
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn a_command_that_was_throttled_first_and_never_answered_then_may_have_begun() {
    let sent = std::cell::Cell::new(0);
    let server = server("", move |_: &str| match sent.replace(sent.get() + 1) {
        0 => Answer::status(429),
        _ => Answer::silence(),
    });
    let outcome = exec(&server, &command(&["a"]));
    assert!(outcome.as_ref().is_err_and(|error| error.maybe_applied), "{outcome:?}");
    assert_eq!(server.sent().len(), 3);
}

#[test]
fn the_first_launch_writes_a_label_and_later_ones_do_not() {
    let first = server("", |request| says(request, "", "new"));
    assert_eq!(launch(&first, Some("w")).ok().as_deref(), Some("w"));
    let sent = first.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent[1].starts_with("PUT ") && sent[1].contains(r#""rensei.dev/launched":"true""#), "{}", sent[1]);
    let next = server(r#","rensei.dev/launched":"true""#, |request| says(request, "", "again"));
    assert_eq!(launch(&next, Some("w")).ok().as_deref(), Some("w"));
    assert_eq!(next.sent().len(), 2);
    // The mark of an ended agent comes off: something works again.
    let labels = r#","rensei.dev/launched":"true","rensei.dev/agent-exit":"0@x""#;
    let marked = server(labels, |request| says(request, "", "new"));
    let id = launch(&marked, None);
    assert!(id.as_ref().is_ok_and(|id| id.starts_with("launch-")), "{id:?}");
    assert!(marked.sent()[1].starts_with("PUT ") && !marked.sent()[1].contains("agent-exit"), "{}", marked.sent()[1]);
}

#[test]
fn an_id_that_belongs_to_another_command_is_a_conflict() {
    let server = server("", |request| says(request, "", "other"));
    let outcome = launch(&server, Some("w"));
    assert!(
        outcome
            .as_ref()
            .is_err_and(|error| error.code == ErrorCode::Conflict && error.get("rule") == Some("process-differs")),
        "{outcome:?}"
    );
}

#[test]
fn after_the_session_nothing_is_begun() {
    let over = r#","createdAt":"2026-11-23T10:00:00Z""#;
    let server = Server::ruled(move |_: &str| {
        let labels = r#","rensei.dev/deadline":"created+60s""#;
        Answer::json(200, &ours(ID, "started", "started", labels, &format!("{TOOLBOX}{over}")))
            .header("date", DATE_HEADER)
    });
    for outcome in [exec(&server, &command(&["a"])).map(drop), launch(&server, None).map(drop)] {
        assert!(outcome.as_ref().is_err_and(|error| error.get("rule") == Some("session-over")), "{outcome:?}");
    }
}

#[test]
fn a_read_goes_on_from_its_cursor_and_tells_the_end() {
    let server = server("", |request| {
        assert!(request.contains(" '3' '2' '262144' '7'"), "{request}");
        says(request, "\nMARK\nab\nMARK\n", "end ended 0 exit 2 5 0 2 100 7")
    });
    let output = read(&server, Some("p"), Some("3-2-7"));
    let Ok(output) = output else { panic!("{output:?}") };
    assert_eq!((output.stdout.as_str(), output.ended, output.exit_code), ("ab", true, Some(0)));
    assert_eq!((output.next_cursor, output.details), (None, vec![]));
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn a_process_that_was_begun_again_is_read_from_its_beginning_and_told() {
    let server = server("", |request| says(request, "\nMARK\nab\nMARK\n", "end running - - 2 2 0 0 100 8"));
    let output = read(&server, Some("p"), Some("30-2-7"));
    let Ok(output) = output else { panic!("{output:?}") };
    assert_eq!((output.stdout.as_str(), output.next_cursor.as_deref()), ("ab", Some("2-0-8")));
    assert_eq!(output.details, [("restarted".to_owned(), "true".to_owned())]);
}

#[test]
fn unknown_processes_and_cursors_are_told() {
    let server = server("", |request| says(request, "", "unknown"));
    for outcome in [read(&server, Some("p"), None).map(drop), kill(&server)] {
        let expected = |error: &Error| error.code == ErrorCode::NotFound && !error.maybe_applied;
        assert!(outcome.as_ref().is_err_and(expected), "{outcome:?}");
    }
    for (id, cursor) in [(Some("p"), "x"), (Some("p"), "3-2"), (None, "3-2-7"), (None, "log-1-zz")] {
        let outcome = read(&server, id, Some(cursor));
        assert!(outcome.as_ref().is_err_and(|error| error.get("rule") == Some("malformed-cursor")), "{outcome:?}");
    }
}

#[test]
fn a_kill_that_did_not_end_it_is_an_error() {
    let ended = server("", |request| says(request, "", "end ended"));
    assert!(kill(&ended).is_ok());
    let running = server("", |request| says(request, "", "end running"));
    let outcome = kill(&running);
    assert!(outcome.as_ref().is_err_and(|error| error.retryable && error.maybe_applied), "{outcome:?}");
}

/// What the launch command and the launched programs do, and which word a status has for the agent then.
#[test]
fn what_was_launched_counts_as_the_agent() {
    let session = |entrypoint: &'static str, look: &'static str| {
        Server::ruled(move |request: &str| {
            if request.contains("/process/execute") {
                says(request, "", look)
            } else if request.contains("/version") {
                Answer::json(200, r#"{"version":"0.190.0"}"#)
            } else if request.contains("/process/session") {
                match entrypoint {
                    "none" => Answer::json(404, r#"{"statusCode":404,"message":"session not found"}"#),
                    code => Answer::json(
                        200,
                        &format!(r#"{{"sessionId":"entrypoint","commands":[{{"id":"1","exitCode":{code}}}]}}"#),
                    ),
                }
            } else if request.starts_with("PUT") || request.contains("last-activity") {
                done()
            } else {
                let fields = r#","autoStopInterval":30,"createdAt":"2026-11-23T11:00:00Z","lastActivityAt":"2026-11-23T11:40:00Z""#;
                let labels = r#","rensei.dev/launched":"true""#;
                Answer::json(200, &ours(ID, "started", "started", labels, &format!("{TOOLBOX}{fields}")))
                    .header("date", DATE_HEADER)
            }
        })
    };
    for (entrypoint, look, agent, code) in [
        ("null", "end 0 0 -", "running", None),
        ("0", "end 1 0 -", "running", None),
        ("none", "end 1 3 7", "running", None),
        ("4", "end 0 1 7", "exited", Some("4")),
        ("none", "end 0 1 7", "exited", Some("7")),
        ("none", "end 0 0 -", "unknown", None),
        // The look at what was launched came to nothing, so it may work.
        ("4", "-", "unknown", None),
    ] {
        let server = session(entrypoint, look);
        let state = server.status(reachable());
        let Ok(state) = state else { panic!("{state:?}") };
        let told = |key: &str| state.details.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        assert_eq!((told("agent"), told("agent-exit-code")), (Some(agent), code), "{entrypoint} {look}");
    }
}

/// After a hard stop the code of the run before is shown again, and a label says which it is.
#[test]
fn a_worker_that_runs_does_not_make_a_code_that_was_left_behind_one_of_this_run() {
    for (known, written) in [("3", None), ("new", Some(r#""rensei.dev/started-again":"3""#))] {
        let fields =
            r#","autoStopInterval":30,"createdAt":"2026-11-23T11:00:00Z","lastActivityAt":"2026-11-23T11:40:00Z""#;
        let labels = format!(r#","rensei.dev/launched":"true","rensei.dev/started-again":"{known}""#);
        let json = ours(ID, "started", "started", &labels, &format!("{TOOLBOX}{fields}"));
        let server = Server::ruled(move |request: &str| match request {
            request if request.contains("/process/execute") => says(request, "", "end 1 0 -"),
            request if request.contains("/process/session") => {
                Answer::json(200, r#"{"sessionId":"entrypoint","commands":[{"id":"1","exitCode":3}]}"#)
            }
            request if request.starts_with("PUT") => done(),
            _ => Answer::json(200, &json).header("date", DATE_HEADER),
        });
        let state = server.status(reachable());
        assert!(state.as_ref().is_ok_and(|state| state.details.contains(&("agent".to_owned(), "running".to_owned()))));
        let labels: Vec<_> = server.sent().into_iter().filter(|line| line.starts_with("PUT")).collect();
        let expected = written.is_none_or(|label| labels.iter().any(|line| line.contains(label)));
        assert!(expected && labels.len() == usize::from(written.is_some()), "{known}: {labels:?}");
    }
}
