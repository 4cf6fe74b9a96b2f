//! One sandbox for each session on servers that keep no names.
//!
//! There a create always makes a sandbox, and only the list shows that the session had one. So the list is asked after each
//! create, the older sandbox is taken, and the new one goes. It cannot go at once where the server deletes nothing that
//! starts, and the call may end before the start does. Then it is marked as a duplicate and stops itself after a minute, and
//! whoever looks the session up to provision it, or reconciles the pool, deletes it.

use super::adopt::{Adopted, adopt};
use super::session::Session;
use crate::daytona::{Dialect, Sandbox};
use crate::error::Error;
use crate::http::Transport;
use crate::sandbox::labels::{DIGEST, DUPLICATE_OF, IDLE_MINUTES};
use crate::verbs::call::Call;
use crate::verbs::locate;
use crate::verbs::relabel::{relabel, reread};
use crate::verbs::target::Target;
use crate::verbs::terminate::terminate;

/// Minutes of idleness until a duplicate is stopped: the least that a server accepts.
const IDLE: u32 = 1;

/// The handle of a sandbox that was just created, unless the server ignored its name and the session turns out to have an
/// older one: then that one is taken, and the new one goes.
pub fn without_duplicate<T: Transport>(
    call: &Call<'_, T>,
    session: &Session<'_>,
    dialect: Dialect,
    created: Box<Sandbox>,
) -> Result<Adopted, Error> {
    // Today's API tells the name whatever it is, so one that it does not tell at all is not one that it ignored.
    let untold = dialect == Dialect::Sandbox && created.name.is_none();
    let named = untold || created.given_name() == Some(session.new.name);
    if !named {
        // It is created; failing to see others does not change that.
        let mut all = locate::all_by_labels(call, dialect, &session.spec.session_id).unwrap_or_default();
        // The new one takes the place of a broken one, as it would where the broken one had been found first.
        let replaceable =
            |seen: &Sandbox| seen.is_broken() && seen.id != created.id && seen.label(DIGEST) == Some(session.digest);
        for sandbox in all.extract_if(.., |seen| seen.label(DUPLICATE_OF).is_some() || replaceable(seen)) {
            // One that still cannot go is tried again by the next call.
            let target = Target::of(dialect, &sandbox)?;
            let _ = call.client.delete(dialect, &target.id, &target.external_id);
        }
        if let Some(older) = all.into_iter().next().filter(|first| first.id != created.id) {
            return replaced(call, session, dialect, Target::of(dialect, &created)?, Box::new(older));
        }
    }
    Ok(Adopted::Taken(call.handle(dialect, &created)))
}

/// Takes the older sandbox of a session and ends the one that was just created, the target.
fn replaced<T: Transport>(
    call: &Call<'_, T>,
    session: &Session<'_>,
    dialect: Dialect,
    target: Target,
    older: Box<Sandbox>,
) -> Result<Adopted, Error> {
    if call.client.delete(dialect, &target.id, &target.external_id).is_ok() {
        return adopt(call, session, dialect, older);
    }
    let minutes = session.new.auto_stop_minutes.to_string();
    let marks = [(IDLE_MINUTES, minutes.as_str()), (DUPLICATE_OF, &older.id)];
    let fresh = reread(call, &target, dialect).ok().flatten();
    let marked = fresh.is_some_and(|fresh| relabel(call, &target, dialect, &fresh, &[], &marks).is_ok());
    let _ = call.client.set_auto_stop(dialect, &target.id, &target.external_id, IDLE);
    let adopted = adopt(call, session, dialect, older);
    match terminate(call, &target) {
        Err(error) if !(marked && error.retryable) => {
            Err(error.maybe_applied(true).detail("sandbox-id", target.external_id.as_str()))
        }
        _ => adopted,
    }
}
