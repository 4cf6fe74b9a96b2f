//! Finding a session's sandbox from the session id alone.

use super::call::{Call, key_in_id};
use super::lookup::in_chosen_dialect;
use super::pages::Cursors;
use crate::contract::Handle;
use crate::daytona::{Dialect, Rejection, Sandbox};
use crate::error::Error;
use crate::http::Transport;
use crate::http::url::Segment;
use crate::moment::Moment;
use crate::sandbox::labels::{DUPLICATE_OF, MANAGED_BY, MANAGER, ORGANIZATION, POOL, SESSION};
use crate::sandbox::name;

/// The handle of the session's sandbox; none when there is none that this provider made for this pool and session.
pub fn locate<T: Transport>(call: &Call<'_, T>, session_id: &str) -> Result<Option<Handle>, Error> {
    if session_id.is_empty() {
        return Err(Error::spec("The session id is empty.")
            .rule("empty-value")
            .detail("path", "session-id")
            .remedy("Name the session."));
    }
    Ok(match find(call, session_id)? {
        (dialect, Found::Ours(sandbox)) => Some(call.handle(dialect, &sandbox)),
        (_, Found::Foreign | Found::Nothing) => None,
    })
}

/// What a session's look-up found.
#[derive(Debug)]
pub enum Found {
    /// The session's sandbox.
    Ours(Box<Sandbox>),
    /// A sandbox of its name that this provider did not make for it.
    Foreign,
    Nothing,
}

/// Looks a session up.
pub fn find<T: Transport>(call: &Call<'_, T>, session_id: &str) -> Result<(Dialect, Found), Error> {
    // A part of it would be in the name that is looked for.
    if call.client.secret().occurs_in(session_id) {
        return Err(key_in_id("session-id"));
    }
    Ok(in_chosen_dialect(call, |dialect| match dialect {
        Dialect::Sandbox => by_name(call, session_id),
        Dialect::Workspace => Ok(by_labels(call, Dialect::Workspace, session_id)?.map_or(Found::Nothing, Found::Ours)),
    })?)
}

fn by_name<T: Transport>(call: &Call<'_, T>, session_id: &str) -> Result<Found, Rejection> {
    let name = name::name(&call.pool_id, session_id);
    // Our names are plain letters, digits and dashes: always a segment.
    let Some(segment) = Segment::new(&name) else {
        return Ok(Found::Nothing);
    };
    match call.client.get(Dialect::Sandbox, &segment, &name)? {
        Some(found) if is_ours(call, session_id, &found) => Ok(Found::Ours(found)),
        // Its name is free from the moment on in which its deletion is accepted.
        Some(found) if !found.is_being_destroyed() => Ok(Found::Foreign),
        // For up to 20 s after a name was used again, servers deny it although the sandbox runs. The list shows it.
        _ => Ok(by_labels(call, Dialect::Sandbox, session_id)?.map_or(Found::Nothing, Found::Ours)),
    }
}

/// The session's sandbox by its labels: of several the oldest that is not broken, so that all who look agree.
pub fn by_labels<T: Transport>(
    call: &Call<'_, T>,
    dialect: Dialect,
    session_id: &str,
) -> Result<Option<Box<Sandbox>>, Rejection> {
    Ok(all_by_labels(call, dialect, session_id)?.into_iter().next().map(Box::new))
}

/// All sandboxes that carry the session's labels, the one that counts first. Only servers that keep no names let a session
/// have several.
pub fn all_by_labels<T: Transport>(
    call: &Call<'_, T>,
    dialect: Dialect,
    session_id: &str,
) -> Result<Vec<Sandbox>, Rejection> {
    let labels = [(MANAGED_BY, MANAGER), (POOL, call.pool_id.as_str()), (SESSION, session_id)];
    let mut all: Vec<Sandbox> = Vec::new();
    let mut cursors = Cursors::default();
    loop {
        let page = call.client.list(dialect, &labels, cursors.current())?;
        for candidate in page.items {
            let Some(segment) = Segment::new(&candidate.id).filter(|_| is_ours(call, session_id, &candidate)) else {
                continue;
            };
            // The list lags, so each counts once it was seen by its id.
            let seen = call.client.get(dialect, &segment, &candidate.id)?;
            let Some(seen) = seen.filter(|seen| is_ours(call, session_id, seen)) else { continue };
            let place = all.iter().position(|other| rank(&seen) < rank(other)).unwrap_or(all.len());
            all.insert(place, *seen);
        }
        if !cursors.advance(page.next)? {
            return Ok(all);
        }
    }
}

/// What stands before what: whole before broken, what is no duplicate before what is marked as one, early before late, and a
/// fixed order where there are no dates.
fn rank(sandbox: &Sandbox) -> (bool, bool, Option<Moment>, &str) {
    (sandbox.is_broken(), sandbox.label(DUPLICATE_OF).is_some(), sandbox.created_at, &sandbox.id)
}

/// Made by this provider for this pool and session, and not on its way out.
fn is_ours<T: Transport>(call: &Call<'_, T>, session_id: &str, sandbox: &Sandbox) -> bool {
    is_managed(call, sandbox) && sandbox.label(SESSION) == Some(session_id) && !sandbox.is_being_destroyed()
}

/// Made by this provider for this pool, and for no other organization of the platform.
///
/// Labels can be copied, as a fork does. Where the server keeps names, the name has to be the one that follows from pool and
/// session as well.
pub fn is_managed<T: Transport>(call: &Call<'_, T>, sandbox: &Sandbox) -> bool {
    let owner = sandbox.label(ORGANIZATION).zip(call.tenant.as_deref());
    let names = sandbox.given_name().zip(sandbox.label(SESSION));
    sandbox.label(MANAGED_BY) == Some(MANAGER)
        && sandbox.label(POOL) == Some(&call.pool_id)
        && owner.is_none_or(|(theirs, ours)| theirs == ours)
        && (sandbox.is_being_destroyed()
            || names.is_none_or(|(given, session_id)| given == name::name(&call.pool_id, session_id)))
}
