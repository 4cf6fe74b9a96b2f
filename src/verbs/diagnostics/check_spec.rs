//! Every remark on a specification, before anything is sent.

use crate::contract::{Context, Finding, Severity, Spec};
use crate::error::Error;
use crate::http::Transport;
use crate::verbs::call::credentials::Environment;
use crate::verbs::call::{Call, LONG_DEADLINE_MS};
use crate::verbs::provision;

/// Every remark on a specification in this context.
pub fn check_spec(
    context: Context,
    spec: &Spec,
    environment: &impl Environment,
    transport: &impl Transport,
) -> Vec<Finding> {
    let refused = Call::new(context, environment, transport, LONG_DEADLINE_MS)
        .and_then(|call| provision::check(spec, &call.pool, call.client.secret()));
    refused.err().map(|error| finding(&error)).into_iter().collect()
}

fn finding(error: &Error) -> Finding {
    Finding {
        severity: Severity::Error,
        rule: error.get("rule").unwrap_or_default().to_owned(),
        path: error.get("path").unwrap_or("$").to_owned(),
        message: error.message.clone(),
        remedy: error.get("remedy").map(str::to_owned),
    }
}
