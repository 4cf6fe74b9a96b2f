//! Moving the end of a session.

use super::call::Call;
use super::keep_alive::{self, Trigger};
use super::lifecycle::gone;
use super::lookup::by_id;
use super::relabel::relabel;
use super::target::Target;
use crate::contract::{ErrorCode, State};
use crate::daytona::{Dialect, Reaction, Sandbox, SandboxState};
use crate::error::Error;
use crate::http::Transport;
use crate::moment::Moment;
use crate::sandbox::labels::EXPIRY;
use crate::sandbox::{expiry, state};

const SECONDS_PER_MINUTE: u32 = 60;

/// Most times that the label is written. Labels are replaced all at once, so a writer at the same moment undoes it without
/// anybody being told; one after the look that confirms it reads it and keeps it.
const MAX_WRITES: u32 = 3;

/// Seconds by which a new end may be off because the header `Date` is, or because the write took its time.
const TOLERANCE_SEC: i64 = 60;

/// Moves the session's end to that many seconds from now, and the server's time to live with it where one is set.
pub fn extend<T: Transport>(call: &Call<'_, T>, target: &Target, seconds: u32) -> Result<State, Error> {
    let (rule, problem) = match seconds {
        0 => ("zero", "0 seconds"),
        1..=expiry::MAX_LIFETIME_SEC => ("", ""),
        _ => ("out-of-range", "more than 31536000 seconds, which is a year"),
    };
    if !rule.is_empty() {
        let message = format!("A session cannot be extended by {problem}.");
        return Err(Error::spec(message).rule(rule).detail("path", "seconds").remedy("Ask for 1 s to a year."));
    }
    let (mut dialect, mut sandbox) = living(call, target)?;
    let (created, mut now) = dates(call, &sandbox)?;
    // The server's own time to live first: a label that promises more than the server keeps would be a lie.
    if sandbox.has_ttl {
        call.client.set_ttl(&target.id, &target.external_id, seconds.div_ceil(SECONDS_PER_MINUTE))?;
    }
    let (mut refused, mut corrected) = (None, false);
    for writes in 0..MAX_WRITES {
        let lived = u64::try_from(now.since(created)).unwrap_or_default();
        let expiry = expiry::label(lived.saturating_add(u64::from(seconds)));
        match relabel(call, target, dialect, &sandbox, &[], &[(EXPIRY, &expiry)]) {
            Ok(()) => refused = None,
            Err(busy) if busy.reaction == Reaction::Busy && call.pause(writes) => refused = Some(busy.error),
            Err(other) => return Err(other.error),
        }
        let before = sandbox;
        (dialect, sandbox) = living(call, target).map_err(|error| error.maybe_applied(true))?;
        if sandbox.label(EXPIRY) == Some(&expiry) {
            // The write shows by the server's own clock when it was, so a date that is ahead or behind is corrected.
            let off = |written: &Moment| !corrected && written.since(now).abs() > TOLERANCE_SEC;
            if let Some(written) = sandbox.updated_at().filter(off)
                && expiry::is_later_write(&before, written)
                && writes + 1 < MAX_WRITES
            {
                (now, corrected) = (written, true);
                continue;
            }
            let outcome = keep_alive::keep_alive(call, target, dialect, &sandbox, Trigger::LookOnly);
            let mut state = state::of(dialect, &sandbox);
            outcome.add_to(&mut state.details);
            return Ok(state);
        }
    }
    Err(refused.unwrap_or_else(|| {
        Error::new(ErrorCode::Conflict, "The new deadline was written, but another write of labels undid it each time.")
            .retryable(true)
            .maybe_applied(true)
            .rule("label-lost")
            .remedy("Call again.")
    }))
}

/// The sandbox, as long as it is none that is gone or going.
fn living<T: Transport>(call: &Call<'_, T>, target: &Target) -> Result<(Dialect, Box<Sandbox>), Error> {
    let (dialect, sandbox) = by_id(call, target)?;
    let Some(sandbox) = sandbox.filter(|sandbox| sandbox.known_state() != SandboxState::Destroyed) else {
        return Err(gone(target));
    };
    if sandbox.is_being_destroyed() {
        return Err(Error::new(ErrorCode::Conflict, "The sandbox is being deleted, so it cannot live longer.")
            .rule("wrong-state")
            .remedy("Provision the session again."));
    }
    Ok((dialect, sandbox))
}

/// When it was created, and what time it is.
fn dates<T: Transport>(call: &Call<'_, T>, sandbox: &Sandbox) -> Result<(Moment, Moment), Error> {
    let date = call.client.server_time();
    sandbox.created_at.zip(date.and(expiry::now(date, sandbox))).ok_or_else(|| {
        let message = "The server does not say when it was created or what time it is.";
        Error::new(ErrorCode::Unsupported, message).rule("no-dates")
    })
}
