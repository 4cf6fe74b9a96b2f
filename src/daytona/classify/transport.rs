//! What a failed exchange means, by the group of its transport code.

use super::rejection::{Attempt, Reaction, Rejection, quote};
use crate::contract::ErrorCode;
use crate::error::Error;
use crate::http::secret::Secret;
use crate::http::{Failure, FailureKind};

/// Classifies a failed exchange.
pub fn failure(attempt: Attempt, failure: &Failure, secret: &Secret) -> Rejection {
    use FailureKind as Kind;
    let (code, rule, retryable, message, remedy) = match failure.kind {
        Kind::Dns => (
            ErrorCode::Unavailable,
            "dns",
            true,
            "The name of the Daytona server does not resolve",
            "Check the host in the API URL, and the DNS of the machine that runs this provider.",
        ),
        Kind::Connect => (
            ErrorCode::Unavailable,
            "connect",
            true,
            "The Daytona server cannot be connected to",
            "Check host and port of the API URL, and whether the server is up and reachable from here.",
        ),
        Kind::Tls => (
            ErrorCode::Unavailable,
            "tls",
            false,
            "The connection to Daytona could not be secured",
            "Check the server's certificate. For a private certificate authority, give the host its CA file; for a server without TLS, write http:// in the URL.",
        ),
        Kind::Denied => (
            ErrorCode::EgressDenied,
            "egress-denied",
            false,
            "The host does not let this provider call the Daytona server",
            "Allow the origins that the provider names in the host's egress policy.",
        ),
        Kind::TimedOut => (
            ErrorCode::Timeout,
            "transport-timeout",
            true,
            "The Daytona server did not answer in time",
            "Try again; if it goes on, raise the deadline or look at the server's health.",
        ),
        Kind::Deadline => (
            ErrorCode::Timeout,
            "deadline",
            true,
            "The deadline of the call ended before Daytona answered",
            "Try again, with a longer deadline if this goes on.",
        ),
        Kind::Broken => (
            ErrorCode::Unavailable,
            "broken-exchange",
            true,
            "The exchange with the Daytona server broke off",
            "Try again; if it goes on, look at the server and at the proxies before it.",
        ),
        Kind::TooLarge => (
            ErrorCode::Protocol,
            "reply-too-large",
            false,
            "The reply is too large, so it was not read",
            "Check that the API URL points at Daytona's API.",
        ),
        Kind::Spent => (
            ErrorCode::Unavailable,
            "requests-spent",
            true,
            "The call has sent as many requests as it may",
            "Call again, or allow more with max-requests.",
        ),
        Kind::Malformed => (
            ErrorCode::Internal,
            "unsendable-request",
            false,
            "The host refused to send the request as it was",
            "Report this as a defect, with the details.",
        ),
    };
    let applied = attempt != Attempt::Read && failure.kind.may_have_reached_server();
    let mut error = Error::new(code, message).retryable(retryable).maybe_applied(applied).rule(rule).remedy(remedy);
    if !failure.text.is_empty() {
        error.message = format!("{message} ({})", quote(&secret.redact(&failure.text)));
    }
    error.message.push('.');
    error.http_status = failure.status;
    let reaction =
        if matches!(failure.kind, Kind::Deadline | Kind::TimedOut) { Reaction::TooLate } else { Reaction::Report };
    Rejection { reaction, error }
}
