//! What holds for every answer of every provider, whatever a case expects.

use serde_json::Value;

use super::shown;
use crate::transcript::{Answer, Seen};

/// The contract's codes of errors.
const CODES: [&str; 15] = [
    "invalid-config",
    "invalid-spec",
    "unauthenticated",
    "permission-denied",
    "not-found",
    "conflict",
    "quota-exceeded",
    "rate-limited",
    "no-capacity",
    "unsupported",
    "unavailable",
    "timeout",
    "egress-denied",
    "protocol",
    "internal",
];

/// Everything that no answer may be.
pub fn broken(secret: Option<&str>, seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    match &seen.answer {
        Answer::Result(value) => secret_in("the result", secret, value, &mut found),
        Answer::Error(error) => {
            secret_in("the error", secret, error, &mut found);
            of_error(error, &mut found);
        }
        // The judge reports it as such.
        Answer::Failed(_) => {}
    }
    for request in &seen.requests {
        for (what, text) in [("target", &request.target), ("body", &request.body)] {
            if secret.is_some_and(|secret| text.contains(secret)) {
                found.push(format!("the key is in the {what} of {}", request.method));
            }
        }
    }
    found
}

fn secret_in(what: &str, secret: Option<&str>, value: &Value, found: &mut Vec<String>) {
    // Not shown: the report would repeat it.
    if secret.is_some_and(|secret| value.to_string().contains(secret)) {
        found.push(format!("the key is in {what}"));
    }
}

fn of_error(error: &Value, found: &mut Vec<String>) {
    let mut hold = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{what}: {}", shown(error)));
        }
    };
    let member = |name: &str| error.get(name).filter(|value| !value.is_null());
    let flag = |name: &str| member(name).is_some_and(Value::is_boolean);
    hold(
        member("code").and_then(Value::as_str).is_some_and(|code| CODES.contains(&code)),
        "the error has no known code",
    );
    let says = member("message").and_then(Value::as_str).is_some_and(|message| !message.trim().is_empty());
    hold(says, "the error has no message");
    hold(flag("retryable") && flag("maybeApplied"), "the error does not say whether to repeat it and what it left");
    let waits = member("retryAfterMs").is_none() || member("retryable") == Some(&Value::Bool(true));
    hold(waits, "the error says when to repeat it, and that repeating is of no use");
    let status = member("httpStatus").and_then(Value::as_u64);
    hold(status.is_none_or(|status| (100..600).contains(&status)), "the error's HTTP status is none");
}
