//! What a refusal of the toolbox means. The proxy before it, the runner and the daemon each have words of their own.

use super::super::reply::TextReply;
use super::first_line;
use super::rejection::{Attempt, Reaction, Rejection, quote};
use crate::contract::ErrorCode;
use crate::error::Error;
use crate::http::secret::Secret;
use crate::json::Members;

/// The rule of a session that the daemon does not know.
pub const NO_SESSION: &str = "no-session";

/// Classifies a reply of the toolbox whose status is not a success.
pub fn toolbox(attempt: Attempt, reply: &TextReply, secret: &Secret) -> Rejection {
    let said = Members::of(&reply.body)
        .and_then(|body| body.scalar::<String>("message").or_else(|| body.scalar("error")))
        .unwrap_or_default();
    let said = secret.redact(first_line(&said));
    let has = |text: &str| said.to_ascii_lowercase().contains(text);
    let (code, rule, retryable, message, remedy) = match reply.status {
        401 | 403 => (
            ErrorCode::Unavailable,
            "toolbox-access",
            true,
            "The proxy before the sandbox refuses a key that the API accepts",
            "Try again in a minute: it also does so when it does not find the sandbox, and keeps its answers for a while.",
        ),
        400 if has("is the sandbox started") => (
            ErrorCode::Conflict,
            "not-running",
            true,
            "The sandbox does not run",
            "Start it, or wait until its status is running.",
        ),
        400 if has("runner info") => (
            ErrorCode::Unavailable,
            "no-runner",
            true,
            "The machine of the sandbox cannot be found",
            "Try again in a minute; if it goes on, stop the sandbox and start it.",
        ),
        404 if has("session") => (
            ErrorCode::Unsupported,
            NO_SESSION,
            false,
            "The sandbox has no session of a launch command",
            "Nothing was launched with it, or its daemon is older than 0.153: begin the worker by launch.",
        ),
        404 if has("container not found") => (
            ErrorCode::Unavailable,
            "no-container",
            true,
            "The sandbox's container is not where the proxy looks for it",
            "Try again in two minutes, as long as the proxy remembers an old place; if it goes on, stop the sandbox and start it.",
        ),
        404 | 405 | 410 => (
            ErrorCode::Unsupported,
            "no-toolbox-route",
            false,
            "The daemon in the sandbox does not offer this",
            "Start the sandbox anew, which brings today's daemon into it, or upgrade Daytona's runners.",
        ),
        408 => (
            ErrorCode::Timeout,
            "toolbox-timeout",
            true,
            "The daemon in the sandbox ended the command, because it took too long",
            "Give it more time, or launch it in the background.",
        ),
        413 => (
            ErrorCode::InvalidSpec,
            "too-large",
            false,
            "The command is too large for what stands before the sandbox",
            "Put large data into a file and let the command read it.",
        ),
        429 => (
            ErrorCode::RateLimited,
            "rate-limited",
            true,
            "Daytona's rate limit is reached",
            "Try again after the time in retry-after-ms, or spread the calls.",
        ),
        502..=504 => (
            ErrorCode::Unavailable,
            "daemon-unreachable",
            true,
            "The daemon in the sandbox cannot be reached",
            "Try again; if it goes on, the sandbox is out of memory or its daemon has ended: stop the sandbox and start it.",
        ),
        500.. => (
            ErrorCode::Unavailable,
            "toolbox-error",
            true,
            "The toolbox reports an error of its own",
            "Try again; if it goes on, stop the sandbox and start it.",
        ),
        _ => (
            ErrorCode::Protocol,
            "toolbox-refused",
            false,
            "The toolbox refused the request",
            "Check the toolbox's URL and what proxies stand before it.",
        ),
    };
    let message = if said.is_empty() { format!("{message}.") } else { format!("{message}: {}", quote(&said)) };
    let begun = matches!(reply.status, 408 | 500..);
    let mut error = Error::new(code, message)
        .retryable(retryable)
        .maybe_applied(begun && attempt != Attempt::Read)
        .rule(rule)
        .remedy(remedy);
    error.http_status = Some(reply.status);
    error.retry_after_ms = reply.headers.retry_after_ms().filter(|_| retryable);
    Rejection { reaction: Reaction::Report, error }
}

/// A reply of the toolbox that is larger than what is read.
pub fn log_too_large(attempt: Attempt, max: usize) -> Rejection {
    let error = Error::new(ErrorCode::QuotaExceeded, format!("The output has more than the {max} bytes that are read at once."))
        .maybe_applied(attempt != Attempt::Read)
        .rule("log-too-large")
        .detail("limit", "output")
        .detail("maximum", &max.to_string())
        .remedy("Let the launch command write less to its output, or launch the worker, whose output is bounded and read in parts.");
    Rejection { reaction: Reaction::Report, error }
}
