//! The organization: its API keys and whether it may create anything.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Timestamp;

/// One API key.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    /// As the row has it: written in the background, a while after the use.
    pub(crate) last_used_at: Option<Timestamp>,
    /// The first use that is not written yet.
    pub(crate) used_at: Option<Timestamp>,
}

impl ApiKey {
    pub(crate) fn new(scopes: Vec<String>, created_at: Timestamp) -> Self {
        Self { name: "fake".to_owned(), scopes, created_at, expires_at: None, last_used_at: None, used_at: None }
    }
}

/// How long after a use it is written to the row of the key.
const LAST_USED_DELAY: Duration = Duration::from_secs(5);

/// How long the server caches a key, and for creates the state of an organization.
pub(crate) const CACHED: Duration = Duration::from_secs(10);

/// A suspension.
#[derive(Clone, Debug)]
pub(crate) struct Suspension {
    pub(crate) reason: Option<String>,
    pub(crate) since: Timestamp,
    pub(crate) until: Option<Timestamp>,
}

impl Suspension {
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// One organization.
#[derive(Debug, Default)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) keys: HashMap<String, ApiKey>,
    pub(crate) suspended: Option<Suspension>,
    /// Keys that were deleted or lost scopes, as they were, and until when they still work so.
    old_keys: HashMap<String, (ApiKey, Timestamp)>,
    /// The state of the organization that creates see, until then.
    pub(crate) seen_by_creates: Option<(Option<Suspension>, Timestamp)>,
}

impl Organization {
    /// Whether a key has a scope.
    pub(crate) fn may(&self, secret: &str, scope: &str, now: Timestamp) -> bool {
        self.key(secret, now).is_some_and(|key| key.scopes.iter().any(|has| has == scope))
    }

    /// The key when it is known and has not expired.
    pub(crate) fn key(&self, secret: &str, now: Timestamp) -> Option<&ApiKey> {
        let old = self.old_keys.get(secret).filter(|(_, until)| now < *until).map(|(key, _)| key);
        old.or_else(|| self.keys.get(secret)).filter(|key| key.expires_at.is_none_or(|end| now < end))
    }

    /// Whether the key is good; its use is noted.
    pub(crate) fn uses(&mut self, secret: &str, now: Timestamp) -> bool {
        if self.key(secret, now).is_none() {
            return false;
        }
        if let Some(key) = self.keys.get_mut(secret) {
            if let Some(used) = key.used_at.take_if(|used| *used + LAST_USED_DELAY <= now) {
                key.last_used_at = Some(used);
            }
            key.used_at.get_or_insert(now);
        }
        true
    }

    /// A key changes, or goes; it works as it was for as long as it is cached.
    pub(crate) fn change_late(&mut self, secret: &str, scopes: Option<Vec<String>>, now: Timestamp) -> bool {
        let Some(key) = self.keys.get(secret).cloned() else { return false };
        self.old_keys.insert(secret.to_owned(), (key, now + CACHED));
        match (scopes, self.keys.get_mut(secret)) {
            (Some(scopes), Some(key)) => key.scopes = scopes,
            _ => drop(self.keys.remove(secret)),
        }
        true
    }

    /// The suspension that is in force.
    pub(crate) fn suspension(&self, now: Timestamp) -> Option<&Suspension> {
        self.suspended.as_ref().filter(|suspension| suspension.holds(now))
    }

    /// The suspension as a create sees it.
    pub(crate) fn suspension_of_create(&mut self, now: Timestamp) -> Option<Suspension> {
        if let Some((seen, until)) = &self.seen_by_creates
            && now < *until
        {
            return seen.clone();
        }
        let seen = self.suspension(now).cloned();
        self.seen_by_creates = Some((seen.clone(), now + CACHED));
        seen
    }
}

/// Every scope that a key of a 0.190 server can have.
pub(crate) const ALL_SCOPES: [&str; 15] = [
    "write:registries",
    "delete:registries",
    "write:snapshots",
    "delete:snapshots",
    "write:sandboxes",
    "delete:sandboxes",
    "read:volumes",
    "write:volumes",
    "delete:volumes",
    "write:regions",
    "delete:regions",
    "read:runners",
    "write:runners",
    "delete:runners",
    "read:audit_logs",
];
