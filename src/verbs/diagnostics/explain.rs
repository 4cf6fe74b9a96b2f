//! What became of a session.

use super::causes::{self, Facts, Inside};
use super::remark::{error, note, sorted, warning};
use crate::contract::diagnostics::Explanation;
use crate::contract::{Finding, Handle};
use crate::daytona::{Dialect, Sandbox};
use crate::error::Error;
use crate::http::Transport;
use crate::http::secret::Secret;
use crate::sandbox::labels::SESSION;
use crate::sandbox::state;
use crate::verbs::call::Call;
use crate::verbs::keep_alive::{self, Trigger, agent};
use crate::verbs::locate::{self, Found};
use crate::verbs::lookup;
use crate::verbs::organization::{self, Absence};
use crate::verbs::target::Target;

/// Most requests: the sandbox, its agent, the agent's output; or name, list and sandbox.
const MAX_REQUESTS: u32 = 3;

/// Looks at a session's sandbox, and into it where a handle lets it.
pub fn explain<T: Transport>(
    call: &Call<'_, T>,
    session_id: &str,
    handle: Option<Handle>,
) -> Result<Explanation, Error> {
    if session_id.is_empty() {
        return Err(Error::spec("The session id is empty.").rule("empty-value").detail("path", "session-id"));
    }
    call.client.ask_once(MAX_REQUESTS);
    let Some(handle) = handle else { return without_handle(call, session_id) };
    // It is part of the answer.
    if holds(&handle, call.client.secret()) {
        return Err(Error::spec("The handle contains the API key of this call.")
            .rule("malformed-handle")
            .detail("path", "handle")
            .remedy("Use the handle as it was made; locate makes it anew."));
    }
    let target = Target::new(call, handle.clone())?;
    let (dialect, sandbox) = lookup::by_id(call, &target)?;
    let Some(sandbox) = sandbox else { return absent(call, &target, handle) };
    if sandbox.label(SESSION).is_some_and(|theirs| theirs != session_id) {
        return Err(Error::spec("The handle is of the sandbox of another session.")
            .rule("foreign-handle")
            .detail("path", "handle")
            .remedy("Pass the handle that provision or locate returned for this session, or none."));
    }
    let inside = inside(call, &target, dialect, &sandbox);
    Ok(seen(call, &target, dialect, &sandbox, handle, inside))
}

/// Whether a key is anywhere in a handle.
fn holds(handle: &Handle, secret: &Secret) -> bool {
    let pairs = handle.metadata.iter().flat_map(|(name, value)| [name, value]);
    pairs.chain([&handle.provider_id, &handle.external_id]).any(|text| secret.occurs_in(text))
}

fn without_handle<T: Transport>(call: &Call<'_, T>, session_id: &str) -> Result<Explanation, Error> {
    match locate::find(call, session_id)? {
        (dialect, Found::Ours(sandbox)) => {
            let target = Target::of(dialect, &sandbox)?;
            let handle = call.handle(dialect, &sandbox);
            Ok(seen(call, &target, dialect, &sandbox, handle, Inside::NotAsked))
        }
        (_, Found::Foreign) => Ok(nothing(error(
            "name-taken-by-another",
            "sandbox",
            "The session's name is taken by a sandbox that this provider did not make for it.",
            "Rename or delete that sandbox, or use another session id.",
        ))),
        (_, Found::Nothing) => Ok(nothing(warning(
            "no-sandbox",
            "sandbox",
            "The session has no sandbox in this pool: its provision was refused, or the sandbox was deleted by terminate, by hand, or at the end of its life.",
            "Provision it again and read what provision says. Check pool id, session id and organization.",
        ))),
    }
}

fn nothing(finding: Finding) -> Explanation {
    Explanation { handle: None, state: None, output: None, findings: vec![finding], details: Vec::new() }
}

/// The sandbox of a handle does not exist.
fn absent<T: Transport>(call: &Call<'_, T>, target: &Target, handle: Handle) -> Result<Explanation, Error> {
    call.client.ask_once(MAX_REQUESTS);
    let absence = organization::verify_absence(call, target)?;
    let mut found = vec![warning(
        "deleted",
        "sandbox",
        "The sandbox was deleted: by terminate or reconcile, by hand, or at the end of its life (max-duration-sec, maxLifetimeMinutes, autoDeleteMinutes).",
        "Provision it again. Daytona's audit log tells who deleted it.",
    )];
    let mut state = state::destroyed();
    let mut details = Vec::new();
    if absence == Absence::Unverified {
        details.push(("organization".to_owned(), "unverified".to_owned()));
        state.details.clone_from(&details);
        found.push(note(
            "organization-unverified",
            "context.credential",
            "Nobody says whether the key is of the sandbox's organization; another one's cannot see it.",
            "Pass the organization's id with the credential.",
        ));
    }
    Ok(Explanation { handle: Some(handle), state: Some(state), output: None, findings: found, details })
}

/// What the sandbox's inside tells, where it runs.
fn inside<T: Transport>(call: &Call<'_, T>, target: &Target, dialect: Dialect, sandbox: &Sandbox) -> Inside {
    if !state::is_running(dialect, sandbox) {
        return Inside::NotRunning;
    }
    let asked = agent::toolbox_url(call, target, sandbox);
    let url = match asked {
        Ok(url) => url,
        Err(problem) => return Inside::Unreachable(problem),
    };
    let answer = match agent::ask(call, target, sandbox) {
        Ok(answer) => answer,
        Err(problem) => return Inside::Unreachable(problem),
    };
    let output = if call.client.requests_left() > 0 {
        call.client.entrypoint_output(&url, &target.id, agent::look_until(call))
    } else {
        Err("it would take one request more than this call may send")
    };
    Inside::Seen { agent: agent::judge(sandbox, Some(answer)), output }
}

fn seen<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    handle: Handle,
    inside: Inside,
) -> Explanation {
    let outcome = keep_alive::keep_alive(call, target, dialect, sandbox, Trigger::LookOnly);
    let mut state = state::of(dialect, sandbox);
    outcome.add_to(&mut state.details);
    let facts =
        Facts { dialect, sandbox, now: call.client.server_time(), keep_alive: call.pool.keep_alive, inside: &inside };
    let findings = sorted(causes::causes(&facts));
    let (output, mut details) = (None, Vec::new());
    let mut tell = |key: &str, value: &str| details.push((key.to_owned(), value.to_owned()));
    let output = match inside {
        Inside::Seen { output: Ok(log), .. } => {
            if log.truncated {
                tell("output-truncated", "true");
            }
            Some(log.text)
        }
        Inside::Seen { output: Err(why), .. } => {
            tell("output-problem", why);
            output
        }
        Inside::NotRunning => {
            tell("output-problem", "the sandbox does not run");
            output
        }
        Inside::NotAsked => {
            tell("output-problem", "it takes the session's handle: locate it first");
            output
        }
        Inside::Unreachable(_) => {
            tell("output-problem", "the toolbox cannot be reached");
            output
        }
    };
    Explanation { handle: Some(handle), state: Some(state), output, findings, details }
}
