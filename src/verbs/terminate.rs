//! Ending a sandbox.

use super::call::Call;
use super::lookup::{by_id, in_served_dialect};
use super::target::Target;
use crate::contract::Termination;
use crate::daytona::{Change, Reaction, SandboxState};
use crate::error::Error;
use crate::http::Transport;

/// Ends a sandbox; one request in the good case.
///
/// A refusal because it is busy means one of two things: something else is going on, or it is being deleted already.
/// Taking it for success would leak the sandbox, taking it for failure as well, so it is looked into.
pub fn terminate<T: Transport>(call: &Call<'_, T>, target: &Target) -> Result<Termination, Error> {
    let patience_ms = call.client.left_ms() / 2;
    let mut forced = false;
    let mut looks = 0;
    loop {
        let deletion = in_served_dialect(call, target.dialect, |client, dialect| {
            client.delete(dialect, &target.id, &target.external_id)
        });
        let refused = match deletion {
            Ok(_) => return Ok(Termination::Requested),
            Err(refused) => refused,
        };
        match refused.reaction {
            Reaction::NotFound => return Ok(Termination::Gone),
            Reaction::Busy | Reaction::WrongState => {}
            _ => return Err(refused.error),
        }
        // The refusal says more than a look that fails for lack of time.
        match by_id(call, target) {
            Ok((_, None)) => return Ok(Termination::Gone),
            Ok((_, Some(sandbox))) if sandbox.known_state() == SandboxState::Destroyed => {
                return Ok(Termination::Gone);
            }
            Ok((_, Some(sandbox))) if sandbox.is_being_destroyed() => {
                return Ok(Termination::Requested);
            }
            Err(failed) if failed.reaction != Reaction::TooLate => return Err(failed.error),
            Ok(_) | Err(_) => {}
        }
        // Busy for that long, it may hang in something that only a forced stop gets it out of; refused, that changes nothing.
        if !forced && call.client.left_ms() < patience_ms {
            forced = true;
            let _ = in_served_dialect(call, target.dialect, |client, dialect| {
                client.change(dialect, &target.id, &target.external_id, Change::ForceStop, 0)
            });
        }
        if !call.pause(looks) {
            return Err(refused.error.retryable(true).detail("sandbox-id", target.external_id.as_str()));
        }
        looks += 1;
    }
}
