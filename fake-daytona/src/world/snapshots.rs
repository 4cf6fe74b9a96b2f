//! Registered snapshots (0.100 calls them images).

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::settings::Size;

/// One registered snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) image_name: String,
    /// A snapshot of the server, visible to every organization.
    pub(crate) general: bool,
    pub(crate) size: Size,
    pub(crate) entrypoint: Option<Vec<String>>,
    pub(crate) state: &'static str,
    /// The state that a pending change leads to, and when.
    pub(crate) next: Option<(Timestamp, &'static str)>,
    pub(crate) error_reason: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) source_sandbox_id: Option<String>,
}

impl Snapshot {
    /// The state at `now`; snapshots change lazily, nothing waits for them.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if let Some((due, state)) = self.next
            && due <= now
        {
            self.state = state;
            self.updated_at = due;
            self.next = None;
        }
    }

    pub(crate) fn becomes(&mut self, state: &'static str, then: &'static str, at: Timestamp, after: Duration) {
        self.state = state;
        self.updated_at = at;
        self.next = Some((at + after, then));
    }
}

/// All snapshots of the organization and the server, in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    rows: Vec<Snapshot>,
    names: HashMap<String, usize>,
    ids: HashMap<String, usize>,
}

impl Snapshots {
    pub(crate) fn add(&mut self, snapshot: Snapshot) -> &Snapshot {
        let row = self.rows.len();
        self.names.insert(snapshot.name.clone(), row);
        self.ids.insert(snapshot.id.clone(), row);
        self.rows.push(snapshot);
        &self.rows[row]
    }

    /// By name or id. Removed ones are not found.
    pub(crate) fn find(&mut self, name_or_id: &str, now: Timestamp) -> Option<&mut Snapshot> {
        let row = *self.ids.get(name_or_id).or_else(|| self.names.get(name_or_id))?;
        let snapshot = &mut self.rows[row];
        snapshot.settle(now);
        (snapshot.state != "removed").then_some(snapshot)
    }

    pub(crate) fn list(&mut self, now: Timestamp) -> impl Iterator<Item = &Snapshot> {
        self.rows.iter_mut().for_each(|snapshot| snapshot.settle(now));
        self.rows.iter().filter(|snapshot| snapshot.state != "removed")
    }
}
