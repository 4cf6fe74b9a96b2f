//! Creating a session's sandbox.

use crate::adopt::{self, Adopted};
use crate::context::Call;
use crate::contract::{Error, ErrorCode, Handle, Spec};
use crate::daytona::{Dialect, NewSandbox, Reaction, Rejection, Sandbox, Source};
use crate::http::Transport;
use crate::locate::{self, Found};
use crate::lookup::in_chosen_dialect;
use crate::pairs;
use crate::pool::{self, Pool};
use crate::prelude::*;
use crate::spec_check;
use crate::text;
use crate::{deadline, identity};

/// Minutes of idleness until a sandbox is stopped, when the session does not say.
const DEFAULT_AUTO_STOP: u32 = 30;

/// Part of the deadline, and the longest time in milliseconds, that a create leaves for the look-up after it.
const SPARE_PART: u32 = 5;
const MAX_SPARE_MS: u64 = 5_000;

/// Most creates of one call. Each follows the proof that the one before it left nothing.
const MAX_CREATES: u32 = 4;

const MIB_PER_GIB: u32 = 1024;
const SECONDS_PER_MINUTE: u32 = 60;

/// Creates the sandbox of a session, or takes the one that it has already. One request in the good case.
///
/// No answer to a create but a clear success says whether there is a sandbox: a timeout may hide one, and a refusal may
/// come from a check that the server makes before it sees that the name is taken. So the session is looked up after each of
/// them, and only what is proven not to be there is created again, under the same name.
pub fn provision<T: Transport>(call: &Call<'_, T>, spec: &Spec) -> Result<Handle, Error> {
    spec_check::check(spec, &call.pool, call.client.secret())?;
    let name = identity::name(&call.pool_id, &spec.session_id);
    let default_command;
    let command = match spec.command.as_ref().or(call.pool.command.as_ref()) {
        Some(command) => command.as_slice(),
        None => {
            default_command = pool::DEFAULT_COMMAND.map(str::to_owned);
            &default_command
        }
    };
    let lifetime_sec = lifetime_sec(spec, &call.pool);
    let (deadline, digest) = (deadline::label(lifetime_sec), identity::digest(spec));
    let labels = labels(call, spec, &deadline, &digest);
    let mut new = plan(spec, &call.pool, &name, command, labels, lifetime_sec);
    let spare_ms = u64::from(call.deadline_ms / SPARE_PART).min(MAX_SPARE_MS);
    let mut creates = 0;
    let mut made_anew = false;
    // A create that was never answered may still be applied when a later one is refused.
    let mut doubtful = false;
    loop {
        creates += 1;
        let mut refused = match create(call, spec, &new, spare_ms) {
            Ok(created) => {
                let adopted = match created {
                    Created::New(dialect, sandbox) => adopt::unrivalled(call, spec, &new, dialect, sandbox),
                    Created::There(dialect, sandbox) => adopt::adopt(call, spec, &new, dialect, sandbox),
                };
                match adopted? {
                    Adopted::Taken(handle) => return Ok(handle),
                    Adopted::Removed(reason) if made_anew => return Err(adopt::failed_again(reason)),
                    Adopted::Removed(_) => made_anew = true,
                }
                continue;
            }
            Err(refused) => refused,
        };
        if let Some(maximum) = room_for_default_disk(&refused, spec, &new, &call.pool) {
            new.disk_gib = Some(maximum);
            continue;
        }
        let ambiguous = refused.error.maybe_applied;
        doubtful |= ambiguous;
        refused.error.maybe_applied = doubtful;
        let failed_start = refused.reaction == Reaction::StartFailed;
        let mut error = explain(refused, spec, &name);
        if is_final(&error) {
            return Err(error);
        }
        match locate::find(call, &spec.session_id) {
            Ok((dialect, Found::Ours(sandbox))) => match adopt::adopt(call, spec, &new, dialect, sandbox) {
                Ok(Adopted::Taken(handle)) => return Ok(handle),
                // What this call created has failed, and would fail again.
                Ok(Adopted::Removed(_)) if failed_start => return Err(error.maybe_applied(false)),
                Ok(Adopted::Removed(reason)) if made_anew => return Err(adopt::failed_again(reason)),
                Ok(Adopted::Removed(_)) => (made_anew, doubtful) = (true, false),
                // Why it failed says more than why what is left of it could not be removed.
                Err(undeleted) if failed_start => {
                    error
                        .details
                        .extend(undeleted.get("sandbox-id").map(|id| ("sandbox-id".to_owned(), id.to_owned())));
                    return Err(error);
                }
                Err(other) => return Err(other),
            },
            Ok((_, Found::Foreign)) => return Err(adopt::name_taken(&name)),
            Ok((dialect, Found::Nothing)) => {
                // Without names, what was created late could not be told from what is created next.
                let again = ambiguous && call.client.can_name(dialect) && creates < MAX_CREATES;
                if !again || !call.client.pause(creates) {
                    return Err(error);
                }
            }
            Err(unseen) => return Err(adopt::in_doubt(error, &unseen.error, &name)),
        }
    }
}

/// Whether a look-up can tell nothing: the key is refused, and a second request could lock the address out, or there is
/// no such API.
fn is_final(error: &Error) -> bool {
    error.code == ErrorCode::Unauthenticated
        || matches!(error.get("rule"), Some("no-daytona-route" | "no-such-route" | "not-daytona" | "redirect"))
}

/// What is sent: the spec's values before the pool's, the pool's before the defaults.
fn plan<'a>(
    spec: &'a Spec,
    pool: &'a Pool,
    name: &'a str,
    command: &'a [String],
    labels: Vec<(&'a str, &'a str)>,
    lifetime_sec: u64,
) -> NewSandbox<'a> {
    let source = match &pool.snapshot {
        Some(snapshot) => Source::Snapshot(snapshot),
        None => Source::Image {
            image: spec.image.as_deref().or(pool.image.as_deref()).unwrap_or(pool::DEFAULT_IMAGE),
            command,
        },
    };
    let sizes = &spec.resources;
    let lifetime_minutes = spec.max_duration_sec.map(minutes).or(pool.max_lifetime_minutes);
    NewSandbox {
        name,
        source,
        user: &pool.user,
        env: &spec.env,
        labels,
        lifetime_sec,
        cpu: sizes.vcpu.or(pool.cpu),
        memory_gib: sizes.memory_mb.map(gib).or(pool.memory_gb),
        disk_gib: Some(sizes.disk_mb.map(gib).or(pool.disk_gb).unwrap_or(pool::DEFAULT_DISK_GB)),
        target: spec.region.as_deref().or(pool.target.as_deref()),
        auto_stop_minutes: sizes.timeout_sec.map_or(DEFAULT_AUTO_STOP, minutes).max(1),
        auto_archive_minutes: pool.auto_archive_minutes,
        auto_delete_minutes: pool.auto_delete_minutes,
        ttl_minutes: lifetime_minutes,
    }
}

/// Seconds that a session may last.
fn lifetime_sec(spec: &Spec, pool: &Pool) -> u64 {
    match (spec.max_duration_sec, pool.max_lifetime_minutes) {
        (Some(seconds), _) => u64::from(seconds),
        (None, Some(minutes)) => u64::from(minutes) * u64::from(SECONDS_PER_MINUTE),
        (None, None) => deadline::DEFAULT_LIFETIME_SEC,
    }
}

/// The pool's labels, the spec's over them, and ours over all.
fn labels<'a, T: Transport>(
    call: &'a Call<'_, T>,
    spec: &'a Spec,
    deadline: &'a str,
    digest: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut labels = Vec::new();
    pairs::lend(&call.pool.labels, &mut labels);
    pairs::lend(&spec.labels, &mut labels);
    let mut label = |key, value| labels.push((key, value));
    label(identity::MANAGED_BY, identity::MANAGER);
    label(identity::POOL, &call.pool_id);
    if let Some(tenant) = &call.tenant {
        label(identity::ORGANIZATION, tenant);
    }
    label(identity::SESSION, &spec.session_id);
    label(identity::PROVIDER_VERSION, env!("CARGO_PKG_VERSION"));
    label(identity::DEADLINE, deadline);
    label(identity::DIGEST, digest);
    labels
}

/// What came of a create.
enum Created {
    /// A sandbox that was not there before.
    New(Dialect, Box<Sandbox>),
    /// Nothing: the session had one already.
    There(Dialect, Box<Sandbox>),
}

fn create<T: Transport>(
    call: &Call<'_, T>,
    spec: &Spec,
    new: &NewSandbox<'_>,
    spare_ms: u64,
) -> Result<Created, Rejection> {
    in_chosen_dialect(call, |dialect| {
        // `/workspace` has no names, so nothing but a look keeps a session from getting a second one.
        if dialect == Dialect::Workspace
            && let Some(there) = locate::by_labels(call, dialect, &spec.session_id)?
        {
            return Ok(Created::There(dialect, there));
        }
        call.client.create(dialect, new, spare_ms).map(|sandbox| Created::New(dialect, sandbox))
    })
    .map(|(_, created)| created)
}

/// The largest disk that is allowed, when the refused one was nobody's wish but the default.
fn room_for_default_disk(refused: &Rejection, spec: &Spec, new: &NewSandbox<'_>, pool: &Pool) -> Option<u32> {
    match refused.reaction {
        Reaction::DiskOver(maximum)
            if spec.resources.disk_mb.is_none() && pool.disk_gb.is_none() && new.disk_gib > Some(maximum) =>
        {
            Some(maximum)
        }
        _ => None,
    }
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
        let says = "{} A sandbox named {} may exist: call locate before the session is provisioned elsewhere.";
        error.message = text::fill(says, &[&error.message, name]);
    }
    error
}

/// Whole GiB, rounded up.
fn gib(mib: u32) -> u32 {
    mib.div_ceil(MIB_PER_GIB)
}

/// Whole minutes, rounded up.
fn minutes(seconds: u32) -> u32 {
    seconds.div_ceil(SECONDS_PER_MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_stop_is_the_timeout_in_minutes_rounded_up() {
        for (seconds, expected) in [(1, 1), (59, 1), (60, 1), (61, 2), (1800, 30), (3600, 60), (u32::MAX, 71_582_789)] {
            assert_eq!(minutes(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn sizes_are_rounded_up_to_whole_gib() {
        for (mib, expected) in [(1, 1), (1024, 1), (1025, 2), (10_240, 10), (u32::MAX, 4_194_304)] {
            assert_eq!(gib(mib), expected, "{mib}");
        }
    }
}
