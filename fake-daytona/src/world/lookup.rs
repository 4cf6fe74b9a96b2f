//! Look-ups of sandboxes by name, which the server keeps for a while and can be wrong about.
//!
//! Recorded on 0.190 and 0.179 in twenty scenarios. Two things are kept for ten seconds each: which sandbox has a name,
//! which nothing resets; and that there was nothing to be found, which a change of the sandbox that has the name now
//! drops. So a sandbox that takes a name over can be denied for up to twenty seconds, while a create under that name is
//! refused, a look-up by id finds it and the list has it.

use std::collections::HashMap;
use std::time::Duration;

use super::state::{Desired, State};
use super::{Key, World};
use crate::clock::Timestamp;
use crate::refusal::Refusal;

/// How long the answer of a look-up is kept.
const KEPT: Duration = Duration::from_secs(10);

/// How long a name that was found may be asked for without its owner being looked up again; only then a vain look-up is
/// kept as well.
const KNOWN: Duration = Duration::from_secs(60);

/// What is kept of look-ups.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Nothing is kept: every look-up tells the truth.
    pub(crate) fresh: bool,
    names: HashMap<String, Kept>,
    rows: HashMap<Key, OldRow>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    /// Which sandbox has the name, if any.
    owner: Option<Key>,
    owner_until: Timestamp,
    denied_until: Timestamp,
    known_until: Timestamp,
}

/// A row as an operation of `/workspace` sees it.
#[derive(Clone, Debug)]
struct OldRow {
    state: State,
    desired: Desired,
    until: Timestamp,
}

impl Lookups {
    /// A sandbox of this name has changed.
    pub(super) fn changed(&mut self, name: &str, at: Timestamp) {
        if let Some(kept) = self.names.get_mut(name) {
            kept.denied_until = kept.denied_until.min(at);
        }
    }
}

impl World {
    /// A row that `/sandbox` still knows, by id or by name, as the server's kept look-ups have it.
    pub(crate) fn look_up(&mut self, id_or_name: &str, now: Timestamp) -> Result<Key, Refusal> {
        let found = self.live(id_or_name).ok();
        if self.lookups.fresh || !self.generation.has_names() || self.find_by_id(id_or_name).is_some() {
            return found.ok_or_else(|| self.unknown(id_or_name));
        }
        let told = self.lookups.ask(id_or_name, found, now);
        told.ok_or_else(|| self.unknown(id_or_name))
    }

    /// The state and the wish that an operation of `/workspace` sees: those of up to ten seconds ago.
    pub(crate) fn seen_by_operation(&mut self, key: Key, now: Timestamp) -> (State, Desired) {
        let row = &self.sandboxes[key];
        let fresh = OldRow { state: row.state.clone(), desired: row.desired, until: now + KEPT };
        if self.lookups.fresh || !self.generation.has_stale_operations() {
            return (fresh.state, fresh.desired);
        }
        let kept = self.lookups.rows.entry(key).or_insert_with(|| fresh.clone());
        if kept.until <= now {
            *kept = fresh;
        }
        (kept.state.clone(), kept.desired)
    }
}

impl Lookups {
    /// What a look-up of a name is told, when the truth is `found`.
    fn ask(&mut self, name: &str, found: Option<Key>, now: Timestamp) -> Option<Key> {
        let Some(kept) = self.names.get_mut(name) else {
            let owner = found?;
            let kept =
                Kept { owner: Some(owner), owner_until: now + KEPT, denied_until: now, known_until: now + KNOWN };
            self.names.insert(name.to_owned(), kept);
            return Some(owner);
        };
        if now < kept.denied_until {
            return None;
        }
        if now >= kept.owner_until {
            if found.is_none() && now >= kept.known_until {
                return None;
            }
            (kept.owner, kept.owner_until) = (found, now + KEPT);
        }
        let owner = kept.owner?;
        if found == Some(owner) {
            kept.known_until = now + KNOWN;
            return Some(owner);
        }
        kept.denied_until = now + KEPT;
        None
    }
}
