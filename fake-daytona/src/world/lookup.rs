//! Look-ups of sandboxes by name, which the server caches, so that they can be wrong for a while.
//!
//! Recorded on 0.190 and 0.179 in twenty scenarios. Two answers are cached for ten seconds each: which sandbox has a name,
//! which no event invalidates; and that a name was not found, which a change of the sandbox that has the name now
//! invalidates. So a sandbox that takes over a name can be reported as missing for up to twenty seconds, while a create
//! under that name is refused, a look-up by id finds it and the list shows it.

use std::collections::HashMap;
use std::time::Duration;

use super::state::{Desired, State};
use super::{Key, World};
use crate::clock::Timestamp;
use crate::refusal::Refusal;

/// How long the answer of a look-up is cached.
const CACHE_TIME: Duration = Duration::from_secs(10);

/// How long after a name was last found a vain look-up of it is cached as well.
const MISS_CACHE_WINDOW: Duration = Duration::from_secs(60);

/// The cached answers of look-ups.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Nothing is cached: every look-up shows the current rows.
    pub(crate) fresh: bool,
    names: HashMap<String, CachedName>,
    rows: HashMap<Key, CachedRow>,
}

#[derive(Clone, Copy, Debug)]
struct CachedName {
    /// Which sandbox has the name, if any.
    owner: Option<Key>,
    owner_until: Timestamp,
    denied_until: Timestamp,
    misses_cached_until: Timestamp,
}

/// A row as an operation of `/workspace` sees it.
#[derive(Clone, Debug)]
struct CachedRow {
    state: State,
    desired: Desired,
    until: Timestamp,
}

impl Lookups {
    /// A sandbox of this name has changed.
    pub(super) fn changed(&mut self, name: &str, at: Timestamp) {
        if let Some(entry) = self.names.get_mut(name) {
            entry.denied_until = entry.denied_until.min(at);
        }
    }
}

impl World {
    /// A row that `/sandbox` still knows, by id or by name, as the server's cache of look-ups shows it.
    pub(crate) fn look_up(&mut self, id_or_name: &str, now: Timestamp) -> Result<Key, Refusal> {
        let found = self.live(id_or_name).ok();
        if self.lookups.fresh || !self.generation.has_names() || self.find_by_id(id_or_name).is_some() {
            return found.ok_or_else(|| self.unknown(id_or_name));
        }
        let cached = self.lookups.cached_owner(id_or_name, found, now);
        cached.ok_or_else(|| self.unknown(id_or_name))
    }

    /// The state and the desired state that an operation of `/workspace` sees: those of up to ten seconds ago.
    pub(crate) fn seen_by_operation(&mut self, key: Key, now: Timestamp) -> (State, Desired) {
        let row = &self.sandboxes[key];
        let fresh = CachedRow { state: row.state.clone(), desired: row.desired, until: now + CACHE_TIME };
        if self.lookups.fresh || !self.generation.has_stale_operations() {
            return (fresh.state, fresh.desired);
        }
        let entry = self.lookups.rows.entry(key).or_insert_with(|| fresh.clone());
        if entry.until <= now {
            *entry = fresh;
        }
        (entry.state.clone(), entry.desired)
    }
}

impl Lookups {
    /// The owner of a name as the cache shows it. `found` is the row that has the name now.
    fn cached_owner(&mut self, name: &str, found: Option<Key>, now: Timestamp) -> Option<Key> {
        let Some(entry) = self.names.get_mut(name) else {
            let owner = found?;
            let entry = CachedName {
                owner: Some(owner),
                owner_until: now + CACHE_TIME,
                denied_until: now,
                misses_cached_until: now + MISS_CACHE_WINDOW,
            };
            self.names.insert(name.to_owned(), entry);
            return Some(owner);
        };
        if now < entry.denied_until {
            return None;
        }
        if now >= entry.owner_until {
            if found.is_none() && now >= entry.misses_cached_until {
                return None;
            }
            (entry.owner, entry.owner_until) = (found, now + CACHE_TIME);
        }
        let owner = entry.owner?;
        if found == Some(owner) {
            entry.misses_cached_until = now + MISS_CACHE_WINDOW;
            return Some(owner);
        }
        entry.denied_until = now + CACHE_TIME;
        None
    }
}
