//! Finding rows: by id, by name, by label, by activity, and as they were.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::sandbox::Sandbox;
use super::{Key, World, label_text};
use crate::clock::Timestamp;
use crate::refusal::Refusal;

impl World {
    pub(crate) fn sandbox(&self, key: Key) -> &Sandbox {
        &self.sandboxes[key]
    }

    pub(crate) fn sandboxes(&self) -> impl Iterator<Item = &Sandbox> {
        self.sandboxes.iter()
    }

    /// Sandboxes that lists may show, most recent activity first, those behind `before` only.
    pub(crate) fn by_recent_activity(&self, before: Option<(Timestamp, Key)>) -> impl Iterator<Item = &Sandbox> {
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_activity.range((Bound::Unbounded, end)).rev().map(|(_, key)| &self.sandboxes[*key])
    }

    /// Rows with all of these labels, oldest first; every row when there are none.
    pub(crate) fn labelled(
        &self,
        labels: &serde_json::Map<String, serde_json::Value>,
    ) -> Box<dyn Iterator<Item = Key> + '_> {
        let mut rarest: Option<&BTreeSet<Key>> = None;
        for (name, value) in labels {
            match self.by_label.get(&(name.clone(), label_text(value))) {
                Some(set) if rarest.is_none_or(|best| set.len() < best.len()) => rarest = Some(set),
                Some(_) => {}
                None => return Box::new(std::iter::empty()),
            }
        }
        match rarest {
            Some(set) => Box::new(set.iter().copied()),
            None => Box::new(0..self.sandboxes.len()),
        }
    }

    /// Any row by id, or by its present name.
    pub(crate) fn find(&self, id_or_name: &str) -> Option<Key> {
        self.ids.get(id_or_name).or_else(|| self.names.get(id_or_name)).copied()
    }

    /// Any row by id, by its present name, or by the name it was created with.
    pub(crate) fn find_ever(&self, id_or_name: &str) -> Option<Key> {
        self.find(id_or_name).or_else(|| self.sandboxes.iter().rposition(|row| row.created_name == id_or_name))
    }

    /// Any row by id.
    pub(crate) fn find_by_id(&self, id: &str) -> Option<Key> {
        self.ids.get(id).copied()
    }

    /// A row that `/sandbox` still knows, by id or name.
    pub(crate) fn live(&self, id_or_name: &str) -> Result<Key, Refusal> {
        self.find(id_or_name).filter(|key| !self.sandboxes[*key].is_gone()).ok_or_else(|| self.unknown(id_or_name))
    }

    /// A row that `/sandbox` still knows, by id only.
    pub(crate) fn live_by_id(&self, id: &str) -> Result<Key, Refusal> {
        self.ids
            .get(id)
            .copied()
            .filter(|key| !self.sandboxes[*key].is_gone())
            .ok_or_else(|| Refusal::not_found(format!("Sandbox with ID {id} not found")))
    }

    /// What a read of `/sandbox` found at `then`, as far as it differs from now: existence, name, state, labels,
    /// last activity.
    pub(crate) fn as_of(&self, id_or_name: &str, then: Timestamp) -> Result<Sandbox, Refusal> {
        let by_name = || {
            let named = |row: &&Sandbox| row.created_name == id_or_name;
            self.sandboxes
                .iter()
                .rev()
                .filter(named)
                .find_map(|row| row.as_of(then).filter(|then| then.name == row.created_name))
        };
        match self.ids.get(id_or_name) {
            Some(key) => self.sandboxes[*key].as_of(then),
            None => by_name(),
        }
        .ok_or_else(|| self.unknown(id_or_name))
    }

    /// The 404 of a sandbox that is not there.
    pub(crate) fn unknown(&self, id_or_name: &str) -> Refusal {
        let noun = self.generation.noun();
        Refusal::not_found(if self.generation.has_names() {
            format!("{noun} with ID or name {id_or_name} not found")
        } else {
            format!("{noun} with ID {id_or_name} not found")
        })
    }
}
