//! Creating a sandbox: the checks in the server's order, and the plan of its start.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::entrypoint::{Entrypoint, IDLE, of_dockerfile};
use super::lifecycle::refuse_suspended;
use super::outcome::Outcome;
use super::region::Region;
use super::sandbox::{BuildInfo, Cause, Sandbox, Step};
use super::snapshots::Snapshots;
use super::state::{Desired, State};
use super::surface::Surface;
use super::{BUILD_CACHE, Built, Key, World, quota};
use crate::clock::Timestamp;
use crate::refusal::Refusal;
use crate::settings::Size;

/// What a create asks for: types are checked, meaning is not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    pub(crate) name: Option<String>,
    /// Snapshot, or the `image` of a workspace.
    pub(crate) snapshot: Option<String>,
    pub(crate) build: Option<Build>,
    /// Honoured by the documented server only.
    pub(crate) command: Option<Vec<String>>,
    pub(crate) user: Option<String>,
    pub(crate) env: Map<String, Value>,
    pub(crate) labels: Map<String, Value>,
    pub(crate) public: bool,
    pub(crate) target: Option<String>,
    pub(crate) cpu: Option<f64>,
    pub(crate) memory: Option<f64>,
    pub(crate) disk: Option<f64>,
    pub(crate) gpu: Option<f64>,
    pub(crate) auto_stop: Option<f64>,
    pub(crate) auto_archive: Option<f64>,
    pub(crate) auto_delete: Option<f64>,
    pub(crate) ttl: Option<f64>,
    pub(crate) network_block_all: bool,
    pub(crate) network_allow_list: Option<String>,
    pub(crate) domain_allow_list: Option<String>,
    pub(crate) volumes: Vec<Value>,
    /// Objects of one variable each, with the name of a secret.
    pub(crate) secrets: Vec<Value>,
    pub(crate) linked_sandbox: Option<String>,
}

/// `buildInfo` of a create.
#[derive(Clone, Debug, Default)]
pub(crate) struct Build {
    pub(crate) dockerfile: Option<String>,
    /// As they were sent, whatever their type.
    pub(crate) content: Value,
    pub(crate) hashes: Value,
}

impl Build {
    fn context_hashes(&self) -> impl Iterator<Item = &str> {
        self.hashes.as_array().into_iter().flatten().filter_map(Value::as_str)
    }
}

/// The longest auto-archive interval, in minutes; 0 means this.
pub(crate) const MAX_AUTO_ARCHIVE: u64 = 43_200;

impl World {
    /// Admits a create. The order of the checks is the server's: the name comes last.
    pub(crate) fn create(&mut self, order: Order, surface: Surface, at: Timestamp) -> Result<Key, Refusal> {
        let asks_for_size = [order.cpu, order.memory, order.disk, order.gpu].into_iter().flatten().any(|n| n != 0.0);
        if surface == Surface::Sandbox {
            if order.build.is_some() && order.snapshot.is_some() {
                return Err(Refusal::bad_request("Cannot specify a snapshot when using a build info entry"));
            }
            if order.build.is_none() && asks_for_size {
                return Err(Refusal::bad_request("Cannot specify Sandbox resources when using a snapshot"));
            }
        }
        let region = self.region(order.target.as_deref(), surface)?;
        let asked_for = order.snapshot.clone().filter(|name| !name.trim().is_empty());
        let snapshot = match (&order.build, surface) {
            (Some(_), _) => None,
            (None, Surface::Documented) => order.snapshot.clone(),
            (None, _) => Some(self.usable_snapshot(asked_for.as_deref(), &region, at)?),
        };
        let seen = self.organization.suspension_of_create(at);
        refuse_suspended(seen.as_ref())?;
        let asks_for_lists = order.network_allow_list.is_some() || order.domain_allow_list.is_some();
        if self.restricted_egress && asks_for_lists && self.generation.refuses_lists_on_create() {
            let field = if order.domain_allow_list.is_some() { "domainAllowList" } else { "networkAllowList" };
            return Err(Refusal::bad_request(format!(
                "Network access is restricted and cannot be overridden at the sandbox level. Remove {field} from the \
                 request."
            )));
        }
        let gpu_asked = order.gpu.is_some_and(|gpu| gpu > 0.0);
        if surface == Surface::Sandbox && gpu_asked && order.auto_delete != Some(0.0) {
            return Err(Refusal::bad_request("GPU sandboxes must be ephemeral - set autoDeleteInterval to 0"));
        }
        let size = self.size_of(&order, snapshot.as_deref(), at);
        if surface != Surface::Documented {
            self.refuse_without_quota(&region)?;
        }
        quota::check_size(self.generation, &self.limits_in(&region), size)?;
        if surface != Surface::Documented {
            self.admitted_to(&region, order.auto_delete == Some(0.0), size)?;
        }
        quota::check_total(self.generation, &self.limits, self.usage(), size, &self.dashboard)?;
        self.refuse_volumes(&order.volumes)?;
        if order.linked_sandbox.is_some() && order.auto_delete != Some(0.0) && self.generation.has_sandbox_class() {
            return Err(Refusal::bad_request("Linked sandboxes must be ephemeral (set autoDeleteInterval to 0)"));
        }
        let is_copied = |snapshots: &mut Snapshots, name: &str| {
            snapshots.find(name, at).is_none_or(|snapshot| snapshot.usable_from <= at || snapshot.state != "active")
        };
        let has_copy = snapshot.as_deref().is_none_or(|name| is_copied(&mut self.snapshots, name));
        if !(self.has_runners && has_copy) && order.build.is_none() && surface != Surface::Documented {
            return Err(Refusal::bad_request("No available runners"));
        }
        let shadowed = snapshot.as_deref().is_some_and(|name| self.snapshots.is_pending(name, at));
        if shadowed && order.build.is_none() {
            let fails = Some("Cannot read properties of null (reading 'startsWith')".to_owned());
            self.start_outcomes.script_first(Outcome { fails, takes: None });
        }
        let sandbox = self.build_row(order, surface, region.id, snapshot, size, at)?;
        if self.names.contains_key(&sandbox.name) {
            return Err(Refusal::conflict(format!("Sandbox with name {} already exists", sandbox.name)));
        }
        let key = self.insert(sandbox);
        self.plan_start(key, surface, at);
        Ok(key)
    }

    /// No volume was ever made here, so none is known.
    fn refuse_volumes(&self, volumes: &[Value]) -> Result<(), Refusal> {
        let Some(volume) = volumes.first() else { return Ok(()) };
        if !self.generation.has_sandbox_class() {
            return Err(Refusal::unexpected());
        }
        let id = volume.get("volumeId").and_then(Value::as_str).unwrap_or_default();
        Err(Refusal::not_found(format!("Volume '{id}' not found")))
    }

    fn usable_snapshot(&mut self, wanted: Option<&str>, region: &Region, at: Timestamp) -> Result<String, Refusal> {
        let name = wanted.unwrap_or(&self.default_snapshot).to_owned();
        let noun = self.generation.snapshot_noun();
        let Some(snapshot) = self.snapshots.find(&name, at) else {
            return Err(Refusal::bad_request(format!(
                "{noun} {name} not found. Did you add it through the Daytona Dashboard?"
            )));
        };
        let is_there = if snapshot.general { region.has_snapshots } else { snapshot.region == region.id };
        if !is_there {
            return Err(Refusal::bad_request(format!("{noun} {name} is not available in region {}", region.id)));
        }
        if name == self.default_snapshot && snapshot.state == "pending" {
            // Nobody asks whether the default one is ready, and an own one may shadow it.
            return Ok(snapshot.name.clone());
        }
        if snapshot.state != "active" {
            return Err(Refusal::bad_request(format!("{noun} {name} is {}", snapshot.state)));
        }
        snapshot.last_used_at = Some(at);
        Ok(snapshot.name.clone())
    }

    fn size_of(&mut self, order: &Order, snapshot: Option<&str>, at: Timestamp) -> Size {
        let standard = snapshot
            .and_then(|name| self.snapshots.find(name, at))
            .map_or(Size::new(1, 1, 3), |snapshot| snapshot.size);
        let or = |asked: Option<f64>, standard: u64| match asked {
            // Zero counts as not given. A fraction is refused later, when the row is written; until then it counts
            // as the next whole one.
            Some(amount) if amount > 0.0 => amount.ceil() as u64,
            _ => standard,
        };
        Size {
            cpu: or(order.cpu, standard.cpu),
            memory: or(order.memory, standard.memory),
            disk: or(order.disk, standard.disk),
            gpu: or(order.gpu, standard.gpu),
        }
    }

    fn build_row(
        &mut self,
        order: Order,
        surface: Surface,
        target: String,
        snapshot: Option<String>,
        size: Size,
        at: Timestamp,
    ) -> Result<Sandbox, Refusal> {
        let auto_stop = interval(order.auto_stop, 15, "Auto-stop")?;
        let auto_archive = archive_minutes(interval(order.auto_archive, 10_080, "Auto-archive")?);
        let auto_delete = order.auto_delete.map_or(Ok(-1), whole)?;
        let ttl = if self.generation.has_ttl() { order.ttl.map_or(Ok(0), whole)? } else { 0 };
        for amount in [order.cpu, order.memory, order.disk, order.gpu].into_iter().flatten() {
            whole(amount)?;
        }
        let id = self.mint_id();
        let name = order.name.filter(|name| self.generation.has_names() && !name.is_empty()).unwrap_or(id.clone());
        let build = order.build.map(|build| self.build_info(build, at));
        let command = match (&order.command, &build, &snapshot) {
            (Some(command), _, _) if surface == Surface::Documented => command.clone(),
            (_, Some(build), _) => build.dockerfile.as_deref().map(of_dockerfile).unwrap_or_default(),
            (_, None, Some(name)) => self
                .snapshots
                .find(name, at)
                .and_then(|snapshot| {
                    // What was captured has no launch command, whatever its source had.
                    let captured = snapshot.source_sandbox_id.is_some();
                    snapshot.entrypoint.clone().or(captured.then(Vec::new))
                })
                .unwrap_or_else(|| IDLE.map(str::to_owned).to_vec()),
            _ => Vec::new(),
        };
        let behavior = self.entrypoint_rules.of(&name, &order.labels);
        Ok(Sandbox {
            created_name: name.clone(),
            name,
            target,
            snapshot,
            user: order.user.unwrap_or_else(|| "daytona".to_owned()),
            env: order.env,
            labels: order.labels,
            odd_labels: None,
            size,
            public: order.public,
            network_block_all: order.network_block_all,
            network_allow_list: order.network_allow_list,
            domain_allow_list: order.domain_allow_list.filter(|_| self.generation.has_sandbox_class()),
            volumes: order.volumes,
            secrets: if self.generation.has_secrets() { order.secrets } else { Vec::new() },
            state: State::Creating,
            desired: Desired::Started,
            error_reason: None,
            recoverable: false,
            backup_state: "None",
            backup_created_at: None,
            auto_stop,
            auto_archive,
            auto_delete,
            auto_destroy_at: u64::try_from(ttl).ok().filter(|ttl| *ttl > 0).map(|ttl| at + minutes(ttl)),
            build,
            created_at: at,
            updated_at: at,
            last_activity_at: at,
            activity_written_at: None,
            activity_pending: None,
            daemon_version: None,
            runner_id: None,
            destroyed_at: None,
            hidden: false,
            entrypoint: Entrypoint { command, behavior, ..Entrypoint::default() },
            forced: false,
            plan: VecDeque::new(),
            scheduled: None,
            history: Vec::new(),
            billed: Duration::ZERO,
            started_at: None,
            resize_to: None,
            recovered_at: None,
            cause: Cause::Request,
            old_labels: Vec::new(),
            id,
        })
    }

    pub(crate) fn build_info(&mut self, build: Build, at: Timestamp) -> BuildInfo {
        // The hash of a missing text is that of the word "undefined": the server hashes what JavaScript prints.
        let mut hashed = build.dockerfile.clone().unwrap_or_else(|| "undefined".to_owned());
        hashed.extend(build.context_hashes());
        let digest: String = Sha256::digest(hashed).iter().map(|byte| format!("{byte:02x}")).collect();
        let snapshot_ref = format!("daytona-{digest}:daytona");
        let built = self.builds.entry(snapshot_ref.clone()).or_insert_with(|| Built {
            info: BuildInfo {
                dockerfile: build.dockerfile,
                content: build.content,
                hashes: build.hashes,
                snapshot_ref,
                created_at: at,
                updated_at: at,
            },
            cached_at: None,
        });
        let info = built.info.clone();
        built.info.updated_at = at;
        info
    }

    /// Writes the plan of the first start, from the build or the snapshot.
    fn plan_start(&mut self, key: Key, surface: Surface, at: Timestamp) {
        let latencies = self.latencies;
        let build = self.sandboxes[key].build.clone();
        let cached = build.as_ref().is_some_and(|build| {
            self.builds
                .get(&build.snapshot_ref)
                .and_then(|built| built.cached_at)
                .is_some_and(|since| at - since < BUILD_CACHE)
        });
        let runner = self.runner_id();
        let has_runners = self.has_runners;
        let mut steps = Vec::new();
        let first = match build {
            Some(build) if !cached => {
                let building = at + latencies.pick_up;
                if build.dockerfile.is_none() {
                    let reason = Some("Cannot read properties of null (reading 'split')".to_owned());
                    steps.push(Step { due: building, to: State::Error, reason });
                } else if has_runners {
                    let outcome = self.build_outcomes.next();
                    let built = building + outcome.takes.unwrap_or(latencies.build);
                    steps.push(Step::new(building, State::BuildingSnapshot));
                    let empty = build.dockerfile.as_deref().is_some_and(|text| text.trim().is_empty());
                    let failure =
                        outcome.fails.or_else(|| empty.then(|| "failed to solve: the Dockerfile is empty".to_owned()));
                    if let Some(reason) = failure {
                        steps.push(Step { due: built, to: State::BuildFailed, reason: Some(reason) });
                    } else {
                        steps.push(Step::new(built, State::Creating));
                        let start = self.start_outcomes.next();
                        steps.push(start.into_step(built, latencies.after_build));
                    }
                }
                State::PendingBuild
            }
            _ => {
                let start = self.start_outcomes.next();
                steps.push(start.into_step(at, latencies.start));
                State::Creating
            }
        };
        self.change(key, at, |sandbox| {
            if first == State::Creating && surface != Surface::Documented {
                sandbox.runner_id = Some(runner);
            }
            sandbox.state = first;
            sandbox.history.clear();
            sandbox.plan = steps.into();
        });
    }

    /// Puts builds that waited for a runner on their way, now that there is one.
    pub(crate) fn runners_arrive(&mut self, at: Timestamp) {
        self.has_runners = true;
        let waiting: Vec<Key> = (0..self.sandboxes.len())
            .filter(|key| {
                let sandbox = &self.sandboxes[*key];
                sandbox.state == State::PendingBuild && sandbox.plan.is_empty() && !sandbox.forced
            })
            .collect();
        for key in waiting {
            let activity = self.sandboxes[key].history.clone();
            self.plan_start(key, Surface::Sandbox, at);
            self.sandboxes[key].history = activity;
        }
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60))
}

/// A number that ends in an integer column: a fraction is an unforeseen error there.
pub(crate) fn whole(number: f64) -> Result<i64, Refusal> {
    if number.fract() == 0.0 && number.abs() < 2_147_483_648.0 { Ok(number as i64) } else { Err(Refusal::unexpected()) }
}

/// An interval in minutes that must not be negative.
pub(crate) fn interval(asked: Option<f64>, standard: u64, which: &str) -> Result<u64, Refusal> {
    let Some(number) = asked else { return Ok(standard) };
    if number < 0.0 {
        return Err(Refusal::bad_request(format!("{which} interval must be non-negative")));
    }
    whole(number).map(|minutes| minutes as u64)
}

/// Zero is the maximum, and nothing is longer.
pub(crate) fn archive_minutes(asked: u64) -> u64 {
    if asked == 0 { MAX_AUTO_ARCHIVE } else { asked.min(MAX_AUTO_ARCHIVE) }
}
