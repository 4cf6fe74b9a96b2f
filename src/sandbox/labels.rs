//! The labels of a sandbox: the only memory that a stateless provider has.
//!
//! Their names are frozen: later versions find earlier ones' sandboxes by them.
#![forbid(unsafe_code)]

use crate::pairs;

/// All labels of ours begin so; nobody else's may.
pub const LABEL_PREFIX: &str = "rensei.dev/";

/// Says that this provider made it.
pub const MANAGED_BY: &str = "rensei.dev/managed-by";
/// The value of [`MANAGED_BY`].
pub const MANAGER: &str = "daytona-sandbox-provider";
/// The pool's id.
pub const POOL: &str = "rensei.dev/pool";
/// The platform's organization, where the platform names one.
pub const ORGANIZATION: &str = "rensei.dev/organization";
/// The session's id, unchanged.
pub const SESSION: &str = "rensei.dev/session";
/// The version of the provider that made it.
pub const PROVIDER_VERSION: &str = "rensei.dev/provider-version";
/// When the session ends: `created+<seconds>s`, counted from the server's own creation date, because a component has no
/// calendar.
pub const EXPIRY: &str = "rensei.dev/deadline";
/// `<exit code>@<last activity before the look that found it>`, once the launch command has been seen to have ended.
pub const AGENT_EXIT: &str = "rensei.dev/agent-exit";
/// Minutes of idleness that the session asked for, where `autoStopInterval` had to be raised for want of a better way to
/// keep it alive.
pub const IDLE_MINUTES: &str = "rensei.dev/idle-minutes";
/// The server's date at which the platform was first found not to know the session.
pub const ORPHAN_SINCE: &str = "rensei.dev/orphan-since";
/// That the sandbox was started again, and what was seen of its agent since: `new` until it has been looked at, then the exit
/// code that was there already, or `unseen`.
pub const STARTED_AGAIN: &str = "rensei.dev/started-again";
/// That something was launched in it, which counts as its agent.
pub const LAUNCHED: &str = "rensei.dev/launched";
/// The id of the sandbox that the session had already when this one was created for it, on a server that keeps no names.
/// Only a sandbox that could not be deleted at once carries it.
pub const DUPLICATE_OF: &str = "rensei.dev/duplicate-of";
/// What the spec asked for, see [`digest`](super::name::digest).
pub const DIGEST: &str = "rensei.dev/digest";

/// Which of the pool's keys that protect a session its create carried, with blanks between them; missing where none did.
pub const PROTECTION: &str = "rensei.dev/protection";

/// The labels after some are taken off and some are put on, in place of their old values; none where nothing changes.
pub fn changed<'a>(
    labels: &'a [(String, String)],
    without: &[&str],
    with: &[(&'a str, &'a str)],
) -> Option<Vec<(&'a str, &'a str)>> {
    let old: Vec<(&str, &str)> = pairs::borrowed(labels).collect();
    let stays = |name: &str| !without.contains(&name) && with.iter().all(|(put, _)| *put != name);
    let mut new: Vec<_> = old.iter().copied().filter(|(name, _)| stays(name)).collect();
    new.extend(with);
    (new != old).then_some(new)
}

/// What the labels of a new sandbox say of it.
pub struct Ownership<'a> {
    pub pool_id: &'a str,
    /// The platform's organization, where the platform named one.
    pub tenant: Option<&'a str>,
    pub session_id: &'a str,
    /// The value of [`EXPIRY`].
    pub expiry: &'a str,
    /// The value of [`DIGEST`].
    pub digest: &'a str,
    /// The value of [`PROTECTION`].
    pub protection: Option<&'a str>,
}

/// All labels of a new sandbox: the pool's own, the specification's over them, and ours over all.
pub fn of_new<'a>(
    pool: &'a [(String, String)],
    spec: &'a [(String, String)],
    ownership: &Ownership<'a>,
) -> Vec<(&'a str, &'a str)> {
    let ours = [
        (MANAGED_BY, Some(MANAGER)),
        (POOL, Some(ownership.pool_id)),
        (ORGANIZATION, ownership.tenant),
        (SESSION, Some(ownership.session_id)),
        (PROVIDER_VERSION, Some(env!("CARGO_PKG_VERSION"))),
        (EXPIRY, Some(ownership.expiry)),
        (DIGEST, Some(ownership.digest)),
        (PROTECTION, ownership.protection),
    ];
    let ours = ours.into_iter().filter_map(|(name, value)| Some((name, value?)));
    pairs::borrowed(pool).chain(pairs::borrowed(spec)).chain(ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_stay_as_they_are_are_not_sent() {
        let labels = [("team", "x"), (AGENT_EXIT, "0@x")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(changed(&labels, &[ORPHAN_SINCE], &[]), None);
        assert_eq!(changed(&labels, &[AGENT_EXIT], &[]), Some(vec![("team", "x")]));
        let marked = changed(&labels, &[], &[(ORPHAN_SINCE, "y")]);
        assert_eq!(marked, Some(vec![("team", "x"), (AGENT_EXIT, "0@x"), (ORPHAN_SINCE, "y")]));
        let renewed = changed(&labels, &[], &[("team", "y"), (IDLE_MINUTES, "5")]);
        assert_eq!(renewed, Some(vec![(AGENT_EXIT, "0@x"), ("team", "y"), (IDLE_MINUTES, "5")]));
    }
}
