//! Finding a session's sandbox from the session id alone.

use crate::context::Call;
use crate::contract::{Error, Handle};
use crate::daytona::{Dialect, Rejection, Sandbox};
use crate::handle;
use crate::http::Transport;
use crate::http::url::Segment;
use crate::identity::{self, MANAGED_BY, MANAGER, POOL, SESSION};
use crate::lookup::in_served_dialect;
use crate::pool;
use crate::prelude::*;

/// The handle of the session's sandbox; none when there is none that this provider made for this pool and session.
pub fn locate<T: Transport>(call: &Call<'_, T>, session_id: &str) -> Result<Option<Handle>, Error> {
    if session_id.is_empty() {
        return Err(Error::spec("The session id is empty.").rule("empty-value").detail("path", "session-id"));
    }
    let find = |dialect| match dialect {
        Dialect::Sandbox => by_name(call, session_id),
        Dialect::Workspace => by_labels(call, Dialect::Workspace, session_id),
    };
    let (dialect, sandbox) = match call.pool.dialect {
        pool::Dialect::Auto => in_served_dialect(call, Dialect::Sandbox, |_, dialect| find(dialect))?,
        pool::Dialect::Sandbox => (Dialect::Sandbox, find(Dialect::Sandbox)?),
        pool::Dialect::Workspace => (Dialect::Workspace, find(Dialect::Workspace)?),
    };
    Ok(sandbox.map(|sandbox| handle::of(call, dialect, sandbox)))
}

fn by_name<T: Transport>(call: &Call<'_, T>, session_id: &str) -> Result<Option<Sandbox>, Rejection> {
    let name = identity::name(&call.pool_id, session_id);
    // Our names are plain letters, digits and dashes: always a segment.
    let Some(segment) = Segment::new(&name) else {
        return Ok(None);
    };
    match call.client.get(Dialect::Sandbox, &segment, &name)? {
        Some(found) if is_ours(call, session_id, &found) => Ok(Some(found)),
        Some(_) => Ok(None),
        // Servers before 0.110 ignore names.
        None if call.client.knows_names() => Ok(None),
        None => by_labels(call, Dialect::Sandbox, session_id),
    }
}

/// The list only finds candidates, because it lags; each counts once it was seen by its id.
fn by_labels<T: Transport>(
    call: &Call<'_, T>,
    dialect: Dialect,
    session_id: &str,
) -> Result<Option<Sandbox>, Rejection> {
    let labels = [(MANAGED_BY, MANAGER), (POOL, call.pool_id.as_str()), (SESSION, session_id)];
    let mut candidates = call.client.find(dialect, &labels)?;
    candidates.retain(|candidate| is_ours(call, session_id, candidate));
    // A broken one only where there is no other.
    let (broken, whole): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_broken);
    for candidate in whole.into_iter().chain(broken) {
        let Some(segment) = Segment::new(&candidate.id) else {
            continue;
        };
        let seen = call.client.get(dialect, &segment, &candidate.id)?;
        if let Some(seen) = seen.filter(|seen| is_ours(call, session_id, seen)) {
            return Ok(Some(seen));
        }
    }
    Ok(None)
}

/// Made by this provider for this pool and session, and not on its way out.
fn is_ours<T: Transport>(call: &Call<'_, T>, session_id: &str, sandbox: &Sandbox) -> bool {
    let has = |key, value| sandbox.label(key) == Some(value);
    has(MANAGED_BY, MANAGER)
        && has(POOL, &call.pool_id)
        && has(SESSION, session_id)
        && !sandbox.is_being_destroyed()
        && sandbox.state.as_deref() != Some("destroyed")
}

fn is_broken(sandbox: &Sandbox) -> bool {
    matches!(sandbox.state.as_deref(), Some("error" | "build_failed"))
}
