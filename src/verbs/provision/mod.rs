//! Creating a session's sandbox, exactly once.
//!
//! No answer to a create but a clear success says whether there is a sandbox: a timeout may hide one, and a refusal may
//! come from a check that the server makes before it sees that the name is taken. So a provision is a sequence of rounds:
//! send a create, look the session up, [decide]. Only what is proven not to be there is created again,
//! under the same name.

mod adopt;
mod decision;
mod duplicate;
mod plan;
mod protection;
mod session;
mod spec_check;

use super::call::Call;
use super::locate::{self, Found};
use crate::contract::{ErrorCode, Handle, Spec};
use crate::daytona::{Dialect, NewSandbox, Reaction, Rejection, Sandbox, sendable};
use crate::error::Error;
use crate::http::Transport;
use crate::pool::{self, Pool};
use crate::sandbox::labels::{self, Ownership};
use crate::sandbox::{expiry, name};
pub use protection::unknown_to;

use adopt::Adopted;
use decision::{Decision, History, Refusal, Report, Seen, decide};
use session::Session;

/// Part of the deadline, and the longest time in milliseconds, that a create leaves for the look-up after it.
const SPARE_PART: u32 = 5;
const MAX_SPARE_MS: u64 = 5_000;

/// Creates the sandbox of a session, or takes the one that it has already. One request in the good case.
pub fn provision<T: Transport>(call: &Call<'_, T>, spec: &Spec) -> Result<Handle, Error> {
    spec_check::check(spec, &call.pool, call.client.secret())?;
    protection::demand(call)?;
    let mut created = Err(Error::new(ErrorCode::Internal, ""));
    with_session(call, spec, &mut |session| created = create(call, session));
    created
}

/// Everything for which a provision would be refused before anything is sent.
pub fn refusals<T: Transport>(call: &Call<'_, T>, spec: &Spec) -> Vec<Error> {
    let mut refusals = spec_check::refusals(spec, &call.pool, call.client.secret());
    refusals.extend(protection::refusal(call));
    if refusals.is_empty() {
        let dialect = if call.pool.dialect == pool::Dialect::Workspace { Dialect::Workspace } else { Dialect::Sandbox };
        with_session(call, spec, &mut |session| {
            let sendable = sendable(dialect, &plan::in_dialect(&session.new, dialect));
            refusals.extend(sendable.err().map(Error::from));
        });
    }
    refusals
}

/// Does something with the sandbox that a provision would ask for.
pub fn with_sandbox<T: Transport>(call: &Call<'_, T>, spec: &Spec, action: &mut dyn FnMut(&NewSandbox<'_>)) {
    with_session(call, spec, &mut |session| action(&session.new));
}

/// Does something with what is wanted of a session. In one place, because what it takes is large.
#[inline(never)]
fn with_session<T: Transport>(call: &Call<'_, T>, spec: &Spec, action: &mut dyn FnMut(Session<'_>)) {
    let name = name::name(&call.pool_id, &spec.session_id);
    let protection = protection::label(&call.pool.protection);
    let command = plan::command(spec, &call.pool);
    let lifetime_sec = plan::lifetime_sec(spec, &call.pool);
    let (expiry, digest) = (expiry::label(lifetime_sec), name::digest(spec));
    let ownership = Ownership {
        pool_id: &call.pool_id,
        tenant: call.tenant.as_deref(),
        session_id: &spec.session_id,
        expiry: &expiry,
        digest: &digest,
        protection: protection.as_deref(),
    };
    let labels = labels::of_new(&call.pool.labels, &spec.labels, &ownership);
    let new = plan::sandbox(spec, &call.pool, &name, &command, labels);
    action(Session { spec, new, digest: &digest, lifetime_sec });
}

/// Creates a session's sandbox, round by round.
fn create<T: Transport>(call: &Call<'_, T>, mut session: Session<'_>) -> Result<Handle, Error> {
    let (spec, name) = (session.spec, session.new.name);
    let mut history = History::default();
    loop {
        history.creates += 1;
        let (seen, refused) = match send(call, &session) {
            Ok((dialect, created)) => (take(call, &session, dialect, created), None),
            Err(mut refused) => {
                let kind = refusal(&refused, spec, &session.new, &call.pool);
                // A create that was never answered may still be applied when a later one is refused.
                refused.error.maybe_applied |= history.doubted;
                (look(call, &session, kind), Some((kind, explain(refused, spec, name))))
            }
        };
        let decision = decide(history, refused.as_ref().map(|(kind, _)| *kind), &seen);
        history.doubted |=
            refused.as_ref().is_some_and(|(kind, error)| error.maybe_applied || *kind == Refusal::NameTaken);
        match (decision, seen) {
            (Decision::Take, Seen::Taken(handle)) => return Ok(handle),
            (Decision::WithDisk(maximum), _) => session.new.disk_gib = Some(maximum),
            (Decision::Replace, _) => (history.replaced, history.doubted) = (true, false),
            (Decision::Retry(otherwise), seen) => {
                if !call.pause(history.creates) {
                    return Err(report(otherwise, refused.map(|(_, error)| error), seen, name));
                }
            }
            (Decision::Report(what), seen) => {
                return Err(report(what, refused.map(|(_, error)| error), seen, name));
            }
            (Decision::Take, seen) => return Err(report(Report::NotTaken, None, seen, name)),
        }
    }
}

/// The command of what a provision would build. Refuses what cannot be built, or needs no building.
pub fn built_command<T: Transport>(call: &Call<'_, T>, spec: &Spec) -> Result<Vec<String>, Error> {
    spec_check::check(spec, &call.pool, call.client.secret())?;
    if plan::snapshot(spec, &call.pool).is_some() {
        return Err(Error::spec("The specification begins from a snapshot already, so there is nothing to build.")
            .rule("snapshot-conflict")
            .detail("path", "spec")
            .remedy("Name an image, and leave the snapshot out of the spec and of the pool's configuration."));
    }
    Ok(plan::command(spec, &call.pool))
}

/// What a provision would build, under another name.
pub fn built<'a, T: Transport>(
    call: &'a Call<'_, T>,
    spec: &'a Spec,
    name: &'a str,
    command: &'a [String],
) -> NewSandbox<'a> {
    plan::sandbox(spec, &call.pool, name, command, Vec::new())
}

/// What a create was answered with.
enum Created {
    /// A sandbox that was not there before.
    New(Box<Sandbox>),
    /// Nothing was sent: the session had one already.
    Existing(Box<Sandbox>),
}

/// Sends a create in the dialect that the pool asks for.
fn send<T: Transport>(call: &Call<'_, T>, session: &Session<'_>) -> Result<(Dialect, Created), Rejection> {
    let spare_ms = u64::from(call.deadline_ms / SPARE_PART).min(MAX_SPARE_MS);
    protection::in_dialect(call, |dialect| {
        // `/workspace` has no names, so nothing but a look keeps a session from getting a second one.
        if dialect == Dialect::Workspace {
            match locate::by_labels(call, dialect, &session.spec.session_id) {
                Ok(Some(existing)) => return Ok(Created::Existing(existing)),
                // Without a list the session is still worth more than the promise that it has no second sandbox.
                Err(refused) if refused.reaction != Reaction::NoSuchRoute => return Err(refused),
                Ok(None) | Err(_) => {}
            }
        }
        let created = call.client.create(dialect, &plan::in_dialect(&session.new, dialect), spare_ms)?;
        if created.is_broken() { Err(failed_start(&created)) } else { Ok(Created::New(created)) }
    })
}

/// The sandbox was created and could not be started. `/workspace` says so with a success.
fn failed_start(created: &Sandbox) -> Rejection {
    let reason = created.error_reason.as_deref().unwrap_or("Daytona gave no reason");
    let error =
        Error::new(ErrorCode::Unavailable, format!("Daytona created the sandbox, but could not start it: {reason}."))
            .maybe_applied(true)
            .rule("start-failed")
            .detail("reason", reason)
            .detail("sandbox-id", &created.id)
            .remedy("Check image and command, then provision again.");
    Rejection { reaction: Reaction::StartFailed, error }
}

/// Takes the sandbox that a create was answered with.
fn take<T: Transport>(call: &Call<'_, T>, session: &Session<'_>, dialect: Dialect, created: Created) -> Seen {
    seen(match created {
        Created::New(sandbox) => protection::kept(call, &session.new, dialect, &sandbox)
            .and_then(|()| duplicate::without_duplicate(call, session, dialect, sandbox)),
        Created::Existing(sandbox) => adopt::adopt(call, session, dialect, sandbox),
    })
}

/// Looks the session up after a refusal, and takes its sandbox where there is one.
fn look<T: Transport>(call: &Call<'_, T>, session: &Session<'_>, refusal: Refusal) -> Seen {
    if matches!(refusal, Refusal::Final | Refusal::DefaultDiskOver(_)) {
        return Seen::NotLooked;
    }
    match locate::find(call, &session.spec.session_id) {
        Ok((dialect, Found::Ours(sandbox))) => seen(adopt::adopt(call, session, dialect, sandbox)),
        Ok((_, Found::Foreign)) => Seen::Foreign,
        Ok((dialect, Found::Nothing)) => Seen::Nothing { named: call.client.can_name(dialect) },
        Err(failed) => Seen::Unseen(failed),
    }
}

fn seen(adopted: Result<Adopted, Error>) -> Seen {
    match adopted {
        Ok(Adopted::Taken(handle)) => Seen::Taken(handle),
        Ok(Adopted::Removed(reason)) => Seen::Removed(reason),
        Err(error) => Seen::NotTaken(error),
    }
}

/// What kind of refusal it was.
fn refusal(refused: &Rejection, spec: &Spec, new: &NewSandbox<'_>, pool: &Pool) -> Refusal {
    let asked_for_disk = spec.resources.disk_mb.is_some() || pool.disk_gb.is_some();
    match refused.reaction {
        Reaction::DiskOver(maximum) if !asked_for_disk && new.disk_gib > Some(maximum) => {
            Refusal::DefaultDiskOver(maximum)
        }
        Reaction::Unsendable => Refusal::Final,
        _ if is_final(&refused.error) => Refusal::Final,
        Reaction::StartFailed => Refusal::FailedStart,
        Reaction::NameTaken => Refusal::NameTaken,
        _ if refused.error.maybe_applied && refused.error.retryable => Refusal::Ambiguous,
        _ if refused.error.maybe_applied && refused.error.http_status.is_some_and(|status| status < 300) => {
            Refusal::Unreadable
        }
        _ if refused.error.maybe_applied => Refusal::Intercepted,
        _ => Refusal::Plain,
    }
}

/// Whether a look-up can tell nothing: the key is refused, and a second request could lock the address out, or there is
/// no such API.
fn is_final(error: &Error) -> bool {
    error.code == ErrorCode::Unauthenticated || matches!(error.get("rule"), Some("no-daytona-route" | "no-such-route"))
}

/// Adds what only this verb knows.
fn explain(refused: Rejection, spec: &Spec, name: &str) -> Error {
    let mut error = refused.error;
    match refused.reaction {
        Reaction::Region if spec.region.is_none() => {
            if error.code == ErrorCode::InvalidSpec {
                error.code = ErrorCode::InvalidConfig;
            }
            error = error.detail("path", "$.target");
        }
        Reaction::Region => error = error.detail("path", "spec.region"),
        Reaction::NoSuchRoute if error.get("rule") == Some("no-such-route") => {
            error = error.remedy("Set the pool key dialect to auto, and check that the API URL ends in /api.");
        }
        _ => {}
    }
    if error.maybe_applied {
        error = error.detail("sandbox-name", name);
        error.message = format!(
            "{}{MAY_EXIST}{name} may exist: call locate before the session is provisioned elsewhere.",
            error.message
        );
    }
    error
}

/// The error that a round ends in.
fn report(what: Report, refused: Option<Error>, seen: Seen, name: &str) -> Error {
    let refused = refused.unwrap_or_else(|| Error::new(ErrorCode::Internal, "The create was not refused."));
    match (what, seen) {
        (Report::RefusalUndone, _) => undone(refused),
        (Report::RefusalNothingLeft, _) => {
            undone(refused).remedy("Nothing is left of it. Check image and command, then provision again.")
        }
        (Report::NotShown, _) => refused
            .retryable(true)
            .maybe_applied(true)
            .remedy("Try again in half a minute: Daytona says that the name is taken, but does not show by what yet."),
        (Report::RefusalWithRemains, Seen::NotTaken(remains)) => match remains.get("sandbox-id") {
            Some(id) => refused.detail("sandbox-id", id),
            None => refused,
        },
        (Report::FailedAgain, Seen::Removed(reason)) => failed_again(reason),
        (Report::NotTaken, Seen::NotTaken(error)) => error,
        (Report::NameTaken, _) => name_taken(name),
        (Report::Unseen, Seen::Unseen(failed)) => in_doubt(refused, &failed, name),
        _ => refused,
    }
}

/// The refusal of a create that is known to have left nothing: nothing may exist any more.
fn undone(refused: Error) -> Error {
    let mut error = refused.maybe_applied(false);
    error.details.retain(|(key, _)| key != "sandbox-name");
    if let Some((said, _)) = error.message.split_once(MAY_EXIST) {
        error.message = said.to_owned();
    }
    error
}

/// What follows an error's own words where a sandbox may exist.
const MAY_EXIST: &str = " A sandbox named ";

/// The name belongs to somebody else's sandbox, which is not touched.
fn name_taken(name: &str) -> Error {
    let message = format!("The name {name} is taken by a sandbox that this provider did not make for the session.");
    Error::new(ErrorCode::Conflict, message)
        .rule("name-taken-by-another")
        .detail("sandbox-name", name)
        .remedy("Rename or delete that sandbox, or use another session id.")
}

/// The sandbox failed, was deleted, was created anew, and failed again.
fn failed_again(reason: Option<String>) -> Error {
    let reason = reason.unwrap_or_else(|| "Daytona gave no reason".to_owned());
    Error::new(ErrorCode::Unavailable, format!("Daytona could not start the sandbox: {reason}."))
        .rule("start-failed")
        .detail("reason", &reason)
        .remedy("Nothing is left of it. Check image and command, then provision again.")
}

/// A create went wrong, and so did the look-up after it.
fn in_doubt(refused: Error, unseen: &Error, name: &str) -> Error {
    // Both were answered by something that is no Daytona API.
    if refused.get("rule") == Some("api-path-missing") && unseen.get("rule") == Some("api-path-missing") {
        return undone(refused);
    }
    // Where the server was never reached, this call did nothing, and a platform may go elsewhere.
    let maybe = refused.maybe_applied || (refused.http_status.is_some() && unseen.retryable);
    let error = refused.maybe_applied(maybe).detail("look-up", unseen.get("rule").unwrap_or_default());
    if maybe { error.detail("sandbox-name", name) } else { error }
}
