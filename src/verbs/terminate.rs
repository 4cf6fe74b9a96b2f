//! Ending a sandbox.

use super::call::Call;
use super::lookup::{by_id, in_served_dialect};
use super::organization;
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
        let about = |error: Error| error.detail("sandbox-id", &target.external_id);
        if !matches!(
            refused.reaction,
            Reaction::NotFound | Reaction::Busy | Reaction::WrongState | Reaction::ServerError
        ) {
            return Err(about(refused.error));
        }
        // Only a look by id proves that it is gone. The refusal says more than a look that fails for lack of time.
        match by_id(call, target) {
            Ok((_, None)) => {
                organization::verify_absence(call, target)?;
                return Ok(Termination::Gone);
            }
            Ok((_, Some(sandbox))) if sandbox.known_state() == SandboxState::Destroyed => {
                return Ok(Termination::Gone);
            }
            Ok((_, Some(sandbox))) if sandbox.is_being_destroyed() => {
                return Ok(Termination::Requested);
            }
            Err(failed) if failed.reaction != Reaction::TooLate => return Err(about(failed.error)),
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
            return Err(about(refused.error.retryable(true)));
        }
        looks += 1;
    }
}
