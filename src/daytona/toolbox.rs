//! The toolbox of a sandbox: what it says of the launch command, and the execution of commands.
//!
//! It lies at a URL of its own, behind a proxy of its own, and has other errors than the API.

use serde::Serialize;

use super::classify::{self, Attempt, Rejection};
use super::client::{Client, MAX_LIST};
use super::reply::{TextReply, text};
use super::version::Version;
use crate::http::url::{BaseUrl, Segment};
use crate::http::{FailureKind, Instant, Method, Outcome, Repeat, Reply, Request, Transport};
use crate::json::{Members, to_ascii};

/// The header by which a call is no activity. Proxies know it since 0.112.2, before any server told where its toolbox is.
const QUIET: (&str, &str) = ("x-daytona-skip-last-activity-update", "true");

/// The first daemon that has a session of the launch command wherever there is a launch command.
const FIRST_WITH_SESSION: Version = Version(0, 153);

/// Whether the launch command runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entrypoint {
    Running,
    /// It has ended, with this exit code.
    Exited(i64),
}

impl Entrypoint {
    /// Reads the toolbox's session `entrypoint`, `{sessionId, commands: [{id, command, exitCode?}]}`; none when it names no
    /// command. An absent exit code means that it still runs.
    pub fn from_json(body: &str) -> Option<Self> {
        let commands = Members::of(body)?.objects("commands")?;
        let command = commands.first()?;
        match command.get("exitCode") {
            None => Some(Self::Running),
            Some(_) => command.scalar("exitCode").map(Self::Exited),
        }
    }
}

/// The toolbox of one sandbox.
#[derive(Debug)]
pub struct Toolbox<'a> {
    pub url: BaseUrl,
    /// The sandbox.
    pub id: &'a Segment,
}

/// A command for the daemon.
pub struct Execution<'a> {
    pub line: &'a str,
    /// Seconds after which the daemon ends it; some daemons have a limit of their own where none is given.
    pub timeout_sec: u64,
    /// Whether it is activity, which keeps the sandbox from being stopped as idle.
    pub is_activity: bool,
    /// Whether it may be sent again where it may have arrived.
    pub repeat: Repeat,
    pub until: Instant,
    /// Largest reply that is read, in bytes.
    pub max_reply: usize,
}

/// What came of a command.
#[derive(Debug)]
pub struct Executed {
    /// -1 where it was not started, or ended by a signal.
    pub code: i64,
    /// Both streams.
    pub output: String,
}

#[derive(Serialize)]
struct Body<'a> {
    command: &'a str,
    timeout: u64,
}

impl<T: Transport> Client<'_, T> {
    /// What the toolbox says of the launch command; none where it has no session of it.
    pub fn launch_command(&self, toolbox: &Toolbox<'_>, until: Instant) -> Result<Option<Entrypoint>, Rejection> {
        let request = self.toolbox_request(toolbox, Method::Get, "process/session/entrypoint", String::new());
        match self.toolbox_reply(&request, Attempt::Read, Repeat::Never, until) {
            Ok(reply) => {
                let body = text(reply.body, self.secret());
                Entrypoint::from_json(&body).map(Some).ok_or_else(|| unreadable(Attempt::Read, reply.status))
            }
            Err(refused) if refused.error.get("rule") == Some(classify::NO_SESSION) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// The log of the launch command, with the marks of its lines. None is longer than 16 MiB.
    pub fn entrypoint_log(&self, toolbox: &Toolbox<'_>) -> Result<String, Rejection> {
        let path = "process/session/entrypoint/logs";
        let mut request = self.toolbox_request(toolbox, Method::Get, path, String::new());
        request.header(QUIET.0, QUIET.1.to_owned());
        request.max_reply = MAX_LIST;
        let Reply { headers, body, .. } =
            self.toolbox_reply(&request, Attempt::Read, Repeat::Broken, self.deadline())?;
        if headers.get("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            let body = text(body, self.secret());
            return Members::of(&body)
                .and_then(|log| log.scalar("output"))
                .ok_or_else(|| unreadable(Attempt::Read, 200));
        }
        Ok(self.secret().redact(&String::from_utf8_lossy(&body)))
    }

    /// Whether the daemon is one that has a session wherever there is a launch command; none where it does not say.
    pub fn knows_sessions(&self, toolbox: &Toolbox<'_>) -> Option<bool> {
        let request = self.toolbox_request(toolbox, Method::Get, "version", String::new());
        let reply = self.toolbox_reply(&request, Attempt::Read, Repeat::Broken, self.deadline()).ok()?;
        let body = text(reply.body, self.secret());
        let version = Members::of(&body)?.scalar::<String>("version")?;
        Version::parse(&version).map(|version| version >= FIRST_WITH_SESSION)
    }

    /// Runs a command and waits for it.
    pub fn execute(&self, toolbox: &Toolbox<'_>, execution: &Execution<'_>) -> Result<Executed, Rejection> {
        let body = to_ascii(&Body { command: execution.line, timeout: execution.timeout_sec });
        let mut request = self.toolbox_request(toolbox, Method::Post, "process/execute", body);
        request.max_reply = execution.max_reply;
        if !execution.is_activity {
            request.header(QUIET.0, QUIET.1.to_owned());
        }
        let reply = self.toolbox_reply(&request, Attempt::Change, execution.repeat, execution.until)?;
        let body = text(reply.body, self.secret());
        let read = Members::of(&body).and_then(|executed| {
            // Daemons to 0.112 call it otherwise.
            let code = executed.scalar("exitCode").or_else(|| executed.scalar("code"))?;
            Some(Executed { code, output: executed.scalar("result").unwrap_or_default() })
        });
        read.ok_or_else(|| unreadable(Attempt::Change, reply.status))
    }

    fn toolbox_request(&self, toolbox: &Toolbox<'_>, method: Method, path: &str, body: String) -> Request {
        let path = format!("{}/{}/{path}", toolbox.url.path(), toolbox.id.as_str());
        let mut request = self.request(method, toolbox.url.origin(), path, body);
        request.wanted = &["content-length", "content-type"];
        request
    }

    fn toolbox_reply(
        &self,
        request: &Request,
        attempt: Attempt,
        repeat: Repeat,
        until: Instant,
    ) -> Result<Reply, Rejection> {
        let Outcome { result, unanswered } = self.send(request, repeat, until);
        let mut rejection = match result {
            Ok(reply) if reply.status == 200 => return Ok(reply),
            Ok(reply) => classify::toolbox(attempt, &TextReply::new(reply, self.secret()), self.secret()),
            Err(failure) if failure.kind == FailureKind::TooLarge => {
                classify::log_too_large(attempt, request.max_reply)
            }
            Err(failure) => classify::failure(attempt, &failure, self.secret()),
        };
        // An earlier attempt was refused, but the last one may have done it.
        if unanswered && attempt != Attempt::Read {
            rejection.error.maybe_applied = true;
        }
        Err(rejection)
    }
}

fn unreadable(attempt: Attempt, status: u16) -> Rejection {
    classify::unreadable(attempt, status, "it is not what the toolbox gives")
}

/// Most bytes of the output that are kept: its end.
const MAX_OUTPUT: usize = 64 * 1024;

/// What the toolbox writes before a line, by where the line comes from: three times the same byte.
const MARKS: [&str; 2] = ["\u{1}\u{1}\u{1}", "\u{2}\u{2}\u{2}"];

/// The end of what a command has written.
#[derive(PartialEq, Eq, Debug)]
pub struct Output {
    pub text: String,
    /// Whether something before it was left out.
    pub truncated: bool,
}

impl Output {
    /// Reads a log as the toolbox gives it.
    pub fn of_log(log: &str) -> Self {
        let mut begin = log.len().saturating_sub(MAX_OUTPUT);
        while !log.is_char_boundary(begin) {
            begin += 1;
        }
        let mut text = log.get(begin..).unwrap_or_default().to_owned();
        for mark in MARKS {
            text = text.replace(mark, "");
        }
        Self { text, truncated: begin > 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_log_the_end_is_kept_without_the_marks_of_its_lines() {
        let output = Output::of_log("\u{1}\u{1}\u{1}out\n\u{2}\u{2}\u{2}err é\n");
        assert_eq!(output, Output { text: "out\nerr é\n".to_owned(), truncated: false });
        let long = format!("x{}", "é".repeat(MAX_OUTPUT / 2));
        let output = Output::of_log(&long);
        assert!(output.truncated && output.text.len() == MAX_OUTPUT && output.text.starts_with('é'));
        assert_eq!(Output::of_log(""), Output { text: String::new(), truncated: false });
    }

    #[test]
    fn an_entrypoint_runs_has_exited_or_is_not_known() {
        let seen = |json: &str| Entrypoint::from_json(json);
        assert_eq!(seen(r#"{"sessionId":"entrypoint","commands":[{"id":"1"}]}"#), Some(Entrypoint::Running));
        assert_eq!(seen(r#"{"commands":[{"id":"1","exitCode":null}]}"#), Some(Entrypoint::Running));
        for code in [0, 1, 137, -1] {
            let json = format!(r#"{{"commands":[{{"exitCode":{code}}}]}}"#);
            assert_eq!(seen(&json), Some(Entrypoint::Exited(code)));
        }
        for nothing in
            ["", "{}", r#"{"commands":[]}"#, r#"{"commands":[1]}"#, r#"{"commands":[{"exitCode":"x"}]}"#, "[]"]
        {
            assert_eq!(seen(nothing), None, "{nothing}");
        }
    }
}
