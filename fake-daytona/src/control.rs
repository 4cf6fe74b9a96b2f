//! The handle: scripting a fake, and looking into it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::FakeDaytona;
use crate::clock::Timestamp;
use crate::fault::{Matcher, Storm, Verdict};
use crate::http::Dashboard;
use crate::http::reply::Reply;
use crate::http::throttle::Bucket;
use crate::inspect::{RecordedRequest, SandboxView};
use crate::settings::{Latencies, Limits};
use crate::world::entrypoint::Fate;
use crate::world::organization::{ApiKey, Suspension};
use crate::world::outcome::Outcome;
use crate::world::region::Region;
use crate::world::state::{Desired, State};
use crate::world::{Key, World};

/// Time and fate of sandboxes.
impl FakeDaytona {
    fn change<T>(&self, act: impl FnOnce(&mut World, Timestamp) -> T) -> T {
        let now = self.core.now();
        let result = act(&mut self.core.world(), now);
        self.core.announce();
        result
    }

    /// Sets the wall clock forward: everything that is due until then happens at once, at its own moment.
    ///
    /// Meant for a server in real time. Under a paused clock `tokio::time::advance` does the same for the fake and
    /// for everybody else.
    pub fn skip(&self, duration: Duration) {
        self.core.clock.skip(duration);
        self.core.announce();
    }

    /// The next start (of a create or of a stopped sandbox) that is planned ends in `error` with this reason.
    pub fn fail_next_start(&self, reason: &str) {
        let fails = Some(reason.to_owned());
        self.change(|world, _| world.start_outcomes.script(Outcome { fails, takes: None }));
    }

    /// The next start that is planned takes this long.
    pub fn next_start_takes(&self, duration: Duration) {
        self.change(|world, _| world.start_outcomes.script(Outcome { fails: None, takes: Some(duration) }));
    }

    /// Starts end in `error` with this reason, with a probability (0 to 1). The same seed strikes the same starts.
    pub fn starts_fail_by_chance(&self, probability: f64, reason: &str, seed: u64) {
        let outcome = Outcome { fails: Some(reason.to_owned()), takes: None };
        self.change(|world, _| world.start_outcomes.by_chance(probability, outcome, seed));
    }

    /// Starts take this long, with a probability (0 to 1). The same seed strikes the same starts.
    pub fn starts_lag_by_chance(&self, probability: f64, duration: Duration, seed: u64) {
        let outcome = Outcome { fails: None, takes: Some(duration) };
        self.change(|world, _| world.start_outcomes.by_chance(probability, outcome, seed));
    }

    /// The next stop that is planned ends in `error` with this reason.
    pub fn fail_next_stop(&self, reason: &str) {
        let fails = Some(reason.to_owned());
        self.change(|world, _| world.stop_outcomes.script(Outcome { fails, takes: None }));
    }

    /// The next delete that is planned ends in an errored row that no read finds.
    pub fn fail_next_delete(&self, reason: &str) {
        let fails = Some(reason.to_owned());
        self.change(|world, _| world.delete_outcomes.script(Outcome { fails, takes: None }));
    }

    /// Builds end in `build_failed` with this reason, with a probability (0 to 1).
    pub fn builds_fail_by_chance(&self, probability: f64, reason: &str, seed: u64) {
        let outcome = Outcome { fails: Some(reason.to_owned()), takes: None };
        self.change(|world, _| world.build_outcomes.by_chance(probability, outcome, seed));
    }

    /// The next build that is planned ends in `build_failed` with this reason.
    pub fn fail_next_build(&self, reason: &str) {
        let fails = Some(reason.to_owned());
        self.change(|world, _| world.build_outcomes.script(Outcome { fails, takes: None }));
    }

    /// The next build that is planned takes this long.
    pub fn next_build_takes(&self, duration: Duration) {
        self.change(|world, _| world.build_outcomes.script(Outcome { fails: None, takes: Some(duration) }));
    }

    /// Starts planned from now on take this long, after a build too.
    pub fn start_takes(&self, duration: Duration) {
        self.change(|world, _| {
            world.latencies.start = duration;
            world.latencies.after_build = duration;
        });
    }

    /// Builds planned from now on take this long.
    pub fn build_takes(&self, duration: Duration) {
        self.change(|world, _| world.latencies.build = duration);
    }

    /// Stops planned from now on take this long.
    pub fn stop_takes(&self, duration: Duration) {
        self.change(|world, _| world.latencies.stop = duration);
    }

    /// Every stop kills, as when the daemon does not end in time: its session stays on the disk, so that the exit code of an
    /// ended launch command is shown again after the next start.
    pub fn stops_kill(&self, kill: bool) {
        self.change(|world, _| world.stops_kill = kill);
    }

    /// Deletes accepted from now on take this long.
    pub fn delete_takes(&self, duration: Duration) {
        self.change(|world, _| world.latencies.delete = duration);
    }

    /// All latencies, for what is planned from now on.
    pub fn set_latencies(&self, latencies: Latencies) {
        self.change(|world, _| world.latencies = latencies);
    }

    /// Puts a sandbox into a state, whatever it was doing; any word is taken. Returns whether there is such a sandbox.
    ///
    /// What was under way is dropped, and the server's own time limits do not end a forced state. The idle clock
    /// starts anew. Without `desired`, the wish that fits the state is stored (`stopped` for `stopped`).
    pub fn set_state(&self, id_or_name: &str, state: &str, desired: Option<Desired>, reason: Option<&str>) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.force_state(key, now, State::parse(state), desired, reason.map(str::to_owned));
        })
    }

    /// Says whether an errored sandbox can be recovered.
    pub fn set_recoverable(&self, id_or_name: &str, recoverable: bool) -> bool {
        self.with(id_or_name, |world, key, now| world.change(key, now, |row| row.recoverable = recoverable))
    }

    /// A started sandbox stops at once and hard, as when its runner ends it: its daemon cannot clean up, so that the exit
    /// code of an ended launch command is shown again after the next start. Returns whether there is such a sandbox.
    pub fn kill(&self, id_or_name: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change(key, now, |row| row.entrypoint.will_be_killed = true);
            world.force_state(key, now, State::Stopped, Some(Desired::Stopped), None);
            world.change(key, now, |row| row.forced = false);
        })
    }

    /// Somebody copies a sandbox with everything in it, labels too, under another name. Returns the identifier of the copy,
    /// which runs at once.
    pub fn copy(&self, id_or_name: &str, name: &str) -> Option<String> {
        self.change(|world, now| {
            let key = world.find_ever(id_or_name)?;
            let copy = world.copy(key, name, now);
            Some(world.sandbox(copy).id.clone())
        })
    }

    /// A backup of a sandbox is there already, as the server makes one of what is stopped for a while.
    pub fn back_up(&self, id_or_name: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| {
                row.backup_state = "Completed";
                row.backup_created_at = Some(now);
            });
        })
    }

    /// The fate of a sandbox's launch command, from its current run on.
    pub fn set_entrypoint(&self, id_or_name: &str, fate: Fate) -> bool {
        self.with(id_or_name, |world, key, now| world.change_quietly(key, now, |row| row.entrypoint.fate = fate))
    }

    /// The launch command of a sandbox exits with this code, now.
    pub fn entrypoint_exits(&self, id_or_name: &str, code: i32) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| {
                let after = row.entrypoint.started_at.map_or(Duration::ZERO, |since| now - since);
                row.entrypoint.fate = Fate::Exits { after, code };
            });
        })
    }

    /// What the launch command of a sandbox has printed.
    pub fn set_entrypoint_logs(&self, id_or_name: &str, logs: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| row.entrypoint.logs = logs.to_owned());
        })
    }

    /// The fate of launch commands of sandboxes created from now on, unless a rule for a name or a label applies.
    pub fn entrypoints_of_new(&self, fate: Fate) {
        self.change(|world, _| world.fates.standard(fate));
    }

    /// The fate of launch commands of sandboxes that will be created under this name. The newest rule wins.
    pub fn entrypoints_named(&self, name: &str, fate: Fate) {
        self.change(|world, _| world.fates.named(name, fate));
    }

    /// The fate of launch commands of sandboxes that will be created with this label. The newest rule wins; a rule
    /// for the name comes before any for a label.
    pub fn entrypoints_labelled(&self, key: &str, value: &str, fate: Fate) {
        self.change(|world, _| world.fates.labelled(key, value, fate));
    }

    /// What the toolbox answers to `process/execute` of exactly this command. Default: nothing, and success.
    pub fn execute_answers(&self, command: &str, exit_code: i32, output: &str) {
        let answer = (exit_code, output.to_owned());
        self.change(|world, _| world.executions.insert(command.to_owned(), answer));
    }

    fn with<T>(&self, id_or_name: &str, act: impl FnOnce(&mut World, Key, Timestamp) -> T) -> bool {
        self.change(|world, now| {
            let found = world.find_ever(id_or_name);
            found.map(|key| act(world, key, now)).is_some()
        })
    }
}

/// The organization and the server.
impl FakeDaytona {
    /// Suspends the organization: creates and starts are refused, and a day later the server stops what runs. An empty
    /// reason is none.
    pub fn suspend(&self, reason: &str) {
        self.suspend_since(reason, self.now(), None);
    }

    /// Suspends the organization from this moment, which may be past, until another one.
    pub fn suspend_since(&self, reason: &str, since: Timestamp, until: Option<Timestamp>) {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        self.change(|world, _| {
            world.organization.seen_by_creates = None;
            world.suspend(Some(Suspension { reason, since, until }));
        });
    }

    /// Suspends the organization as the real server does: creates go by what they saw up to ten seconds ago.
    pub fn suspend_unnoticed(&self, reason: &str) {
        let suspension = Suspension { reason: Some(reason.to_owned()), since: self.now(), until: None };
        self.change(|world, _| world.suspend(Some(suspension)));
    }

    /// Ends a suspension.
    pub fn unsuspend(&self) {
        self.change(|world, _| {
            world.organization.seen_by_creates = None;
            world.suspend(None);
        });
    }

    /// Everything is 503, health, configuration and unknown routes too.
    pub fn maintenance(&self, on: bool) {
        self.change(|world, _| world.maintenance = on);
    }

    /// What is answered outside of the API. Default: the dashboard's page, with 200, whatever is asked.
    pub fn set_dashboard(&self, dashboard: Dashboard) {
        self.core.set_dashboard(dashboard);
    }

    /// One more organization on this server, with this key and sandboxes of its own. What is returned looks into it and
    /// scripts it; requests go to the server as ever, and their key decides where they belong.
    pub fn another_organization(&self, key: &str) -> Self {
        Self { core: self.core.found(key) }
    }

    /// One more region, or another form of one that there is; the first is the default one.
    pub fn set_region(&self, region: Region) {
        self.change(|world, _| match world.regions.iter_mut().find(|known| known.id == region.id) {
            Some(known) => *known = region,
            None => world.regions.push(region),
        });
    }

    /// Whether the organization has a default region. Without one nothing can be created, whatever region is named.
    pub fn has_default_region(&self, has: bool) {
        self.change(|world, _| world.lacks_default_region = !has);
    }

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

    /// No runner has room: snapshots are refused, builds wait in `pending_build`.
    pub fn no_runners(&self) {
        self.change(|world, _| world.has_runners = false);
    }

    /// Runners have room again, and waiting builds go on.
    pub fn runners_return(&self) {
        self.change(World::runners_arrive);
    }

    /// Other limits, for what is asked from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.change(|world, _| world.limits = limits);
    }

    /// One more key of the organization, with these scopes only.
    pub fn add_key(&self, key: &str, scopes: &[&str]) {
        let row = ApiKey::new(scopes.iter().map(|scope| (*scope).to_owned()).collect(), self.now());
        self.change(|world, _| world.organization.keys.insert(key.to_owned(), row));
    }

    /// A key is deleted, and works on for ten seconds, as long as the server has it in its cache. Returns whether there
    /// was such a key.
    pub fn delete_key(&self, key: &str) -> bool {
        self.change(|world, now| world.organization.change_late(key, None, now))
    }

    /// A key keeps these scopes only, ten seconds from now. Returns whether there is such a key.
    pub fn take_scopes(&self, key: &str, scopes: &[&str]) -> bool {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.change(|world, now| world.organization.change_late(key, Some(scopes), now))
    }

    /// The scopes of a key, at once. Returns whether there is such a key.
    pub fn set_scopes(&self, key: &str, scopes: &[&str]) -> bool {
        self.change(|world, _| {
            let found = world.organization.keys.get_mut(key);
            found.map(|row| row.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect()).is_some()
        })
    }

    /// A key stops working now. Returns whether there is such a key.
    pub fn expire_key(&self, key: &str) -> bool {
        self.expire_key_at(key, self.now())
    }

    /// A key stops working at this moment. Returns whether there is such a key.
    pub fn expire_key_at(&self, key: &str, at: Timestamp) -> bool {
        self.change(|world, _| world.organization.keys.get_mut(key).map(|row| row.expires_at = Some(at)).is_some())
    }

    /// Requests of this bucket are 429 for this long.
    pub fn exhaust(&self, bucket: Bucket, duration: Duration) {
        let until = self.now() + duration;
        self.core.throttle().exhaust(bucket, until);
    }

    /// Requests per minute of this bucket.
    pub fn set_rate_limit(&self, bucket: Bucket, limit: u64) {
        self.core.throttle().set_limit(bucket, limit);
    }

    /// No request is 429 for coming too often.
    pub fn lift_rate_limits(&self) {
        for bucket in Bucket::ALL {
            self.set_rate_limit(bucket, u64::MAX);
        }
    }

    /// Turns the feature flag of `POST …/resize` on or off. Off, as on the recorded server, is the default.
    pub fn enable_resize(&self, on: bool) {
        self.change(|world, _| world.resize_enabled = on);
    }

    /// The organization's egress is restricted (tiers 1 and 2): network settings are refused.
    pub fn restrict_egress(&self, on: bool) {
        self.change(|world, _| world.restricted_egress = on);
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

    /// Lists of `/sandbox` show the truth of this long ago. Reads by id stay true.
    pub fn list_lags(&self, behind: Duration) {
        self.change(|world, _| world.lag.behind = behind);
    }

    /// For `window` after its destruction a sandbox comes and goes in lists, changing every `period`.
    pub fn list_flaps(&self, window: Duration, period: Duration) {
        self.change(|world, _| world.lag.flapping = Some((window, period)));
    }

    /// `toolboxProxyUrl` of every reply from now on.
    pub fn set_toolbox_url(&self, url: &str) {
        self.core.set_toolbox_url(url.trim_end_matches('/').to_owned());
    }
}

/// The manner of all replies of the API.
impl FakeDaytona {
    /// Every request takes this long before it is handled.
    pub fn delay_requests(&self, delay: Duration) {
        self.core.change_manner(|manner| manner.delay = delay);
    }

    /// The header `Date` is ahead of the server's clock by so many milliseconds, or behind it where that is negative.
    pub fn date_is_ahead(&self, millis: i64) {
        self.core.change_manner(|manner| manner.date_ahead = millis);
    }

    /// Moments in replies are written in a zone so many minutes east of Greenwich, in place of `Z`.
    pub fn write_offsets(&self, minutes: Option<i32>) {
        self.core.change_manner(|manner| manner.offset = minutes);
    }
}

/// Single requests.
impl FakeDaytona {
    /// The next request of this kind gets this answer and is not handled.
    pub fn respond_once(&self, matcher: impl Into<Matcher>, reply: Reply) {
        self.once(matcher, Verdict::Answer(reply));
    }

    /// The next request of this kind fares like this. Several for the same kind are used up in their order.
    pub fn once(&self, matcher: impl Into<Matcher>, verdict: Verdict) {
        self.core.script().once(matcher.into(), verdict);
    }

    /// Asked about every request that no `once` was meant for. The first hook that does not say
    /// [`Verdict::Proceed`] decides. A hook must not call the fake.
    pub fn on_request(&self, hook: impl Fn(&RecordedRequest) -> Verdict + Send + Sync + 'static) {
        self.core.script().hook(Arc::new(hook));
    }

    /// Requests of this kind fare like this with this probability (0 to 1). The same seed strikes the same requests.
    pub fn by_chance(&self, matcher: impl Into<Matcher>, probability: f64, verdict: Verdict, seed: u64) {
        self.storm(Storm::new(seed, probability).on(matcher).always(verdict));
    }

    /// Faults strike by chance from now on. Several storms may rage at once; the first that strikes decides.
    pub fn storm(&self, storm: Storm) {
        self.core.script().storm(storm);
    }

    /// How many of the verdicts given to [`FakeDaytona::once`] still wait for their request.
    pub fn pending_verdicts(&self) -> usize {
        self.core.script().pending()
    }

    /// Forgets everything that was set up for single requests, storms too.
    pub fn clear_script(&self) {
        self.core.script().clear();
    }
}

/// The ground truth.
impl FakeDaytona {
    /// Every sandbox ever created, oldest first, destroyed ones too.
    pub fn sandboxes(&self) -> Vec<SandboxView> {
        let now = self.core.now();
        self.core.world().sandboxes().map(|row| SandboxView::of(row, now)).collect()
    }

    /// One sandbox by id, by its present name, or by the name it was created with (the latest of several).
    pub fn sandbox(&self, id_or_name: &str) -> Option<SandboxView> {
        let now = self.core.now();
        let world = self.core.world();
        world.find_ever(id_or_name).map(|key| SandboxView::of(world.sandbox(key), now))
    }

    /// Sandboxes that still exist.
    pub fn alive(&self) -> Vec<SandboxView> {
        let now = self.core.now();
        let world = self.core.world();
        world.sandboxes().filter(|row| !row.is_gone()).map(|row| SandboxView::of(row, now)).collect()
    }

    /// What the organization's quota counts at the moment.
    pub fn usage(&self) -> crate::Size {
        self.core.world().usage()
    }

    /// Every request so far, toolbox included.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.core.log().requests()
    }

    /// How many of the requests that are kept are of this kind: `fake.count(("POST", "/sandbox"))`.
    pub fn count(&self, matcher: impl Into<Matcher>) -> usize {
        self.core.log().count(&matcher.into())
    }

    /// How many requests there were by method and route, identifiers replaced by `{}`; kept by
    /// [`Builder::counts_only`](crate::Builder::counts_only) too, and never forgotten.
    pub fn requests_by_route(&self) -> BTreeMap<String, u64> {
        self.core.log().by_route().clone()
    }

    /// The keys of every create's body that this version reads over in silence, with the number of the request: what a
    /// client sends in vain.
    pub fn ignored_keys(&self) -> Vec<(usize, String)> {
        let requests = self.core.log().requests();
        let ignored = |request: &RecordedRequest| crate::surface::ignored(self.generation(), request);
        requests.iter().flat_map(|request| ignored(request).into_iter().map(|key| (request.number, key))).collect()
    }

    /// How many connections clients have opened to [`FakeDaytona::serve`] so far.
    pub fn connections(&self) -> u64 {
        self.core.connections()
    }

    /// How many requests met a fault.
    pub fn faults(&self) -> usize {
        self.core.log().faults()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.core.log().clear();
    }
}
