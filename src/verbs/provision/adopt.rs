//! Taking a sandbox that a session has already: what an earlier call left, or another host was faster to create.

use super::protection;
use super::session::Session;
use crate::contract::{ErrorCode, Handle, Phase, Status};
use crate::daytona::{Change, Dialect, NewSandbox, Rejection, Sandbox, Source};
use crate::error::Error;
use crate::http::Transport;
use crate::moment::Moment;
use crate::sandbox::labels::{DIGEST, EXPIRY};
use crate::sandbox::name::DIGEST_VERSION;
use crate::sandbox::{expiry, state};
use crate::verbs::call::Call;
use crate::verbs::relabel::{relabel, reread};
use crate::verbs::target::Target;
use crate::verbs::{keep_alive, lifecycle, terminate};

/// What became of a sandbox that was found.
#[derive(Debug)]
pub enum Adopted {
    /// It is the session's, and up or on its way.
    Taken(Handle),
    /// It was broken and is deleted; with the reason, where the server gave one.
    Removed(Option<String>),
}

/// Takes a sandbox of the session: a parked one is started, a broken one deleted, one that was made for another
/// specification refused.
pub fn adopt<T: Transport>(
    call: &Call<'_, T>,
    session: &Session<'_>,
    dialect: Dialect,
    sandbox: Box<Sandbox>,
) -> Result<Adopted, Error> {
    // A digest of another version cannot be compared; a newer provider does not make a session foreign.
    let comparable = sandbox.label(DIGEST).filter(|digest| digest.starts_with(DIGEST_VERSION));
    if comparable.is_some_and(|digest| digest != session.digest) {
        return Err(conflict(&session.new, &sandbox));
    }
    let target = Target::of(dialect, &sandbox)?;
    let exists = |error: Error| error.maybe_applied(true).detail("sandbox-id", target.external_id.as_str());
    if sandbox.is_broken() {
        terminate::terminate(call, &target).map_err(exists)?;
        return Ok(Adopted::Removed(sandbox.error_reason.clone()));
    }
    protection::carried(&call.pool.protection, &sandbox)?;
    let expiry = new_expiry(call, session, &target, dialect, &sandbox).map_err(|failed| exists(failed.error))?;
    let expiry = expiry.as_deref().map(|expiry| (EXPIRY, expiry));
    keep_alive::unmark(call, &target, dialect, &sandbox, expiry).map_err(|failed| exists(failed.error))?;
    let (status, phase) = state::assess(dialect, sandbox.known_state(), sandbox.desired_state.as_deref());
    if status == Status::Terminated && phase != Phase::Unknown {
        lifecycle::drive(call, &target, Change::Start).map_err(exists)?;
    }
    Ok(Adopted::Taken(call.handle(dialect, &sandbox)))
}

/// The value of the expiry's label where the old one has passed: a new provision is a new wish.
///
/// By a `Date` that is ahead, a deadline that has not passed yet would be moved. So where it seems to have passed, the label
/// is moved by a second, and the sandbox then shows by the server's own clock when that was written.
fn new_expiry<T: Transport>(
    call: &Call<'_, T>,
    session: &Session<'_>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
) -> Result<Option<String>, Rejection> {
    let Some((created, end)) = sandbox.created_at.zip(expiry::of(sandbox)) else { return Ok(None) };
    let seconds_until = |moment: Moment| u64::try_from(moment.since(created)).unwrap_or_default();
    let date = call.client.server_time();
    let Some(by_date) = date.and(expiry::now(date, sandbox)).filter(|now| *now >= end) else { return Ok(None) };
    let probe = expiry::label(seconds_until(end).saturating_add(1));
    relabel(call, target, dialect, sandbox, &[], &[(EXPIRY, &probe)])?;
    let moved = reread(call, target, dialect)?.filter(|seen| seen.label(EXPIRY) == Some(&probe));
    let now =
        moved.and_then(|seen| seen.updated_at()).filter(|at| expiry::is_later_write(sandbox, *at)).unwrap_or(by_date);
    Ok((now >= end).then(|| expiry::label(seconds_until(now).saturating_add(session.lifetime_sec))))
}

/// The session has a sandbox that was made for something else.
fn conflict(new: &NewSandbox<'_>, sandbox: &Sandbox) -> Error {
    let differs = differences(new, sandbox).join(", ");
    let in_what = if differs.is_empty() { "something that the server does not show" } else { &differs };
    let message = format!("The session has a sandbox already, {}, that differs in {in_what}.", sandbox.id);
    Error::new(ErrorCode::Conflict, message)
        .maybe_applied(true)
        .rule("session-differs")
        .detail("sandbox-id", sandbox.id.as_str())
        .detail("differs", &differs)
        .remedy("Provision it as it was first provisioned, use another session id, or terminate the sandbox that locate finds.")
}

/// In what a sandbox differs from what would be created, as far as the reply shows it.
fn differences(new: &NewSandbox<'_>, sandbox: &Sandbox) -> Vec<&'static str> {
    let made = sandbox.made_of();
    let mut differs = Vec::new();
    let mut compare = |what, same: bool| {
        if !same {
            differs.push(what);
        }
    };
    if let (Source::Image { .. }, Some(theirs)) = (new.source, made.dockerfile.as_deref()) {
        let ours = new.dockerfile().unwrap_or_default();
        let (our_image, our_command) = ours.split_once('\n').unwrap_or((&ours, ""));
        let (their_image, their_command) = theirs.split_once('\n').unwrap_or((theirs, ""));
        compare("image", our_image == their_image);
        compare("command", our_command.trim_ascii_end() == their_command.trim_ascii_end());
    }
    for (what, ours, theirs) in [
        ("vcpu", new.cpu, made.cpu),
        ("memory", new.memory_gib, made.memory_gib),
        ("disk", new.disk_gib, made.disk_gib),
    ] {
        compare(what, ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs));
    }
    compare("region", new.target.zip(made.target.as_deref()).is_none_or(|(ours, theirs)| ours == theirs));
    if let Some(theirs) = &made.env_names {
        let ours = |name: &String| new.env.iter().any(|(ours, _)| ours == name);
        let all = theirs.iter().all(ours) && new.env.iter().all(|(name, _)| theirs.contains(name));
        compare("env", all);
    }
    differs
}
