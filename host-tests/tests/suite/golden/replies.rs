//! How lenient a reply is read: what is missing, null, doubled, of another type, or of an odd form.

use host_tests::script::Script;
use host_tests::{ID, NAME, Reply, bench, bench_of, context, handle, reported};
use sandbox_host::{CallError, Spec, State};

use super::shown;

/// A sandbox that runs, with more in it. Of a name that occurs twice the last one counts, so what is added wins.
fn with(more: &str) -> String {
    let created = r#""createdAt":"2026-11-23T11:00:00Z","autoStopInterval":90"#;
    format!(r#"{{"id":"{ID}","name":"{NAME}","state":"started","desiredState":"started",{created},{more}}}"#)
}

/// Values of types that another field has, or none.
const VALUES: [&str; 14] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "30",
    r#""""#,
    r#""x""#,
    r#""30""#,
    "[]",
    r#"["a","b"]"#,
    r#"[1,"b",null]"#,
    "{}",
    r#"{"name":"started"}"#,
];

/// Fields of each kind that is read.
const FIELDS: [&str; 10] = [
    "name",
    "organizationId",
    "state",
    "desiredState",
    "errorReason",
    "recoverable",
    "toolboxProxyUrl",
    "labels",
    "autoStopInterval",
    "lastActivityAt",
];

/// What an id may be, and what cannot be one.
const IDS: [&str; 8] = ["null", "true", "0", "7", r#""""#, r#""x""#, "[]", "{}"];

const DATES: [&str; 11] = [
    "2026-11-23T11:50:00Z",
    "2026-11-23T11:50:00.1Z",
    "2026-11-23T11:50:00.123456789Z",
    "2026-02-28T23:59:59Z",
    "2024-02-29T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-13-01T00:00:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23",
    "Mon, 23 Nov 2026 11:50:00 GMT",
    "1763898600",
];

/// Every body with what it is about.
pub fn replies() -> Vec<(String, String)> {
    let mut replies = Vec::new();
    for field in FIELDS {
        replies.extend(VALUES.map(|value| (format!("{field} is {value}"), with(&format!(r#""{field}":{value}"#)))));
    }
    replies.extend(IDS.map(|value| (format!("id is {value}"), with(&format!(r#""id":{value}"#)))));
    replies.push(("autoStopInterval is 30.0".to_owned(), with(r#""autoStopInterval":30.0"#)));
    let date = |date: &str| with(&format!(r#""autoStopInterval":30,"lastActivityAt":"{date}""#));
    replies.extend(DATES.map(|text| (format!("a date: {text}"), date(text))));
    let mut add = |title: &str, body: String| replies.push((title.to_owned(), body));
    add("only an id", format!(r#"{{"id":"{ID}"}}"#));
    add("space around it", format!(" \n\t\r{} \n", with(r#""x":1"#)));
    add("a byte order mark", format!("\u{feff}{}", with(r#""x":1"#)));
    add("names with escapes in them", format!(r#"{{"\u0069d":"{ID}","st\u0061te":"st\u0061rted"}}"#));
    add("names in another case", format!(r#"{{"id":"{ID}","State":"started","STATE":"error"}}"#));
    add("odd letters", with(r#""errorReason":"\u00e9\ud83e\udd80\u2028\u0000\"\\\/\n é🦀""#));
    add("fields that nobody reads", with(r#""x":{"y":[1e999,"\ud83e\udd80",{"state":"error"}]},"":"","gpu":0"#));
    add(
        "the same names deeper down",
        with(r#""info":{"state":"error","id":"other","created":"2026-11-23T10:00:00Z"}"#),
    );
    add("depth that nobody reads", with(&format!(r#""x":{}1{}"#, "[".repeat(500), "]".repeat(500))));
    add("depth in labels", with(&format!(r#""labels":{{"a":{}1{}}}"#, "[".repeat(40), "]".repeat(40))));
    add(
        "the label of an ended agent",
        with(
            r#""autoStopInterval":30,"lastActivityAt":"2026-11-23T11:50:00Z","labels":{"rensei.dev/agent-exit":"3@2026-11-23T11:50:00Z"}"#,
        ),
    );
    add(
        "a label of the session's end",
        with(r#""createdAt":"2026-11-23T10:00:00Z","labels":{"rensei.dev/deadline":"created+86400s"}"#),
    );
    add(
        "a label of the session's end that is none",
        with(r#""createdAt":"2026-11-23T10:00:00Z","labels":{"rensei.dev/deadline":"created+x"}"#),
    );
    for body in [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "0",
        "\"x\"",
        "{",
        "{\"id\":\"a\"",
        "{\"id\":\"a\",}",
        "{'id':'a'}",
        "<html></html>",
        "{}{}",
    ] {
        add("no sandbox at all", body.to_owned());
    }
    add("something after the end", format!("{} x", with(r#""x":1"#)));
    add("the wrong brackets", with(r#""x":[1}"#));
    add("a number of another language", with(r#""autoStopInterval":+30"#));
    add("a control character in a text", with("\"errorReason\":\"a\nb\""));
    replies
}

/// What `status` and `provision` make of a body.
pub async fn read(body: &str) -> Vec<String> {
    let date = "Mon, 23 Nov 2026 12:00:00 GMT";
    let reply = || Reply::json(200, body).header("date", date);
    let mut watched = context();
    watched.extensions.push("observe", "true");
    let looked = bench([reply()]).provider.status(&watched, &handle("sandbox")).await;
    let status = looked.map_or_else(failed, |state| state_line(&state));
    let server = Script::where_nothing_is([reply().header("x-daytona-api-version", "v0.205.0")]);
    let made = bench_of(server).provider.provision(&context(), &Spec::new("sess-42")).await;
    let made = made.map_or_else(failed, |handle| {
        let facts = ["name", "organization-id", "toolbox-origin"].map(|key| (key, handle.metadata.get(key)));
        let facts = facts.map(|(key, value)| value.map(|value| format!(" {key}={}", shown(value))).unwrap_or_default());
        format!("handle {}{}", shown(&handle.external_id), facts.concat())
    });
    vec![format!("status: {status}"), format!("provision: {made}")]
}

/// A state in one line.
pub fn state_line(state: &State) -> String {
    // What the contract gained since.
    let old = state.details.iter().filter(|(key, _)| !matches!(*key, "created-at" | "last-activity-at"));
    let details = old.map(|(key, value)| format!(" {key}={}", shown(value))).collect::<String>();
    let reason = state.reason.as_deref().map(|reason| format!(" because {}", shown(reason))).unwrap_or_default();
    let recoverable = if state.recoverable { " recoverable" } else { "" };
    let word = if state.provider_state.is_empty() { "-".to_owned() } else { shown(&state.provider_state) };
    format!("{}/{} {word}{reason}{recoverable}{details}", state.status, state.phase)
}

/// What a failure is branched on. Messages are for people and may change.
pub fn failed(error: CallError) -> String {
    let error = reported::<()>(Err(error));
    let rule = error.details.get("rule").unwrap_or("-");
    format!("{}, rule {rule}, retryable {}, maybe-applied {}", error.code, error.retryable, error.maybe_applied)
}
