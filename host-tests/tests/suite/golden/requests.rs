//! One call of each function that sends something.

use std::pin::Pin;

use host_tests::{ID, NAME, Reply, Script, context, context_with, handle};
use sandbox_host::{CallError, Handle, Mode, Page, Provider, Report, Spec, State};

use super::replies::{failed, state_line};

/// A call over a script.
pub struct Exchange {
    pub title: String,
    pub script: Script,
    pub call: Call,
}

/// Makes the call and says in a line what came of it.
pub type Call = Box<dyn FnOnce(Provider) -> Pin<Box<dyn Future<Output = String>>>>;

/// A session id in which everything has to be escaped in a query.
const ODD: &str = "sess 42/é🦀?a=b&c#d+%20\"\\\u{2028}~_.-*'()";

/// When every reply was made.
const DATE: &str = "Mon, 23 Nov 2026 12:00:00 GMT";

/// The labels of a sandbox of ours, in the order of their names: JSON objects here may or may not keep another one.
fn labels(session: &str) -> serde_json::Value {
    serde_json::json!({"rensei.dev/deadline": "created+86400s", "rensei.dev/managed-by": "daytona-sandbox-provider",
        "rensei.dev/pool": "pool-1", "rensei.dev/session": session, "team": "é \"x\""})
}

/// A sandbox of ours that was last active at a time of that day.
fn sandbox(session: &str, state: &str, active: &str) -> serde_json::Value {
    let desired = match state {
        "stopping" | "stopped" => "stopped",
        "archiving" => "archived",
        "destroying" => "destroyed",
        _ => "started",
    };
    let name = if session == "sess-42" { NAME } else { ID };
    serde_json::json!({"id": ID, "name": name, "state": state, "desiredState": desired, "organizationId": "org-d",
        "createdAt": "2026-11-23T10:00:00.000Z", "lastActivityAt": format!("2026-11-23T{active}.000Z"),
        "autoStopInterval": 30, "toolboxProxyUrl": "https://proxy.daytona.example/toolbox", "labels": labels(session)})
}

/// The labels after one was set.
fn labelled(name: &str, value: &str) -> Reply {
    let mut labels = labels("sess-42");
    labels[name] = value.into();
    reply(&serde_json::json!({"labels": labels}))
}

/// The sandbox with a label that was set.
fn seen_with(name: &str, value: &str) -> Reply {
    let mut sandbox = sandbox("sess-42", "started", "11:59:00");
    sandbox["labels"][name] = value.into();
    reply(&sandbox)
}

fn reply(body: &serde_json::Value) -> Reply {
    Reply::json(200, body.to_string()).header("date", DATE).header("x-daytona-api-version", "v0.205.0")
}

/// A sandbox as it answers a look at noon; one whose clock is due was last active twenty minutes ago.
fn seen(state: &str, due: bool) -> Reply {
    reply(&sandbox("sess-42", state, if due { "11:40:00" } else { "11:59:00" }))
}

fn page(session: &str) -> Reply {
    reply(&serde_json::json!({"items": [sandbox(session, "started", "11:59:00")], "nextCursor": "a+b/é="}))
}

fn none() -> Reply {
    reply(&serde_json::json!({"items": []}))
}

fn empty() -> Reply {
    Reply::body(200, "text/plain", Vec::new()).header("date", DATE)
}

/// The handle of the sandbox, with the toolbox that calls with it may ask.
fn target(dialect: &str) -> Handle {
    let mut handle = handle(dialect);
    handle.metadata.push("name", NAME);
    handle.metadata.push("toolbox-origin", "https://proxy.daytona.example");
    handle
}

fn handle_line(outcome: Result<Option<Handle>, CallError>) -> String {
    match outcome {
        Ok(Some(handle)) => {
            let facts = handle.metadata.iter().map(|(key, value)| format!(" {key}={value}")).collect::<String>();
            format!("handle {}{facts}", handle.external_id)
        }
        Ok(None) => "no handle".to_owned(),
        Err(error) => failed(error),
    }
}

fn page_line(outcome: Result<Page, CallError>) -> String {
    match outcome {
        Ok(page) => {
            let ids: Vec<_> = page.items.iter().map(|item| format!("{:?}", item.session_id)).collect();
            format!("page {}, next {:?}, at {:?}", ids.join(" "), page.next_cursor, page.server_time)
        }
        Err(error) => failed(error),
    }
}

fn report_line(outcome: Result<Report, CallError>) -> String {
    match outcome {
        Ok(report) => {
            let done = |outcome: &sandbox_host::Outcome| format!("{:?} {}", outcome.action, outcome.reason);
            let done: Vec<_> = report.outcomes.iter().map(done).collect();
            format!("report {}, complete {}, at {:?}", done.join(" "), report.complete, report.server_time)
        }
        Err(error) => failed(error),
    }
}

fn described(outcome: Result<State, CallError>) -> String {
    outcome.map_or_else(failed, |state| state_line(&state))
}

/// A row of the table: title, replies in order, and the call.
fn exchange<F: Future<Output = String> + 'static>(
    title: &str,
    replies: impl IntoIterator<Item = Reply>,
    call: impl FnOnce(Provider) -> F + 'static,
) -> Exchange {
    let call: Call = Box::new(move |provider| Box::pin(call(provider)));
    Exchange { title: title.to_owned(), script: Script::new(replies), call }
}

fn provision(replies: Vec<Reply>) -> Exchange {
    exchange("provision", replies, async |provider: Provider| {
        handle_line(provider.provision(&context(), &Spec::new("sess-42")).await.map(Some))
    })
}

fn locate(dialect: &'static str, session: &'static str, replies: Vec<Reply>) -> Exchange {
    exchange(&format!("locate, dialect {dialect}"), replies, async move |provider: Provider| {
        let context = context_with(&format!(r#""dialect":"{dialect}""#));
        handle_line(provider.locate(&context, session).await)
    })
}

fn status(title: &str, dialect: &'static str, replies: Vec<Reply>) -> Exchange {
    exchange(title, replies, async move |provider: Provider| {
        described(provider.status(&context(), &target(dialect)).await)
    })
}

fn terminate(dialect: &'static str, ended: Reply) -> Exchange {
    exchange(&format!("terminate, dialect {dialect}"), [ended], async move |provider: Provider| {
        match provider.terminate(&context(), &target(dialect)).await {
            Ok(end) => end.to_string(),
            Err(error) => failed(error),
        }
    })
}

/// A change of the sandbox by a function of the lifecycle.
macro_rules! change {
    ($title:literal, $replies:expr, $function:ident($dialect:literal $(, $argument:expr)?)) => {
        exchange($title, $replies, async move |provider: Provider| {
            described(provider.$function(&context(), &target($dialect) $(, $argument)?).await)
        })
    };
}

pub fn exchanges() -> Vec<Exchange> {
    let running = serde_json::json!({"sessionId": "entrypoint", "commands": [{"id": "c", "command": "run"}]});
    let running = || reply(&running);
    let absent = || {
        Reply::refusal(404, "Cannot POST /api/sandbox").header("x-daytona-api-version", "v0.120.0").header("date", DATE)
    };
    let broken = || Reply::refusal(502, "bad gateway");
    vec![
        provision(vec![seen("creating", false)]),
        locate("sandbox", "sess-42", vec![seen("started", false)]),
        locate("workspace", ODD, vec![page(ODD), reply(&sandbox(ODD, "started", "11:59:00")), none()]),
        status("status", "sandbox", vec![seen("started", false)]),
        status("status, dialect workspace", "workspace", vec![seen("started", false)]),
        status("status, the idle clock due, the agent at work", "sandbox", vec![seen("started", true), running()]),
        status(
            "status, the idle clock due, no word of the agent",
            "sandbox",
            vec![seen("started", true), broken(), empty()],
        ),
        status(
            "status, the idle clock due, a server that cannot renew it",
            "sandbox",
            vec![
                seen("started", true),
                broken(),
                absent(),
                seen("started", true),
                labelled("rensei.dev/idle-minutes", "30"),
                seen("started", true),
            ],
        ),
        terminate("sandbox", seen("destroying", false)),
        terminate("workspace", empty()),
        change!("keep-alive", [seen("started", false), running()], keep_alive("sandbox")),
        change!(
            "extend",
            [
                seen("started", false),
                labelled("rensei.dev/deadline", "created+10801s"),
                seen_with("rensei.dev/deadline", "created+10801s"),
            ],
            extend("sandbox", 3_601)
        ),
        change!(
            "extend, dialect workspace",
            [
                seen("started", false),
                labelled("rensei.dev/deadline", "created+7201s"),
                seen_with("rensei.dev/deadline", "created+7201s"),
            ],
            extend("workspace", 1)
        ),
        change!("stop", [seen("stopping", false)], stop("sandbox")),
        change!("stop, dialect workspace", [empty(), seen("stopped", false)], stop("workspace")),
        change!(
            "start",
            [seen("stopped", false), labelled("rensei.dev/started-again", "new"), seen("starting", false)],
            start("sandbox")
        ),
        change!("archive", [seen("archiving", false)], archive("sandbox")),
        exchange("list, from a cursor on", [page(ODD)], async |provider: Provider| {
            page_line(provider.list(&context(), Some("a+b/é= &")).await)
        }),
        exchange("reconcile, as a dry run", [none()], async |provider: Provider| {
            let known = [ODD.to_owned()];
            report_line(provider.reconcile(&context(), &known, "2026-11-23T11:00:00Z", 60, Mode::Look).await)
        }),
        exchange("status of an odd id", [seen("started", false)], async |provider: Provider| {
            let odd = Handle { external_id: "../a b?c".to_owned(), ..target("sandbox") };
            described(provider.status(&context(), &odd).await)
        }),
    ]
}
