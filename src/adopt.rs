//! Taking a sandbox that a session has already: what an earlier call left, or another host was faster to create.

use crate::context::{Call, Target};
use crate::contract::{Error, ErrorCode, Handle, Phase, Spec, Status};
use crate::daytona::{Change, Dialect, NewSandbox, Sandbox, Source};
use crate::http::Transport;
use crate::identity::{self, DEADLINE, DIGEST, DIGEST_VERSION};
use crate::prelude::*;
use crate::status::assess;
use crate::text;
use crate::{deadline, handle, keep_alive, lifecycle, locate, terminate};

/// What became of a sandbox that was found.
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
    spec: &Spec,
    new: &NewSandbox<'_>,
    dialect: Dialect,
    sandbox: Box<Sandbox>,
) -> Result<Adopted, Error> {
    // A digest of another version cannot be compared; a newer provider does not make a session foreign.
    let comparable = sandbox.label(DIGEST).filter(|digest| digest.starts_with(DIGEST_VERSION));
    if comparable.is_some_and(|digest| digest != identity::digest(spec)) {
        return Err(conflict(new, &sandbox));
    }
    let target = Target::of(call, dialect, &sandbox)?;
    let exists = |error: Error| error.maybe_applied(true).detail("sandbox-id", target.external_id.as_str());
    if sandbox.is_broken() {
        terminate::terminate(call, &target).map_err(exists)?;
        return Ok(Adopted::Removed(sandbox.error_reason.clone()));
    }
    let deadline = new_deadline(call, new, &sandbox);
    let deadline = deadline.as_deref().map(|deadline| (DEADLINE, deadline));
    keep_alive::renew(call, &target, dialect, &sandbox, deadline).map_err(|failed| exists(failed.error))?;
    let (status, phase) = assess(dialect, sandbox.known_state(), sandbox.desired_state.as_deref());
    if status == Status::Terminated && phase != Phase::Unknown {
        lifecycle::drive(call, &target, Change::Start).map_err(exists)?;
    }
    Ok(Adopted::Taken(handle::of(call, dialect, &sandbox)))
}

/// The value of the deadline's label where the old one has passed: a new provision is a new wish.
fn new_deadline<T: Transport>(call: &Call<'_, T>, new: &NewSandbox<'_>, sandbox: &Sandbox) -> Option<String> {
    let now = call.client.server_time().filter(|now| deadline::of(sandbox).is_some_and(|deadline| *now >= deadline))?;
    let lived = u64::try_from(now.since(sandbox.created_at?)).ok()?;
    Some(deadline::label(lived.saturating_add(new.lifetime_sec)))
}

/// The handle of a sandbox that was just created, unless the server ignored its name and the session turns out to have an
/// elder one: then the new one is deleted, and that one taken.
pub fn unrivalled<T: Transport>(
    call: &Call<'_, T>,
    spec: &Spec,
    new: &NewSandbox<'_>,
    dialect: Dialect,
    created: Box<Sandbox>,
) -> Result<Adopted, Error> {
    let named = dialect == Dialect::Sandbox && created.name.as_deref().is_none_or(|given| given == new.name);
    if !named {
        // It is created; failing to see others does not change that.
        let elder = locate::by_labels(call, dialect, &spec.session_id).ok().flatten();
        if let Some(elder) = elder.filter(|elder| elder.id != created.id) {
            let target = Target::of(call, dialect, &created)?;
            terminate::terminate(call, &target)
                .map_err(|error| error.maybe_applied(true).detail("sandbox-id", target.external_id.as_str()))?;
            return adopt(call, spec, new, dialect, elder);
        }
    }
    Ok(Adopted::Taken(handle::of(call, dialect, &created)))
}

/// The session has a sandbox that was made for something else.
fn conflict(new: &NewSandbox<'_>, sandbox: &Sandbox) -> Error {
    let differs = text::join(&differences(new, sandbox), ", ");
    let in_what = if differs.is_empty() { "something that the server does not show" } else { &differs };
    let message = text::fill("The session has a sandbox already, {}, that differs in {}.", &[&sandbox.id, in_what]);
    Error::new(ErrorCode::Conflict, message)
        .maybe_applied(true)
        .rule("session-differs")
        .detail("sandbox-id", sandbox.id.as_str())
        .detail("differs", &differs)
        .remedy("Provision it as it was first provisioned, use another session id, or terminate the sandbox that locate finds.")
}

/// In what a sandbox differs from what would be created, as far as the reply shows it.
fn differences(new: &NewSandbox<'_>, sandbox: &Sandbox) -> Vec<&'static str> {
    let made = &sandbox.made_of;
    let mut differs = Vec::new();
    let mut compare = |what, same: bool| {
        if !same {
            differs.push(what);
        }
    };
    if let (Source::Image { .. }, Some(theirs)) = (new.source, &made.dockerfile) {
        let ours = new.dockerfile().unwrap_or_default();
        let (our_image, our_command) = text::head(&ours, "\n");
        let (their_image, their_command) = text::head(theirs, "\n");
        compare("image", our_image == their_image);
        compare("command", our_command.map(str::trim_ascii_end) == their_command.map(str::trim_ascii_end));
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

/// The name belongs to somebody else's sandbox, which is not touched.
pub fn name_taken(name: &str) -> Error {
    Error::new(
        ErrorCode::Conflict,
        text::fill("The name {} is taken by a sandbox that this provider did not make for the session.", &[name]),
    )
    .rule("name-taken-by-another")
    .detail("sandbox-name", name)
    .remedy("Rename or delete that sandbox, or use another session id.")
}

/// The sandbox failed, was deleted, was created anew, and failed again.
pub fn failed_again(reason: Option<String>) -> Error {
    let reason = reason.unwrap_or_else(|| "Daytona gave no reason".to_owned());
    Error::new(ErrorCode::Unavailable, text::fill("Daytona could not start the sandbox: {}.", &[&reason]))
        .rule("start-failed")
        .detail("reason", &reason)
        .remedy("Nothing is left of it. Check image and command, then provision again.")
}

/// A create went wrong, and so did the look-up after it.
pub fn in_doubt(error: Error, unseen: &Error, name: &str) -> Error {
    // Where the server was never reached, this call did nothing, and a platform may go elsewhere.
    let doubtful = error.maybe_applied || (error.http_status.is_some() && unseen.retryable);
    let error = error.maybe_applied(doubtful).detail("look-up", unseen.get("rule").unwrap_or_default());
    if doubtful { error.detail("sandbox-name", name) } else { error }
}
