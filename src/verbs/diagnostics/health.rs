//! Whether a pool can be used now, from one request.

use super::key;
use super::remark::{self, note};
use crate::contract::diagnostics::{Condition, HealthReport};
use crate::contract::{Context, ErrorCode, Finding};
use crate::daytona::{Key, Reaction, Rejection, Version};
use crate::error::Error;
use crate::http::Transport;
use crate::moment::Moment;
use crate::pool::Dialect;
use crate::verbs::call::credentials::Environment;
use crate::verbs::call::{Call, DEADLINE_MS};

/// The first version that says what a key is.
const FIRST_WITH_KEYS: Version = Version(0, 101);

/// Asks what the key is, which every server answers that knows it.
pub fn health(
    context: Context,
    environment: &impl Environment,
    transport: &impl Transport,
) -> Result<HealthReport, Error> {
    let call = match Call::new(context, environment, transport, DEADLINE_MS) {
        Ok(call) => call,
        Err(refused) if refused.code == ErrorCode::InvalidSpec => return Err(refused),
        Err(refused) => {
            let findings = vec![remark::of_error(&refused, local(&refused))];
            return Ok(failed(Condition::Unhealthy, &refused, None, findings));
        }
    };
    call.client.ask_once(1);
    let answer = key_of(&call).map_err(|refused| refused.error.without(call.client.secret()));
    let now = call.client.server_time();
    let mut report = match &answer {
        Ok(known) => of_key(known.as_ref(), now),
        Err(refused) => {
            let findings = vec![remark::of_server(refused)];
            failed(condition(refused), refused, until(refused, now), findings)
        }
    };
    let mut tell = |name: &str, value: Option<String>| {
        report.extensions.extend(value.map(|value| (name.to_owned(), value)));
    };
    tell("server-version", call.client.server_version().map(|version| version.to_string()));
    match answer {
        Ok(Some(known)) => {
            tell("key-expires-at", known.expires_at.map(Moment::to_rfc3339));
            tell("key-scopes", known.scopes.map(|scopes| scopes.replace(", ", " ")));
        }
        Ok(None) => {}
        Err(refused) => tell("retry-after-ms", refused.retry_after_ms.map(|ms| ms.to_string())),
    }
    Ok(report)
}

/// What an error of the context is about, where it names no field.
pub fn local(refused: &Error) -> &'static str {
    match refused.code {
        ErrorCode::Unauthenticated => "context.credential",
        ErrorCode::InvalidSpec => "context",
        _ => "vendor.url",
    }
}

/// What the server says of the key; none where it is Daytona and does not say. An error where it is not, or the key is refused.
pub fn key_of<T: Transport>(call: &Call<'_, T>) -> Result<Option<Key>, Rejection> {
    match call.client.key() {
        Ok(known) => Ok(Some(known)),
        Err(refused) if refused.reaction == Reaction::NoSuchRoute => {
            if is_expected(call.client.server_version(), call.pool.dialect) {
                Ok(None)
            } else {
                Err(no_api(call, refused))
            }
        }
        // A key that may not read itself is good all the same.
        Err(refused) if refused.error.get("rule") == Some("forbidden") => Ok(None),
        Err(refused) => Err(refused),
    }
}

/// Whether a server may lack the route: one that is older, or one of the provider description, which tells no version.
fn is_expected(version: Option<Version>, dialect: Dialect) -> bool {
    version.map_or(dialect == Dialect::Workspace, |version| version < FIRST_WITH_KEYS)
}

fn no_api<T: Transport>(call: &Call<'_, T>, refused: Rejection) -> Rejection {
    let mut error = refused.error;
    error.code = ErrorCode::InvalidConfig;
    error.message = format!("The server at {} has no API of Daytona under this URL.", call.client.base());
    let error = error
        .retryable(false)
        .rule("no-daytona-route")
        .remedy("Correct the API URL: it usually ends in /api, once. For a server that has /workspace alone, set dialect to workspace.");
    Rejection { error, ..refused }
}

/// How a pool is whose key is accepted.
fn of_key(known: Option<&Key>, now: Option<Moment>) -> HealthReport {
    let Some(known) = known else {
        let unknown =
            note("key-unknown", "vendor.key", "The server does not say what the key may do, and until when.", "");
        return HealthReport { findings: vec![unknown], ..ready() };
    };
    let findings = remark::sorted(key::remarks(known, now));
    let soon = key::expires_soon(known, now);
    let first = findings
        .first()
        .filter(|_| soon.is_some() || cannot(known, "write:sandboxes") || cannot(known, "delete:sandboxes"));
    let condition = match (cannot(known, "write:sandboxes"), first) {
        (true, _) => Condition::Unhealthy,
        (false, Some(_)) => Condition::Degraded,
        (false, None) => Condition::Ready,
    };
    HealthReport {
        condition,
        rule: first.map(|first| first.rule.clone()),
        reason: first.map(|first| first.message.clone()),
        until: soon.map(Moment::to_rfc3339),
        findings,
        extensions: Vec::new(),
    }
}

fn cannot(known: &Key, scope: &str) -> bool {
    known.has(scope) == Some(false)
}

fn ready() -> HealthReport {
    let (rule, reason, until) = (None, None, None);
    HealthReport { condition: Condition::Ready, rule, reason, until, findings: Vec::new(), extensions: Vec::new() }
}

fn failed(condition: Condition, error: &Error, until: Option<Moment>, findings: Vec<Finding>) -> HealthReport {
    HealthReport {
        condition,
        rule: error.get("rule").map(str::to_owned),
        reason: Some(error.message.clone()),
        until: until.map(Moment::to_rfc3339),
        findings,
        ..ready()
    }
}

/// What passes by itself only degrades a pool.
fn condition(error: &Error) -> Condition {
    let passes = error.code == ErrorCode::RateLimited || error.get("rule") == Some("maintenance");
    if passes { Condition::Degraded } else { Condition::Unhealthy }
}

fn until(error: &Error, now: Option<Moment>) -> Option<Moment> {
    let seconds = i64::from(error.retry_after_ms?.div_ceil(1_000));
    now.map(|now| now.plus(seconds))
}
