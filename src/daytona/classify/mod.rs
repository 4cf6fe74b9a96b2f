//! What a refusal means: by transport group, then by HTTP status, and by the text only where Daytona gives nothing else.
//!
//! Texts of all eras are here. Limits are matched on the first line, because the advice behind it changes.

mod limits;
mod rejection;
mod rules;
mod toolbox;
mod transport;

use super::reply::TextReply;
use crate::contract::ErrorCode;
use crate::error::Error;
use crate::http::secret::Secret;
use crate::json::Members;
use limits::Limit;
use rejection::quote;
use rules::{
    BASIC_AUTHENTICATION, ENVELOPE_RULES, GATEWAY_RULES, LIMIT_PER_SANDBOX, LOCKED_OUT, ORGANIZATION_QUOTA,
    PLAIN_TO_TLS, SIGN_IN, SIGN_IN_PAGES, TLS_PAGES, UNREAD,
};

pub use rejection::{Attempt, Reaction, Rejection};
pub use toolbox::{NO_SESSION, log_too_large, toolbox};
pub use transport::failure;

/// The header in which Daytona names its version.
pub const VERSION_HEADER: &str = "x-daytona-api-version";

/// Statuses by which a gateway or a proxy says that it did not pass the request on.
const UNTAKEN: [u16; 6] = [401, 407, 413, 421, 425, 429];

/// The message of Daytona's error envelope, `{path, timestamp, statusCode, error, message}`; none when the body is not one, as
/// with the pages of gateways.
fn envelope_message(body: &str, status: u16) -> Option<String> {
    let envelope = Members::of(body)?;
    let is_daytonas = envelope.scalar("statusCode") == Some(u32::from(status));
    envelope.scalar("message").filter(|_| is_daytonas)
}

/// Classifies a reply whose status is not a success. `subject` is the id or name that the request was about.
pub fn reply(attempt: Attempt, reply: &TextReply, subject: &str, secret: &Secret) -> Rejection {
    let message = envelope_message(&reply.body, reply.status);
    let said = message.as_deref().map(first_line);
    let basic = reply.headers.get("www-authenticate").is_some_and(|scheme| scheme.starts_with("Basic"));
    let bucket = reply.headers.retry_after_bucket().filter(|_| reply.status == 429);
    let versioned = reply.headers.get(VERSION_HEADER).is_some();
    let wants_tls = said.is_none() && wants_tls(reply);
    let mut rejection = match said {
        _ if bucket == Some("failed-auth") => LOCKED_OUT.applied_to(""),
        Some(said) if said.starts_with("Cannot ") && !versioned => UNREAD.applied_to(said),
        Some(said) => refused_by_daytona(reply.status, said, subject),
        None if wants_tls => PLAIN_TO_TLS.applied_to(""),
        None if reply.status == 401 && basic => BASIC_AUTHENTICATION.applied_to(""),
        None if wants_sign_in(reply) => SIGN_IN.applied_to(""),
        None => rules::find(GATEWAY_RULES, reply.status, ""),
    };
    // What is not Daytona's own word proves nothing, but for what says that the request was not taken.
    if said.is_none() && attempt == Attempt::Create && !wants_tls && !UNTAKEN.contains(&reply.status) {
        rejection.error.maybe_applied = true;
    }
    let mut error = rejection.error;
    if let Some(oddity) = secret.oddity().filter(|_| error.get("rule") == Some("unauthorized")) {
        let remedy = error.get("remedy").unwrap_or_default();
        let remedy = format!("The key {oddity}: store it as Daytona's dashboard shows it. {remedy}");
        error = error.remedy(&remedy);
    }
    error.http_status = Some(reply.status);
    error.retry_after_ms = reply.headers.retry_after_ms().filter(|_| error.retryable);
    error.maybe_applied = match attempt {
        Attempt::Read => false,
        Attempt::Create | Attempt::Change => error.maybe_applied,
    };
    if let Some(bucket) = bucket {
        error = error.detail("limit", bucket);
    }
    if let Some(target) = reply.headers.get("location").filter(|_| said.is_none()) {
        // What comes after the path may hold a secret of somebody's.
        let target = target.split(['?', '#']).next().unwrap_or_default();
        error = error.detail("location", &quote(&secret.redact(target)));
    }
    if let Some(said) = said {
        error = error.detail("provider-message", &quote(said));
    }
    // With 500 and JSON answers, for one, a dashboard whose files are missing.
    if error.get("rule") == Some("server-error") && !versioned && reply.status == 500 {
        error = error.rule("error-of-another");
    }
    rejection.error = error;
    rejection
}

/// Whether a server says that its port is for TLS, and that it was spoken to without: it has understood nothing else.
fn wants_tls(reply: &TextReply) -> bool {
    matches!(reply.status, 400 | 403 | 426) && TLS_PAGES.iter().any(|words| reply.body.contains(words))
}

/// Whether a reply leads to where somebody has to sign in.
fn wants_sign_in(reply: &TextReply) -> bool {
    let target = reply.headers.get("location").filter(|_| matches!(reply.status, 300..=399));
    // What comes after the path may name the page to come back to, and so anything.
    let page = target.and_then(|target| target.split(['?', '#']).next()).unwrap_or_default().to_ascii_lowercase();
    SIGN_IN_PAGES.iter().any(|mark| page.contains(mark))
}

/// A refusal in Daytona's own envelope.
fn refused_by_daytona(status: u16, said: &str, subject: &str) -> Rejection {
    if let Some(limit) = limits::parse(said).filter(|_| matches!(status, 400 | 403)) {
        return over_limit(&limit, said);
    }
    if status == 404
        && !said.starts_with("Cannot ")
        && said.ends_with("not found")
        && !subject.is_empty()
        && said.contains(subject)
    {
        let error = Error::new(ErrorCode::NotFound, format!("Daytona has no sandbox {subject}."))
            .rule("sandbox-not-found")
            .remedy("It was deleted, or it belongs to another organization than the key.");
        return Rejection { reaction: Reaction::NotFound, error };
    }
    let mut rejection = rules::find(ENVELOPE_RULES, status, said);
    if rejection.error.get("rule") == Some("organization-suspended") {
        let (_, reason) = said.split_once(':').unwrap_or_default();
        rejection.error = rejection.error.detail("reason", &quote(reason.trim_ascii()));
    }
    rejection
}

fn over_limit(limit: &Limit, said: &str) -> Rejection {
    let row = if limit.per_sandbox { &LIMIT_PER_SANDBOX } else { &ORGANIZATION_QUOTA };
    let mut rejection = row.applied_to(said);
    let mut error = rejection.error.detail("limit", limit.name);
    for (key, value) in [("maximum", &limit.maximum), ("requested", &limit.requested)] {
        if let Some(value) = value {
            error = error.detail(key, &quote(value));
        }
    }
    rejection.error = error;
    let whole = limit.maximum.as_deref().and_then(limits::whole_number);
    if let Some(maximum) = whole.filter(|maximum| limit.per_sandbox && limit.name == "disk" && *maximum > 0) {
        rejection.reaction = Reaction::DiskOver(maximum);
    }
    rejection
}

/// A body that no server would read. Nothing is sent.
pub fn unsendable(bytes: usize, max: usize) -> Rejection {
    let message = format!("The specification has {bytes} bytes as JSON, more than the {max} that Daytona reads.");
    let error = Error::spec(message).rule("too-large").detail("path", "spec").remedy(
        "Make command, environment and labels smaller; large data belongs into the image or a file that the agent fetches.",
    );
    Rejection { reaction: Reaction::Unsendable, error }
}

/// A success whose body is compressed, although the request asked for it as it is.
pub fn compressed(attempt: Attempt, status: u16, coding: &str) -> Rejection {
    let rejection = unreadable(attempt, status, &format!("it is compressed ({coding}), which was not asked for"));
    let error = rejection.error.rule("encoded-reply");
    Rejection { error: error.remedy("Switch compression off in what stands before Daytona's API."), ..rejection }
}

/// How a body is compressed, by how it begins; no text begins so.
pub fn coding(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some("deflate"),
        _ => None,
    }
}

/// A success whose body cannot be read.
pub fn unreadable(attempt: Attempt, status: u16, why: &str) -> Rejection {
    let message = format!("The reply cannot be understood: {}.", quote(why));
    let mut error = Error::new(ErrorCode::Protocol, message)
        .maybe_applied(attempt != Attempt::Read)
        .rule("bad-reply")
        .remedy("Check that the API URL points at Daytona's API, which usually ends in /api.");
    error.http_status = Some(status);
    Rejection { reaction: Reaction::Report, error }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_an_object_with_a_message() {
        let message = |json: &str| envelope_message(json, 404);
        assert_eq!(message(r#"{"statusCode":404,"message":"gone"}"#).as_deref(), Some("gone"));
        assert_eq!(message(r#"{"statusCode":404,"message":["a","b"]}"#).as_deref(), Some("a, b"));
        assert_eq!(message(r#"{"message":"no route matched"}"#), None);
        assert_eq!(message(r#"{"statusCode":500,"message":"x"}"#), None);
        assert_eq!(message("<html>404</html>"), None);
        assert_eq!(message("{}"), None);
    }
}
