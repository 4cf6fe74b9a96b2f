//! Building a fake.

use std::sync::Arc;

use crate::clock::{Clock, DEFAULT_EPOCH, Timestamp};
use crate::core::Core;
use crate::generation::Generation;
use crate::inspect::Log;
use crate::settings::{Latencies, Limits, Size};
use crate::world::World;
use crate::world::organization::{ALL_SCOPES, ApiKey};
use crate::world::region::Region;
use crate::world::snapshots::Snapshot;
use crate::{DEFAULT_KEY, FakeDaytona};

/// What a fake begins with.
#[derive(Clone, Debug)]
#[must_use = "nothing exists until `build`"]
pub struct Builder {
    generation: Generation,
    key: String,
    limits: Limits,
    latencies: Latencies,
    default_snapshot: String,
    snapshots: Vec<(String, Size, Option<Vec<String>>)>,
    regions: Vec<String>,
    api_path: String,
    toolbox_url: String,
    epoch: Timestamp,
    seed: u64,
    counts_only: bool,
    fresh_lookups: bool,
    dashboard_url: Option<String>,
}

impl Builder {
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            generation,
            key: DEFAULT_KEY.to_owned(),
            limits: Limits::default(),
            latencies: Latencies::default(),
            default_snapshot: "ubuntu:22.04".to_owned(),
            snapshots: Vec::new(),
            regions: vec![generation.default_region().to_owned()],
            api_path: "/api".to_owned(),
            toolbox_url: "http://proxy.localhost:4000/toolbox".to_owned(),
            epoch: DEFAULT_EPOCH,
            seed: 0,
            counts_only: false,
            fresh_lookups: false,
            dashboard_url: None,
        }
    }

    /// The API key, with every scope.
    pub fn key(mut self, key: &str) -> Self {
        self.key = key.to_owned();
        self
    }

    /// What may be asked for. Default: 4 cores, 8 GiB and 10 GiB per sandbox; 10, 20 and 30 in total.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long things take.
    pub fn latencies(mut self, latencies: Latencies) -> Self {
        self.latencies = latencies;
        self
    }

    /// The snapshot of a create that names none.
    pub fn default_snapshot(mut self, name: &str) -> Self {
        self.default_snapshot = name.to_owned();
        self
    }

    /// One more registered snapshot, ready for use.
    pub fn snapshot(mut self, name: &str, size: Size, entrypoint: Option<&[&str]>) -> Self {
        let entrypoint = entrypoint.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
        self.snapshots.push((name.to_owned(), size, entrypoint));
        self
    }

    /// The regions, the organization's default first.
    ///
    /// # Panics
    ///
    /// When there are none.
    pub fn regions(mut self, regions: &[&str]) -> Self {
        assert!(!regions.is_empty(), "an organization has at least one region");
        self.regions = regions.iter().map(|region| (*region).to_owned()).collect();
        self
    }

    /// Where the API begins, without a slash at the end. Default: `/api`.
    pub fn api_path(mut self, path: &str) -> Self {
        self.api_path = path.trim_end_matches('/').to_owned();
        self
    }

    /// `toolboxProxyUrl` of every reply. The router serves the toolbox under `/toolbox` whatever this says.
    pub fn toolbox_url(mut self, url: &str) -> Self {
        self.toolbox_url = url.trim_end_matches('/').to_owned();
        self
    }

    /// Where texts of quotas lead to, and `dashboardUrl`. Default: `http://localhost:3000/dashboard`.
    pub fn dashboard_url(mut self, url: &str) -> Self {
        self.dashboard_url = Some(url.to_owned());
        self
    }

    /// The wall clock's time at the moment of `build`.
    pub fn epoch(mut self, epoch: Timestamp) -> Self {
        self.epoch = epoch;
        self
    }

    /// Another sequence of identifiers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Counts requests by route instead of keeping them.
    pub fn counts_only(mut self) -> Self {
        self.counts_only = true;
        self
    }

    /// Look-ups by name and operations on rows always tell the truth of the moment, which those of no real server do: what
    /// they find is kept for ten seconds, and can be wrong.
    pub fn fresh_lookups(mut self) -> Self {
        self.fresh_lookups = true;
        self
    }

    /// The fake. Its clock starts now; outside of a runtime, with the first request.
    pub fn build(self) -> FakeDaytona {
        let clock = Arc::new(Clock::new(self.epoch));
        let mut world = World::new(self.generation, self.limits, self.latencies, self.seed);
        world.organization.id = world.mint_id();
        world.organization.user_id = world.mint_id();
        world.regions = self.regions.iter().map(|id| Region::new(id)).collect();
        world.lookups.fresh = self.fresh_lookups;
        world.dashboard = self.dashboard_url.unwrap_or(world.dashboard);
        let region = self.regions[0].clone();
        world.default_snapshot = self.default_snapshot.clone();
        let scopes = if self.generation == Generation::V0_100 {
            ALL_SCOPES.map(|scope| scope.replace("snapshots", "images")).to_vec()
        } else {
            ALL_SCOPES.map(str::to_owned).to_vec()
        };
        let key = ApiKey::new(scopes, self.epoch);
        world.organization.keys.insert(self.key.clone(), key);
        let own = self.snapshots.into_iter().map(|(name, size, entrypoint)| (name, size, entrypoint, false));
        let standard = [(self.default_snapshot, Size::new(1, 1, 3), None, true)];
        for (name, size, entrypoint, general) in standard.into_iter().chain(own) {
            let id = world.mint_id();
            let row = Snapshot {
                general,
                entrypoint,
                last_used_at: general.then_some(self.epoch),
                ..Snapshot::ready(id, &name, size, &region, self.epoch)
            };
            world.snapshots.add(row);
        }
        let log = Log::new(self.counts_only);
        FakeDaytona { core: Arc::new(Core::new(world, clock, self.api_path, self.key, self.toolbox_url, log)) }
    }
}
