//! Creating a session's sandbox.

use crate::context::Call;
use crate::contract::{Error, ErrorCode, Handle, Spec};
use crate::daytona::{Dialect, NewSandbox, Reaction, Rejection, Sandbox, Source};
use crate::http::Transport;
use crate::lookup::in_served_dialect;
use crate::pool::{self, Pool};
use crate::prelude::*;
use crate::spec_check;
use crate::{handle, identity};

/// Minutes of idleness until a sandbox is stopped, when the session does not say.
const DEFAULT_AUTO_STOP: u32 = 30;

/// Longest session in seconds when nobody says: seven days.
const DEFAULT_LIFETIME_SEC: u64 = 7 * 24 * 60 * 60;

const MIB_PER_GIB: u32 = 1024;
const SECONDS_PER_MINUTE: u32 = 60;

/// Creates the sandbox. One request in the good case.
pub fn provision<T: Transport>(call: &Call<'_, T>, spec: &Spec) -> Result<Handle, Error> {
    spec_check::check(spec, &call.pool, call.client.secret())?;
    let name = identity::name(&call.pool_id, &spec.session_id);
    let default_command = pool::DEFAULT_COMMAND.map(str::to_owned);
    let mut new = plan(call, spec, &name, &default_command);
    let created = match create(call, &new) {
        Err(refused) => match room_for_default_disk(&refused, spec, &call.pool) {
            Some(maximum) => {
                new.disk_gib = Some(maximum);
                create(call, &new)
            }
            None => Err(refused),
        },
        created => created,
    };
    match created {
        Ok((dialect, sandbox)) => Ok(handle::of(call, dialect, sandbox)),
        Err(refused) => Err(explain(refused, spec, &name)),
    }
}

/// What is sent: the spec's values before the pool's, the pool's before the defaults.
fn plan<'a, T: Transport>(
    call: &'a Call<'_, T>,
    spec: &'a Spec,
    name: &'a str,
    default_command: &'a [String],
) -> NewSandbox<'a> {
    let pool = &call.pool;
    let source = match &pool.snapshot {
        Some(snapshot) => Source::Snapshot(snapshot),
        None => Source::Image {
            image: spec.image.as_deref().or(pool.image.as_deref()).unwrap_or(pool::DEFAULT_IMAGE),
            command: spec.command.as_deref().or(pool.command.as_deref()).unwrap_or(default_command),
        },
    };
    let sizes = &spec.resources;
    let lifetime_minutes = spec.max_duration_sec.map(minutes).or(pool.max_lifetime_minutes);
    NewSandbox {
        name,
        source,
        user: &pool.user,
        env: &spec.env,
        labels: labels(call, spec),
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

/// The pool's labels, the spec's over them, and ours over all.
fn labels<T: Transport>(call: &Call<'_, T>, spec: &Spec) -> Vec<(String, String)> {
    let lifetime_sec = match (spec.max_duration_sec, call.pool.max_lifetime_minutes) {
        (Some(seconds), _) => u64::from(seconds),
        (None, Some(minutes)) => u64::from(minutes) * u64::from(SECONDS_PER_MINUTE),
        (None, None) => DEFAULT_LIFETIME_SEC,
    };
    let ours = [
        (identity::MANAGED_BY, Some(identity::MANAGER.to_owned())),
        (identity::POOL, Some(call.pool_id.clone())),
        (identity::ORGANIZATION, call.tenant.clone()),
        (identity::SESSION, Some(spec.session_id.clone())),
        (identity::PROVIDER_VERSION, Some(env!("CARGO_PKG_VERSION").to_owned())),
        (identity::DEADLINE, Some(["created+", &lifetime_sec.to_string(), "s"].concat())),
        (identity::DIGEST, Some(identity::digest(spec))),
    ];
    let ours = ours.into_iter().filter_map(|(key, value)| value.map(|value| (key.to_owned(), value)));
    call.pool.labels.iter().chain(&spec.labels).cloned().chain(ours).collect()
}

fn create<T: Transport>(call: &Call<'_, T>, new: &NewSandbox<'_>) -> Result<(Dialect, Sandbox), Rejection> {
    let only = |dialect| call.client.create(dialect, new).map(|sandbox| (dialect, sandbox));
    match call.pool.dialect {
        pool::Dialect::Auto => in_served_dialect(call, Dialect::Sandbox, |client, dialect| client.create(dialect, new)),
        pool::Dialect::Sandbox => only(Dialect::Sandbox),
        pool::Dialect::Workspace => only(Dialect::Workspace),
    }
}

/// The largest disk that is allowed, when the refused one was nobody's wish but the default.
fn room_for_default_disk(refused: &Rejection, spec: &Spec, pool: &Pool) -> Option<u32> {
    match refused.reaction {
        Reaction::DiskOver(maximum) if spec.resources.disk_mb.is_none() && pool.disk_gb.is_none() => Some(maximum),
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
        error.message.push_str(" A sandbox named ");
        error.message.push_str(name);
        error.message.push_str(" may exist: call locate before the session is provisioned elsewhere.");
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
