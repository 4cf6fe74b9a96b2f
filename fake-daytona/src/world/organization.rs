//! The organization: its API keys and whether it may create anything.

use std::collections::HashMap;

use crate::clock::Timestamp;

/// One API key.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// The one organization that a fake has.
#[derive(Debug, Default)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) keys: HashMap<String, ApiKey>,
    /// Suspended, with or without a reason.
    pub(crate) suspended: Option<Option<String>>,
}

impl Organization {
    /// Whether a key has a scope.
    pub(crate) fn may(&self, secret: &str, scope: &str) -> bool {
        self.keys.get(secret).is_some_and(|key| key.scopes.iter().any(|has| has == scope))
    }

    /// The key when it is known and has not expired.
    pub(crate) fn key(&mut self, secret: &str, now: Timestamp) -> Option<&mut ApiKey> {
        self.keys.get_mut(secret).filter(|key| key.expires_at.is_none_or(|end| now < end))
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
