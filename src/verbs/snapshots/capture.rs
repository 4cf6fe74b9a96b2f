//! Capturing a sandbox's file system.
//!
//! Daytona answers alike whether a capture comes about, fails, or is dropped because its name was taken, so nothing but the
//! snapshot proves it: there was none of that name before, and the one that is there afterwards is younger than the request, by the
//! clock that dates both.

use super::ours::{Name, find, is_captured, phase, told};
use crate::contract::ErrorCode;
use crate::contract::snapshots::{Snapshot as Record, SnapshotPhase};
use crate::daytona::{Reaction, SandboxState, Snapshot};
use crate::error::Error;
use crate::http::Transport;
use crate::moment::Moment;
use crate::verbs::call::Call;
use crate::verbs::lifecycle::gone;
use crate::verbs::lookup::by_id;
use crate::verbs::organization;
use crate::verbs::target::Target;

/// Captures a sandbox and waits until the snapshot is there. Four requests in the good case, and more while it takes.
pub fn capture<T: Transport>(call: &Call<'_, T>, target: &Target, name: &str) -> Result<Record, Error> {
    let name = Name::new(call, name)?;
    let (mut ambiguous, mut begun) = (None, None);
    match find(call, &name)? {
        Some(known) if known.source_sandbox_id.as_deref() == Some(&target.external_id) => {
            if let Some(outcome) = outcome(call, known, &name) {
                return outcome;
            }
        }
        Some(_) => return Err(taken(&name, false)),
        None => match call.client.capture(&target.id, &target.external_id, &name.full) {
            Ok(at) => begun = at,
            // Of a request that a proxy sends twice, the second one is refused because of the first.
            Err(refused) if refused.error.maybe_applied || refused.reaction == Reaction::WrongState => {
                ambiguous = Some(refused.error);
            }
            Err(refused) if refused.reaction == Reaction::NotFound => {
                organization::verify_absence(call, target)?;
                return Err(gone(target));
            }
            Err(refused) => return Err(refused.error),
        },
    }
    let mut looks = 0;
    loop {
        // The sandbox first: once it is done, the snapshot is there, or never will be. A state that nobody knows proves nothing.
        let busy = match by_id(call, target) {
            Ok((_, sandbox)) => sandbox.is_some_and(|sandbox| {
                use SandboxState as Is;
                matches!(sandbox.known_state(), Is::Snapshotting | Is::Unknown | Is::Unrecognised)
            }),
            Err(failed) => return Err(unseen(failed.error, &name)),
        };
        match find(call, &name) {
            Ok(Some(made)) if is_ours(&made, target, begun) => {
                if let Some(outcome) = outcome(call, made, &name) {
                    return outcome;
                }
            }
            Ok(Some(_)) => return Err(taken(&name, true)),
            Ok(None) if !busy => return Err(ambiguous.unwrap_or_else(|| dropped(&name))),
            Ok(None) => {}
            Err(failed) => return Err(unseen(failed, &name)),
        }
        if !call.pause(looks) {
            return Err(too_slow(&name));
        }
        looks += 1;
    }
}

/// What came of a capture that is there; none while it is being made, which newer servers show.
fn outcome<T: Transport>(call: &Call<'_, T>, made: Snapshot, name: &Name) -> Option<Result<Record, Error>> {
    match phase(&made.state) {
        SnapshotPhase::Pending | SnapshotPhase::Building | SnapshotPhase::Unknown => None,
        SnapshotPhase::Failed => Some(Err(failed(&made, name))),
        _ => Some(told(call, made)),
    }
}

/// Whether it is what this call asked for: a captured one, no older than the request, and of this sandbox where the server says.
fn is_ours(made: &Snapshot, target: &Target, begun: Option<Moment>) -> bool {
    let source = made.source_sandbox_id.as_deref();
    let is_younger = begun.zip(made.created()).is_none_or(|(begun, made)| made >= begun);
    is_captured(made) && is_younger && source.is_none_or(|source| source == target.external_id)
}

fn taken(name: &Name, meanwhile: bool) -> Error {
    let when = if meanwhile { "was taken meanwhile, so the capture is lost" } else { "is taken" };
    Error::new(ErrorCode::Conflict, format!("The name {} {when}.", name.full))
        .rule("snapshot-exists")
        .remedy("Use another name, or delete the one that is there.")
}

fn dropped(name: &Name) -> Error {
    Error::new(ErrorCode::Unavailable, format!("Daytona dropped the capture {} without saying why.", name.full))
        .retryable(true)
        // A server may show a sandbox as it was a moment ago, so one look is no proof.
        .maybe_applied(true)
        .rule("capture-dropped")
        .remedy("Try again; if it goes on, look whether the organization may have another snapshot of that size.")
}

fn failed(made: &Snapshot, name: &Name) -> Error {
    let why = made.error_reason.as_deref().unwrap_or("it does not say why");
    Error::new(ErrorCode::Unavailable, format!("Daytona failed to capture {}: {why}.", name.full))
        .rule("capture-failed")
        .remedy("Delete it and try again; what failed keeps the name.")
}

fn unseen(error: Error, name: &Name) -> Error {
    error.maybe_applied(true).detail("snapshot-name", &name.full)
}

fn too_slow(name: &Name) -> Error {
    Error::new(ErrorCode::Timeout, format!("The deadline ended while {} was captured.", name.full))
        .retryable(true)
        .maybe_applied(true)
        .rule("deadline")
        .detail("snapshot-name", &name.full)
        .remedy("Look with get until it is there.")
}
