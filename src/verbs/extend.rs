//! Moving the end of a session.

use super::call::Call;
use super::keep_alive::{self, Trigger};
use super::lifecycle::gone;
use super::lookup::by_id;
use super::relabel::relabel;
use super::target::Target;
use crate::contract::{ErrorCode, State};
use crate::daytona::{Sandbox, SandboxState};
use crate::error::Error;
use crate::http::Transport;
use crate::pairs;
use crate::sandbox::labels::EXPIRY;
use crate::sandbox::{expiry, state};

const SECONDS_PER_MINUTE: u32 = 60;

/// Moves the session's end to that many seconds from now, and the server's time to live with it where one is set.
pub fn extend<T: Transport>(call: &Call<'_, T>, target: &Target, seconds: u32) -> Result<State, Error> {
    if seconds == 0 {
        return Err(Error::spec("A session cannot be extended by 0 seconds.").rule("zero").detail("path", "seconds"));
    }
    let (dialect, sandbox) = by_id(call, target)?;
    let Some(mut sandbox) = sandbox.filter(|sandbox| sandbox.known_state() != SandboxState::Destroyed) else {
        return Err(gone(target));
    };
    if sandbox.is_being_destroyed() {
        return Err(Error::new(ErrorCode::Conflict, "The sandbox is being deleted, so it cannot live longer.")
            .rule("wrong-state"));
    }
    let lifetime = lifetime(call, &sandbox, seconds)?;
    // The server's own time to live first: a label that promises more than the server keeps would be a lie.
    if sandbox.has_ttl {
        call.client.set_ttl(&target.id, &target.external_id, seconds.div_ceil(SECONDS_PER_MINUTE))?;
    }
    let expiry = expiry::label(lifetime);
    relabel(call, target, dialect, &sandbox, &[EXPIRY], Some((EXPIRY, &expiry)))?;
    pairs::set(&mut sandbox.labels, EXPIRY, expiry);
    let outcome = keep_alive::keep_alive(call, target, dialect, &sandbox, Trigger::LookOnly);
    let mut state = state::of(dialect, &sandbox);
    outcome.add_to(&mut state.details);
    Ok(state)
}

/// Seconds from the sandbox's creation to its new end.
fn lifetime<T: Transport>(call: &Call<'_, T>, sandbox: &Sandbox, seconds: u32) -> Result<u64, Error> {
    let Some((now, created)) = call.client.server_time().zip(sandbox.created_at) else {
        let message = "The server does not say when it was created or what time it is.";
        return Err(Error::new(ErrorCode::Unsupported, message).rule("no-dates"));
    };
    let lived = u64::try_from(now.since(created)).unwrap_or_default();
    Ok(lived.saturating_add(u64::from(seconds)))
}
