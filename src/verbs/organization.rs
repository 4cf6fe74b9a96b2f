//! Whose answer a 404 is.
//!
//! To the key of another organization, a sandbox that runs does not exist: Daytona says so in the same words. So where handle
//! and credential do not settle which organization the key is of, the server is asked, before absence is believed.

use super::call::Call;
use super::target::Target;
use crate::error::Error;
use crate::http::Transport;

/// Whether the absence of a sandbox is beyond doubt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absence {
    /// The key is of the handle's organization.
    Proven,
    /// Nobody says which organization the key is of, or the handle names none.
    Unverified,
}

/// Settles whether a 404 by id speaks for the organization that the handle was made in. Three requests at most; an error
/// where the key is of another organization, or where one of those was not answered.
pub fn verify_absence<T: Transport>(call: &Call<'_, T>, target: &Target) -> Result<Absence, Error> {
    let Some(expected) = target.organization.as_deref() else {
        return Ok(Absence::Unverified);
    };
    // A credential of another organization was refused before anything was sent.
    if call.organization.is_some() {
        return Ok(Absence::Proven);
    }
    // A question that was not answered is not one without an answer: the other organization's sandbox may run.
    let found = call
        .client
        .key_organization(target.dialect)
        .map_err(|failed| failed.error.retryable(true).detail("sandbox-id", &target.external_id))?;
    match found {
        None => Ok(Absence::Unverified),
        Some(found) if found == expected => Ok(Absence::Proven),
        Some(found) => Err(Error::config(format!(
            "The key is of the Daytona organization {found}, the handle of {expected}: this key cannot see the sandbox."
        ))
        .rule("foreign-organization")
        .detail("sandbox-id", &target.external_id)
        .remedy("Call with the key of the organization that the session was provisioned for.")),
    }
}
