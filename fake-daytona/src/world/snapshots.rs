//! Registered snapshots (0.100 calls them images): their rows and their way from state to state.

use std::collections::{HashMap, VecDeque};

use super::World;
use super::organization::CACHED;
use super::outcome::Outcome;
use super::sandbox::BuildInfo;
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
    pub(crate) region: String,
    pub(crate) size: Size,
    /// GiB of the image; `None` before it is known, and for what was built.
    pub(crate) gigabytes: Option<f64>,
    /// It was fetched, so there is a name for it in the server's own registry.
    pub(crate) has_ref: bool,
    pub(crate) entrypoint: Option<Vec<String>>,
    pub(crate) build: Option<BuildInfo>,
    pub(crate) state: &'static str,
    /// States to come, first due first.
    pub(crate) plan: VecDeque<Change>,
    pub(crate) error_reason: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    /// Since when every runner has it.
    pub(crate) usable_from: Timestamp,
    pub(crate) source_sandbox_id: Option<String>,
}

/// A change of a snapshot's state that will happen.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    due: Timestamp,
    to: &'static str,
    reason: Option<String>,
    /// The image was looked at, so its size is known.
    sized: bool,
}

impl Change {
    pub(crate) fn new(due: Timestamp, to: &'static str) -> Self {
        Self { due, to, reason: None, sized: to == "pulling" }
    }
}

impl Snapshot {
    /// One that is ready for use, with nothing else said about it.
    pub(crate) fn ready(id: String, name: &str, size: Size, region: &str, at: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            image_name: name.to_owned(),
            general: false,
            region: region.to_owned(),
            size,
            gigabytes: Some(IMAGE_SIZE),
            has_ref: true,
            entrypoint: None,
            build: None,
            state: "active",
            plan: VecDeque::new(),
            error_reason: None,
            created_at: at,
            updated_at: at,
            last_used_at: None,
            usable_from: at,
            source_sandbox_id: None,
        }
    }

    /// The state at `now`; snapshots change lazily, nothing waits for them.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some(change) = self.plan.pop_front_if(|change| change.due <= now) {
            self.state = change.to;
            self.updated_at = change.due;
            if change.sized {
                self.gigabytes = Some(IMAGE_SIZE);
            }
            self.has_ref |= change.to == "pulling";
            if change.to == "active" {
                self.last_used_at.get_or_insert(change.due);
                self.gigabytes = self.build.is_none().then_some(IMAGE_SIZE);
                self.has_ref = true;
            }
            if change.reason.is_some() {
                self.error_reason = change.reason;
            }
        }
    }

    /// It is removed after a while. What is pending is pulled all the same, and lives on: the pull is carried out after the removal was asked for.
    pub(crate) fn remove(&mut self, at: Timestamp, done: Timestamp) {
        let is_overtaken = self.state == "pending" && self.build.is_none();
        self.state = "removing";
        self.updated_at = at;
        if !is_overtaken {
            self.plan = VecDeque::from([Change::new(done, "removed")]);
        }
    }

    /// It can be used no more, whatever was under way.
    pub(crate) fn deactivate(&mut self, at: Timestamp) {
        self.state = "inactive";
        self.updated_at = at;
        self.plan.clear();
    }

    fn is_under_way(&self) -> bool {
        matches!(self.state, "pending" | "pulling")
    }
}

/// What the simulated registry of the recorded server said of every image, in GiB.
const IMAGE_SIZE: f64 = 0.5;

/// A snapshot of a sandbox that is being taken: there is no row of it before it is done.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    done: Timestamp,
    snapshot: Snapshot,
}

/// All snapshots of the organization and the server, in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    rows: Vec<Snapshot>,
    own: HashMap<String, usize>,
    general: HashMap<String, usize>,
    ids: HashMap<String, usize>,
    captures: Vec<Capture>,
}

impl Snapshots {
    pub(crate) fn add(&mut self, snapshot: Snapshot) -> &Snapshot {
        let row = self.rows.len();
        let names = if snapshot.general { &mut self.general } else { &mut self.own };
        names.insert(snapshot.name.clone(), row);
        self.ids.insert(snapshot.id.to_lowercase(), row);
        self.rows.push(snapshot);
        &self.rows[row]
    }

    /// Those of the server.
    pub(crate) fn general(&self) -> Vec<Snapshot> {
        self.rows.iter().filter(|row| row.general).cloned().collect()
    }

    /// By id or name; an own one shadows one of the server. Removed ones are not found.
    pub(crate) fn find(&mut self, name_or_id: &str, now: Timestamp) -> Option<&mut Snapshot> {
        self.settle(now);
        let by_id = self.ids.get(&name_or_id.to_lowercase()).copied();
        let row = by_id.or_else(|| self.own_named(name_or_id)).or_else(|| self.general.get(name_or_id).copied())?;
        Some(&mut self.rows[row]).filter(|row| row.state != "removed")
    }

    pub(crate) fn find_by_id(&mut self, id: &str, now: Timestamp) -> Option<&mut Snapshot> {
        self.settle(now);
        let row = *self.ids.get(&id.to_lowercase())?;
        Some(&mut self.rows[row]).filter(|row| row.state != "removed")
    }

    fn own_named(&self, name: &str) -> Option<usize> {
        self.own.get(name).copied().filter(|row| self.rows[*row].state != "removed")
    }

    pub(crate) fn is_taken(&mut self, name: &str, now: Timestamp) -> bool {
        self.settle(now);
        self.own_named(name).is_some()
    }

    pub(crate) fn is_pending(&mut self, name: &str, now: Timestamp) -> bool {
        self.find(name, now).is_some_and(|row| row.state == "pending")
    }

    /// Own ones that count against the organization's quota.
    pub(crate) fn counted(&mut self, now: Timestamp) -> usize {
        self.settle(now);
        self.rows.iter().filter(|row| !row.general && !matches!(row.state, "inactive" | "removed")).count()
    }

    /// Whether an image is being fetched for another one, or has been.
    fn knows_image(&self, image: &str) -> (bool, bool) {
        let with = |state: fn(&Snapshot) -> bool| self.rows.iter().any(|row| row.image_name == image && state(row));
        (with(Snapshot::is_under_way), with(|row| row.state == "active"))
    }

    pub(crate) fn list(&mut self, now: Timestamp) -> Vec<&Snapshot> {
        self.settle(now);
        self.rows.iter().filter(|snapshot| snapshot.state != "removed").collect()
    }

    pub(crate) fn deactivate_own(&mut self, at: Timestamp) {
        self.settle(at);
        for row in self.rows.iter_mut().filter(|row| !row.general && row.state == "active") {
            row.deactivate(at);
        }
    }

    fn settle(&mut self, now: Timestamp) {
        self.rows.iter_mut().filter(|row| !row.plan.is_empty()).for_each(|snapshot| snapshot.settle(now));
        // A name that was taken meanwhile is not refused: what was captured is lost without a word.
        for capture in self.captures.extract_if(.., |capture| capture.done <= now).collect::<Vec<_>>() {
            if self.own_named(&capture.snapshot.name).is_none() {
                self.add(capture.snapshot);
            }
        }
    }
}

impl World {
    /// Registers a snapshot: it is pulled or built, and is active or errored in the end.
    pub(crate) fn register(&mut self, mut row: Snapshot, at: Timestamp) -> &Snapshot {
        let (pick_up, takes) = (self.latencies.pick_up, self.latencies.snapshot);
        row.state = "pending";
        let outcome = if row.build.is_some() { self.build_outcomes.next() } else { self.snapshot_outcomes.next() };
        // A build is picked up at once.
        let begun = at + if row.build.is_some() { pick_up.min(AT_ONCE) } else { pick_up };
        let (is_fetched, is_known) = self.snapshots.knows_image(&row.image_name);
        let built = row.build.is_some();
        let too_big = self.too_big().filter(|_| !built);
        let sized = too_big.is_some();
        // Refused before anything is fetched: there is no such image, another fetches it, it is too big.
        let refused = match &outcome {
            Outcome { fails: Some(reason), takes: Some(takes) } if takes.is_zero() && !built => Some(reason.clone()),
            _ if is_fetched && !built => Some("An operation is already in progress for this resource".to_owned()),
            _ => too_big,
        };
        let done = if let Some(reason) = refused {
            row.plan.push_back(Change { due: begun, to: "error", reason: Some(reason), sized });
            begun
        } else {
            let done = begun + outcome.takes.unwrap_or(takes);
            let known = is_known && !built;
            if !known {
                row.plan.push_back(Change::new(begun, if built { "building" } else { "pulling" }));
            }
            let done = if known { begun } else { done };
            let to = if outcome.fails.is_some() { "error" } else { "active" };
            row.plan.push_back(Change { reason: outcome.fails, ..Change::new(done, to) });
            done
        };
        row.has_ref = built;
        // What was built is copied to the other runners afterwards.
        row.usable_from = if row.build.is_some() { done + pick_up * COPY_STEPS } else { at };
        self.snapshots.add(row)
    }

    /// An inactive one is fetched again.
    pub(crate) fn reactivate(&mut self, id: &str, at: Timestamp) {
        let (begun, takes) = (at + self.latencies.pick_up.min(AT_ONCE), self.latencies.snapshot);
        if let Some(row) = self.snapshots.find_by_id(id, at) {
            row.state = "pending";
            row.updated_at = at;
            row.plan = VecDeque::from([Change::new(begun, "pulling"), Change::new(begun + takes, "active")]);
        }
    }

    fn too_big(&self) -> Option<String> {
        let most = self.largest_snapshot.filter(|most| IMAGE_SIZE > *most as f64)?;
        Some(format!("Snapshot size ({IMAGE_SIZE:.2}GB) exceeds maximum allowed size of {most}GB"))
    }

    /// A snapshot of a sandbox appears when it is done, unless that fails.
    pub(crate) fn capture(&mut self, mut snapshot: Snapshot, at: Timestamp, done: Timestamp) {
        if self.snapshot_outcomes.next().fails.is_some() || snapshot.name.is_empty() {
            return;
        }
        // Since 0.191 to 0.205 its row is there while it is taken.
        if self.generation.has_spot() && !self.snapshots.is_taken(&snapshot.name, at) {
            snapshot.state = "snapshotting";
            snapshot.plan.push_back(Change::new(done, "active"));
            self.snapshots.add(snapshot);
        } else {
            self.snapshots.captures.push(Capture { done, snapshot });
        }
    }

    /// How long the change before the last one has to be over before a snapshot can be activated again.
    pub(crate) const ACTIVATION_PAUSE: std::time::Duration = std::time::Duration::from_secs(60 * CACHED.as_secs());
}

/// What is picked up at once is picked up a moment later.
const AT_ONCE: std::time::Duration = std::time::Duration::from_millis(1);

/// How many pick-ups by the server's jobs it takes until all runners have what was built.
const COPY_STEPS: u32 = 20;
