//! The world of one fake: its organization, its sandboxes, and time passing over them.
//!
//! Nothing here waits. Changes that take time are written into a plan; [`World::advance`] carries out what is due, in
//! the order in which it is due, with the timestamps of that moment, however late somebody looks.

mod create;
pub(crate) mod entrypoint;
mod lifecycle;
mod lookup;
pub(crate) mod organization;
pub(crate) mod outcome;
pub(crate) mod quota;
pub(crate) mod region;
pub(crate) mod sandbox;
mod schedule;
pub(crate) mod snapshots;
pub(crate) mod state;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::ops::Bound;
use std::time::Duration;

pub(crate) use create::{Build, MAX_AUTO_ARCHIVE, Order, Surface, archive_minutes, interval, whole};
pub(crate) use lifecycle::{ACTIVITY_THROTTLE, Starting};

pub(crate) use schedule::RUNNER_ID;

use crate::clock::Timestamp;
use crate::generation::Generation;
use crate::refusal::Refusal;
use crate::settings::{Latencies, Limits};
use entrypoint::Fates;
use lookup::Lookups;
use organization::{ApiKey, Organization};
use outcome::Outcomes;
use quota::Usage;
use region::Region;
use sandbox::{BuildInfo, Cause, Moment, Sandbox};
use snapshots::Snapshots;
use state::{Desired, State};

/// A row of the sandbox table.
pub(crate) type Key = usize;

/// Everything that requests and scripts can change.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) generation: Generation,
    pub(crate) limits: Limits,
    pub(crate) latencies: Latencies,
    pub(crate) organization: Organization,
    /// The organization's default region first.
    pub(crate) regions: Vec<Region>,
    pub(crate) lacks_default_region: bool,
    pub(crate) stops_kill: bool,
    /// What is kept of look-ups, and may be wrong.
    pub(crate) lookups: Lookups,
    /// Own snapshots that the organization may have, and GiB that an image may have.
    pub(crate) snapshot_quota: Option<usize>,
    pub(crate) largest_snapshot: Option<u64>,
    /// When the server looks next for what a suspended organization still runs.
    suspension_sweep: Option<Timestamp>,
    pub(crate) snapshots: Snapshots,
    pub(crate) default_snapshot: String,
    pub(crate) dashboard: String,
    pub(crate) maintenance: bool,
    pub(crate) has_runners: bool,
    pub(crate) resize_enabled: bool,
    pub(crate) restricted_egress: bool,
    /// What the coming starts and builds end in.
    pub(crate) start_outcomes: Outcomes,
    pub(crate) build_outcomes: Outcomes,
    /// What the coming stops, deletes and registrations of snapshots end in.
    pub(crate) stop_outcomes: Outcomes,
    pub(crate) delete_outcomes: Outcomes,
    pub(crate) snapshot_outcomes: Outcomes,
    /// The fate of launch commands of sandboxes created from now on.
    pub(crate) fates: Fates,
    pub(crate) lag: Lag,
    /// Exit code and output by command, for the toolbox.
    pub(crate) executions: HashMap<String, (i32, String)>,
    sandboxes: Vec<Sandbox>,
    ids: HashMap<String, Key>,
    names: HashMap<String, Key>,
    /// Sandboxes that a list may still show, by last activity.
    by_activity: BTreeSet<(Timestamp, Key)>,
    /// By one label; a list by labels starts from the rarest.
    by_label: HashMap<(String, String), BTreeSet<Key>>,
    agenda: BinaryHeap<Reverse<(Timestamp, Key)>>,
    usage: Usage,
    builds: HashMap<String, Built>,
    seed: u64,
    ids_minted: u64,
}

/// How far the list runs behind the truth.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lag {
    pub(crate) behind: Duration,
    /// A sandbox that was deleted less than this long ago may come and go in lists, every `period`.
    pub(crate) flapping: Option<(Duration, Duration)>,
}

#[derive(Debug)]
struct Built {
    info: BuildInfo,
    /// Since when a runner has the image.
    cached_at: Option<Timestamp>,
}

/// How long a built image stays on the runner.
const BUILD_CACHE: Duration = Duration::from_secs(24 * 3600);

impl World {
    pub(crate) fn new(generation: Generation, limits: Limits, latencies: Latencies, seed: u64) -> Self {
        Self {
            generation,
            limits,
            latencies,
            organization: Organization::default(),
            regions: vec![Region::new(generation.default_region())],
            lacks_default_region: false,
            stops_kill: false,
            lookups: Lookups::default(),
            snapshot_quota: None,
            largest_snapshot: None,
            suspension_sweep: None,
            snapshots: Snapshots::default(),
            default_snapshot: String::new(),
            dashboard: "http://localhost:3000/dashboard".to_owned(),
            maintenance: false,
            has_runners: true,
            resize_enabled: false,
            restricted_egress: false,
            start_outcomes: Outcomes::default(),
            build_outcomes: Outcomes::default(),
            stop_outcomes: Outcomes::default(),
            delete_outcomes: Outcomes::default(),
            snapshot_outcomes: Outcomes::default(),
            fates: Fates::default(),
            lag: Lag::default(),
            executions: HashMap::new(),
            sandboxes: Vec::new(),
            ids: HashMap::new(),
            names: HashMap::new(),
            by_activity: BTreeSet::new(),
            by_label: HashMap::new(),
            agenda: BinaryHeap::new(),
            usage: Usage::default(),
            builds: HashMap::new(),
            seed,
            ids_minted: 0,
        }
    }

    /// The world of another organization on the same server, with one key and no sandboxes.
    pub(crate) fn another(&mut self, secret: &str, at: Timestamp) -> Self {
        let seed = u64::from_str_radix(&self.mint_id()[..8], 16).unwrap_or_default();
        let mut world = Self::new(self.generation, self.limits, self.latencies, seed);
        world.organization.id = world.mint_id();
        world.organization.user_id = world.mint_id();
        world.regions.clone_from(&self.regions);
        world.default_snapshot.clone_from(&self.default_snapshot);
        world.lookups.fresh = self.lookups.fresh;
        let scopes = self.organization.keys.values().max_by_key(|key| key.scopes.len());
        let scopes = scopes.map(|key| key.scopes.clone()).unwrap_or_default();
        world.organization.keys.insert(secret.to_owned(), ApiKey::new(scopes, at));
        for general in self.snapshots.general() {
            world.snapshots.add(general);
        }
        world
    }

    /// The next identifier: the same sequence of UUIDs in every run with the same seed.
    pub(crate) fn mint_id(&mut self) -> String {
        self.ids_minted += 1;
        let mut mix = self.seed.wrapping_add(self.ids_minted.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut word = || {
            mix = mix.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = mix;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let (high, low) = (word(), word());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

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

    pub(crate) fn usage(&self) -> crate::settings::Size {
        self.usage.total()
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

    fn insert(&mut self, sandbox: Sandbox) -> Key {
        let key = self.sandboxes.len();
        self.ids.insert(sandbox.id.clone(), key);
        self.names.insert(sandbox.name.clone(), key);
        self.usage.add(quota::held_by(&sandbox));
        self.by_activity.insert((sandbox.last_activity_at, key));
        for (name, value) in &sandbox.labels {
            self.by_label.entry((name.clone(), label_text(value))).or_default().insert(key);
        }
        self.sandboxes.push(sandbox);
        self.remember(key);
        self.reschedule(key);
        key
    }

    /// One more sandbox that is like another one in everything but its identifier and its name.
    pub(crate) fn copy(&mut self, key: Key, name: &str, at: Timestamp) -> Key {
        let id = self.mint_id();
        let mut row = self.sandboxes[key].clone();
        row.created_name = name.to_owned();
        row.name = name.to_owned();
        (row.created_at, row.updated_at, row.last_activity_at) = (at, at, at);
        (row.activity_written_at, row.activity_pending, row.scheduled) = (None, None, None);
        row.history.clear();
        row.plan.clear();
        row.old_labels.clear();
        row.billed = Duration::ZERO;
        row.started_at = None;
        (row.hidden, row.forced, row.destroyed_at) = (false, false, None);
        row.entrypoint =
            entrypoint::Entrypoint { command: row.entrypoint.command, fate: row.entrypoint.fate, ..Default::default() };
        (row.state, row.desired, row.cause) = (State::Stopped, Desired::Started, Cause::Script);
        row.id = id;
        let copy = self.insert(row);
        self.enter(copy, State::Started, None, at);
        copy
    }

    /// Changes a row and keeps every index, the quota and the agenda in step with it.
    pub(crate) fn change<T>(&mut self, key: Key, at: Timestamp, edit: impl FnOnce(&mut Sandbox) -> T) -> T {
        let sandbox = &mut self.sandboxes[key];
        let (held, name, activity) = (quota::held_by(sandbox), sandbox.name.clone(), sandbox.last_activity_at);
        let result = edit(sandbox);
        sandbox.updated_at = at;
        self.usage.remove(held);
        self.usage.add(quota::held_by(sandbox));
        if sandbox.name != name {
            self.names.remove(&name);
            self.names.insert(sandbox.name.clone(), key);
        }
        if !self.lookups.fresh {
            self.lookups.changed(&self.sandboxes[key].name, at);
        }
        let sandbox = &mut self.sandboxes[key];
        self.by_activity.remove(&(activity, key));
        // A list that runs behind still shows what was destroyed a moment ago.
        let listed = !sandbox.is_gone() || sandbox.hidden || self.lag.is_on();
        if listed {
            self.by_activity.insert((sandbox.last_activity_at, key));
        }
        self.remember(key);
        self.reschedule(key);
        result
    }

    /// Changes what is not part of the row: `updatedAt` stays.
    pub(crate) fn change_quietly<T>(&mut self, key: Key, _: Timestamp, edit: impl FnOnce(&mut Sandbox) -> T) -> T {
        let updated_at = self.sandboxes[key].updated_at;
        self.change(key, updated_at, edit)
    }

    pub(crate) fn set_labels(&mut self, key: Key, at: Timestamp, labels: serde_json::Map<String, serde_json::Value>) {
        for (name, value) in &self.sandboxes[key].labels {
            if let Some(set) = self.by_label.get_mut(&(name.clone(), label_text(value))) {
                set.remove(&key);
            }
        }
        for (name, value) in &labels {
            self.by_label.entry((name.clone(), label_text(value))).or_default().insert(key);
        }
        self.change(key, at, |sandbox| {
            let old = std::mem::replace(&mut sandbox.labels, labels);
            sandbox.old_labels.push((at, old));
        });
    }

    /// Adds to the history what a read would show now, when it is something new.
    fn remember(&mut self, key: Key) {
        let sandbox = &mut self.sandboxes[key];
        let moment =
            Moment { at: sandbox.updated_at, state: sandbox.shown(), desired: sandbox.desired, cause: sandbox.cause };
        let same =
            sandbox.history.last().is_some_and(|last| last.state == moment.state && last.desired == moment.desired);
        if !same {
            sandbox.history.push(moment);
        }
    }

    /// Puts a sandbox into a state that nothing changes any more but an operation: what a script asks for.
    ///
    /// Without a wish, the one that fits the state is stored.
    pub(crate) fn force_state(
        &mut self,
        key: Key,
        at: Timestamp,
        state: State,
        desired: Option<Desired>,
        reason: Option<String>,
    ) {
        let renames = self.generation.has_names();
        let desired = desired.or_else(|| state.settled_wish());
        self.change(key, at, |sandbox| {
            sandbox.plan.clear();
            sandbox.cause = Cause::Script;
            sandbox.desired = desired.unwrap_or(sandbox.desired);
            if renames && state == State::Destroyed && sandbox.name == sandbox.created_name {
                sandbox.name = format!("DESTROYED_{}_{}", sandbox.name, at.as_millis());
            }
        });
        if self.sandboxes[key].state == state {
            self.change(key, at, |sandbox| sandbox.error_reason = reason);
        } else {
            self.enter(key, state, reason, at);
        }
        self.change(key, at, |sandbox| sandbox.forced = true);
    }
}

impl Lag {
    pub(crate) fn is_on(self) -> bool {
        !self.behind.is_zero() || self.flapping.is_some()
    }
}

fn label_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
