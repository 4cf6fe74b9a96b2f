//! What is created: the spec's values before the pool's, the pool's before the defaults.
#![forbid(unsafe_code)]

use crate::contract::Spec;
use crate::daytona::{Dialect, NewSandbox, Source};
use crate::pairs;
use crate::pool::{self, Pool};
use crate::sandbox::expiry;
use crate::sandbox::name::SNAPSHOT;

/// Minutes of idleness until a sandbox is stopped, when the session does not say.
const DEFAULT_AUTO_STOP: u32 = 30;

/// Minutes from stopped to archived when nobody says otherwise: an idle sandbox shall cost its storage only.
const DEFAULT_AUTO_ARCHIVE: u32 = 1;

/// Minutes between deletion and archiving where only a deletion is asked for: Daytona deletes stopped sandboxes only, never
/// archived ones, and both clocks start at the stop.
const ARCHIVE_AFTER_DELETION: u32 = 60;

const MIB_PER_GIB: u32 = 1024;
const SECONDS_PER_MINUTE: u32 = 60;

/// The command of the session.
pub fn command(spec: &Spec, pool: &Pool) -> Vec<String> {
    match spec.command.as_ref().or(pool.command.as_ref()) {
        Some(command) => command.clone(),
        None => pool::DEFAULT_COMMAND.map(str::to_owned).to_vec(),
    }
}

/// The snapshot that the session begins from: the spec's own, else the pool's.
pub fn snapshot<'a>(spec: &'a Spec, pool: &'a Pool) -> Option<&'a str> {
    pairs::get(&spec.extensions, SNAPSHOT).or(pool.snapshot.as_deref())
}

/// The sandbox of a session.
pub fn sandbox<'a>(
    spec: &'a Spec,
    pool: &'a Pool,
    name: &'a str,
    command: &'a [String],
    labels: Vec<(&'a str, &'a str)>,
) -> NewSandbox<'a> {
    let source = match snapshot(spec, pool) {
        Some(snapshot) => Source::Snapshot(snapshot),
        None => Source::Image {
            image: spec.image.as_deref().or(pool.image.as_deref()).unwrap_or(pool::DEFAULT_IMAGE),
            command,
        },
    };
    let sizes = &spec.resources;
    NewSandbox {
        name,
        source,
        user: &pool.user,
        env: &spec.env,
        labels,
        cpu: sizes.vcpu.or(pool.cpu),
        memory_gib: sizes.memory_mb.map(gib).or(pool.memory_gb),
        disk_gib: Some(sizes.disk_mb.map(gib).or(pool.disk_gb).unwrap_or(pool::DEFAULT_DISK_GB)),
        target: spec.region.as_deref().or(pool.target.as_deref()),
        auto_stop_minutes: sizes.timeout_sec.map_or(DEFAULT_AUTO_STOP, minutes).max(1),
        auto_archive_minutes: pool.auto_archive_minutes,
        auto_delete_minutes: pool.auto_delete_minutes,
        secrets: &pool.protection.secrets,
        networks: pool.protection.networks.as_deref(),
        domains: pool.protection.domains.as_deref(),
        ttl_minutes: spec.max_duration_sec.map(minutes).or(pool.max_lifetime_minutes),
    }
}

/// The sandbox as it is asked for in a dialect. The provider description, which dialect `workspace` follows to the letter,
/// names no time from stopped to archived. Where a deletion is asked for, archiving may not come before it.
pub fn in_dialect<'a>(new: &NewSandbox<'a>, dialect: Dialect) -> NewSandbox<'a> {
    let default = match (new.auto_delete_minutes, dialect) {
        (Some(minutes), _) => Some(minutes.saturating_add(ARCHIVE_AFTER_DELETION).min(pool::MAX_AUTO_ARCHIVE)),
        (None, Dialect::Sandbox) => Some(DEFAULT_AUTO_ARCHIVE),
        (None, Dialect::Workspace) => None,
    };
    NewSandbox { auto_archive_minutes: new.auto_archive_minutes.or(default), ..new.clone() }
}

/// Seconds that a session may last.
pub fn lifetime_sec(spec: &Spec, pool: &Pool) -> u64 {
    match (spec.max_duration_sec, pool.max_lifetime_minutes) {
        (Some(seconds), _) => u64::from(seconds),
        (None, Some(minutes)) => u64::from(minutes) * u64::from(SECONDS_PER_MINUTE),
        (None, None) => expiry::DEFAULT_LIFETIME_SEC,
    }
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

    #[test]
    fn a_sandbox_that_shall_be_deleted_is_not_archived_before() {
        let sent = |config: &str, dialect| {
            let Ok(pool) = pool::load(config) else { panic!("{config}") };
            let spec = crate::sandbox::name::tests::spec("s");
            let new = sandbox(&spec, &pool, "name", &[], Vec::new());
            in_dialect(&new, dialect).auto_archive_minutes
        };
        for (config, today, workspace) in [
            ("", Some(1), None),
            (r#"{"autoDeleteMinutes":1}"#, Some(61), Some(61)),
            (r#"{"autoDeleteMinutes":43199}"#, Some(43_200), Some(43_200)),
            (r#"{"autoDeleteMinutes":2147483647}"#, Some(43_200), Some(43_200)),
            // What is written is sent; the wrong order is a finding.
            (r#"{"autoDeleteMinutes":10,"autoArchiveMinutes":2}"#, Some(2), Some(2)),
        ] {
            assert_eq!(
                (sent(config, Dialect::Sandbox), sent(config, Dialect::Workspace)),
                (today, workspace),
                "{config}"
            );
        }
    }
}
