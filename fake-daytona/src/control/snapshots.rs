//! Snapshots: their states, limits and failures.

use std::time::Duration;

use crate::FakeDaytona;
use crate::inspect::SnapshotView;
use crate::world::outcome::Outcome;

/// Snapshots.
impl FakeDaytona {
    /// The identifier of a snapshot that creates can name.
    pub fn snapshot_id(&self, name: &str) -> Option<String> {
        self.change(|world, now| world.snapshots.find(name, now).map(|row| row.id.clone()))
    }

    /// How many snapshots of its own the organization may have that are not inactive. Default: any number.
    pub fn set_snapshot_quota(&self, most: Option<usize>) {
        self.change(|world, _| world.snapshot_quota = most);
    }

    /// The largest image that may become a snapshot, in GiB; every image here has half of one. Default: any.
    pub fn set_largest_snapshot(&self, gigabytes: Option<u64>) {
        self.change(|world, _| world.largest_snapshot = gigabytes);
    }

    /// The image of the next snapshot that is registered is not there.
    pub fn lose_next_image(&self, reason: &str) {
        let fails = Some(reason.to_owned());
        self.change(|world, _| world.snapshot_outcomes.script(Outcome { fails, takes: Some(Duration::ZERO) }));
    }

    /// The next snapshot that is registered from an image, or taken of a sandbox, fails. The latter says nothing.
    pub fn fail_next_snapshot(&self, reason: &str) {
        let fails = Some(reason.to_owned());
        self.change(|world, _| world.snapshot_outcomes.script(Outcome { fails, takes: None }));
    }

    /// Snapshots that are registered from images, or taken of sandboxes, fail with a probability (0 to 1). The latter say nothing.
    /// The same seed strikes the same ones.
    pub fn snapshots_fail_by_chance(&self, probability: f64, reason: &str, seed: u64) {
        let outcome = Outcome { fails: Some(reason.to_owned()), takes: None };
        self.change(|world, _| world.snapshot_outcomes.by_chance(probability, outcome, seed));
    }

    /// The organization's own snapshots that there are.
    pub fn snapshots(&self) -> Vec<SnapshotView> {
        self.change(|world, now| {
            let own = world.snapshots.list(now).into_iter().filter(|row| !row.general);
            own.map(|row| SnapshotView {
                id: row.id.clone(),
                name: row.name.clone(),
                state: row.state,
                source_sandbox_id: row.source_sandbox_id.clone(),
                created_at: row.created_at,
            })
            .collect()
        })
    }

    /// A registered snapshot changes its state (`active`, `inactive`, …). Returns whether there is such a snapshot.
    pub fn set_snapshot_state(&self, name_or_id: &str, state: &'static str) -> bool {
        self.change(|world, now| {
            let found = world.snapshots.find(name_or_id, now);
            found
                .map(|row| {
                    row.state = state;
                    row.plan.clear();
                })
                .is_some()
        })
    }
}
