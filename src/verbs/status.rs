//! The sandbox's state, in the platform's words.

use super::call::Call;
use super::keep_alive::{self, Trigger};
use super::lookup;
use super::organization::{self, Absence};
use super::target::Target;
use crate::contract::State;
use crate::error::Error;
use crate::http::Transport;
use crate::sandbox::state;

/// Looks at a sandbox, and keeps it alive where that is due. One request in the good case.
pub fn status<T: Transport>(call: &Call<'_, T>, target: &Target) -> Result<State, Error> {
    look(call, target, Trigger::Poll)
}

/// Looks at a sandbox and renews its idle clock now. The state says whether that was possible: see `stops-at`.
pub fn keep_alive<T: Transport>(call: &Call<'_, T>, target: &Target) -> Result<State, Error> {
    look(call, target, Trigger::Demand)
}

fn look<T: Transport>(call: &Call<'_, T>, target: &Target, trigger: Trigger) -> Result<State, Error> {
    let (dialect, sandbox) = lookup::by_id(call, target)?;
    let Some(sandbox) = sandbox else {
        let mut state = state::destroyed();
        if organization::verify_absence(call, target)? == Absence::Unverified {
            state.details.push(("organization".to_owned(), "unverified".to_owned()));
        }
        return Ok(state);
    };
    let outcome = keep_alive::keep_alive(call, target, dialect, &sandbox, trigger);
    let mut state = state::of(dialect, &sandbox);
    outcome.add_to(&mut state.details);
    Ok(state)
}
