//! The world of one fake: its organization, its sandboxes, and time passing over them.
//!
//! Nothing here waits. Changes that take time are written into a plan; [`World::advance`] carries out what is due, in
//! the order in which it is due, with the timestamps of that moment, however late it is read.

mod change;
mod create;
pub(crate) mod entrypoint;
mod find;
mod lifecycle;
mod lookup;
pub(crate) mod organization;
pub(crate) mod outcome;
mod processes;
pub(crate) mod quota;
pub(crate) mod region;
pub(crate) mod sandbox;
mod schedule;
pub(crate) mod snapshots;
pub(crate) mod state;
mod surface;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::time::Duration;

pub(crate) use create::{Build, MAX_AUTO_ARCHIVE, Order, archive_minutes, interval, whole};
pub(crate) use lifecycle::{ACTIVITY_THROTTLE, Starting};
pub(crate) use surface::Surface;

pub(crate) use schedule::RUNNER_ID;

use crate::clock::Timestamp;
use crate::daemon::process::Started;
use crate::daemon::session::Sessions;
use crate::daemon::{Daemon, Program, Runner};
use crate::generation::Generation;
use crate::settings::{Latencies, Limits};
use entrypoint::EntrypointRules;
use lookup::Lookups;
use organization::{ApiKey, Organization};
use outcome::Outcomes;
use processes::Processes;
use quota::Usage;
use region::Region;
use sandbox::{BuildInfo, Sandbox};
use snapshots::Snapshots;

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
    /// Cached look-ups, which may be wrong.
    pub(crate) lookups: Lookups,
    /// Own snapshots that the organization may have, and GiB that an image may have.
    pub(crate) snapshot_quota: Option<usize>,
    pub(crate) largest_snapshot: Option<u64>,
    /// When the server next checks what a suspended organization still runs.
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
    /// The behavior of launch commands of sandboxes created from now on.
    pub(crate) entrypoint_rules: EntrypointRules,
    pub(crate) lag: Lag,
    /// Exit code and output by command, for the toolbox.
    pub(crate) executions: HashMap<String, (i32, String)>,
    /// The daemon in all sandboxes; none: the one of the server's version.
    pub(crate) daemon: Option<Daemon>,
    pub(crate) runner: Runner,
    pub(crate) lacks_shell: bool,
    pub(crate) programs: HashMap<String, Program>,
    /// Every directory of a process is a new one: nothing is found that was started before.
    pub(crate) forgets_directories: bool,
    started: Vec<Started>,
    processes: HashMap<Key, Processes>,
    sessions: HashMap<Key, Sessions>,
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

/// How far the list runs behind the current rows.
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
            entrypoint_rules: EntrypointRules::default(),
            lag: Lag::default(),
            executions: HashMap::new(),
            daemon: None,
            runner: Runner::default(),
            lacks_shell: false,
            programs: HashMap::new(),
            forgets_directories: false,
            started: Vec::new(),
            processes: HashMap::new(),
            sessions: HashMap::new(),
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

    pub(crate) fn usage(&self) -> crate::settings::Size {
        self.usage.total()
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
