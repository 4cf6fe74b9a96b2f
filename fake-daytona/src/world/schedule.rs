//! Time passing: what is due for a sandbox, and carrying it out.

use std::cmp::Reverse;
use std::time::Duration;

use super::organization::Suspension;
use super::sandbox::{Cause, Sandbox};
use super::state::{Desired, State};
use super::{Key, World};
use crate::clock::Timestamp;
use crate::generation::Generation;

/// How often the server's jobs look for idle sandboxes.
const IDLE_CHECK: Duration = Duration::from_secs(10);

/// How often accepted activities are written to the rows.
const ACTIVITY_FLUSH: Duration = Duration::from_secs(10);

/// How long what a suspended organization runs may go on.
const SUSPENSION_GRACE: Duration = Duration::from_secs(24 * 3600);

/// How often the server looks for it then.
const SUSPENSION_CHECK: Duration = Duration::from_secs(60);

/// What happens to a sandbox next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The next step of the plan.
    Step,
    /// An accepted activity reaches the row.
    FlushActivity,
    AutoStop,
    AutoArchive,
    AutoDelete,
    /// The time to live has ended.
    Expire,
    /// The server gives up on a state that took too long.
    GiveUp(&'static str),
}

impl Event {
    /// What a change of state that begins with this is put down to. `None`: to what began it earlier.
    fn cause(self) -> Option<Cause> {
        match self {
            Self::Step | Self::FlushActivity => None,
            Self::AutoStop => Some(Cause::Idle),
            Self::AutoArchive => Some(Cause::AutoArchive),
            Self::AutoDelete => Some(Cause::AutoDelete),
            Self::Expire => Some(Cause::TimeToLive),
            Self::GiveUp(_) => Some(Cause::ServerLimit),
        }
    }
}

impl World {
    /// Carries out everything that is due by `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        loop {
            let first = self.agenda.peek().map(|Reverse((due, _))| *due).unwrap_or(now).min(now);
            self.sweep_suspended(first);
            let Some(Reverse((due, key))) = self.agenda.peek().copied().filter(|Reverse((due, _))| *due <= now) else {
                break;
            };
            self.agenda.pop();
            if self.sandboxes[key].scheduled != Some(due) {
                continue;
            }
            self.sandboxes[key].scheduled = None;
            match next(&self.sandboxes[key], self.generation) {
                Some((at, event)) if at <= due => self.carry_out(key, event, at),
                // The row changed since this entry was made: it only has to be looked at again later.
                _ => self.reschedule(key),
            }
        }
    }

    /// A day after its suspension the server begins to stop, every minute, whatever an organization still runs; its own
    /// snapshots can no longer be used.
    fn sweep_suspended(&mut self, now: Timestamp) {
        while let Some(due) = self.suspension_sweep.filter(|due| *due <= now) {
            self.suspension_sweep = Some(due + SUSPENSION_CHECK);
            if self.organization.suspension(due).is_none() {
                self.suspension_sweep = None;
                return;
            }
            let running: Vec<Key> = (0..self.sandboxes.len())
                .filter(|key| self.sandboxes[*key].state == State::Started && !self.sandboxes[*key].is_busy())
                .collect();
            for key in running {
                self.sandboxes[key].cause = Cause::Suspension;
                self.begin_stop(key, due);
            }
            self.snapshots.deactivate_own(due);
        }
    }

    /// Suspends the organization, or ends its suspension.
    pub(crate) fn suspend(&mut self, suspension: Option<Suspension>) {
        self.suspension_sweep =
            suspension.as_ref().map(|suspension| (suspension.since + SUSPENSION_GRACE).round_up(SUSPENSION_CHECK));
        self.organization.suspended = suspension;
    }

    /// When something happens to this sandbox by itself. `None`: never.
    pub(crate) fn next_change(&self, key: Key) -> Option<Timestamp> {
        next(&self.sandboxes[key], self.generation).map(|(at, _)| at)
    }

    pub(super) fn reschedule(&mut self, key: Key) {
        let sandbox = &mut self.sandboxes[key];
        let Some((due, _)) = next(sandbox, self.generation) else { return };
        // An earlier entry is kept: it will find that nothing is due yet and ask again. So a stream of activity adds
        // one entry per interval and not one per call.
        if sandbox.scheduled.is_none_or(|scheduled| due < scheduled) {
            sandbox.scheduled = Some(due);
            self.agenda.push(Reverse((due, key)));
        }
    }

    fn carry_out(&mut self, key: Key, event: Event, at: Timestamp) {
        if let Some(cause) = event.cause() {
            self.sandboxes[key].cause = cause;
        }
        match event {
            Event::Step => {
                let step = self.sandboxes[key].plan.pop_front();
                if let Some(step) = step {
                    if step.reason.is_some() {
                        self.sandboxes[key].cause = Cause::Failure;
                    }
                    self.enter(key, step.to, step.reason, at);
                }
            }
            Event::FlushActivity => self.change_silently(key),
            Event::AutoStop if self.generation == Generation::Documented => {
                self.change(key, at, |sandbox| sandbox.desired = Desired::Archived);
                self.enter(key, State::Archived, None, at);
            }
            Event::AutoStop => self.begin_stop(key, at),
            Event::AutoArchive => self.begin_archive(key, at),
            Event::AutoDelete | Event::Expire => self.begin_destroy(key, at),
            Event::GiveUp(reason) => {
                let building = self.sandboxes[key].state == State::BuildingSnapshot;
                self.sandboxes[key].plan.clear();
                let end = if building { State::BuildFailed } else { State::Error };
                self.enter(key, end, Some(reason.to_owned()), at);
            }
        }
    }

    /// Writes a pending activity without touching `updatedAt`.
    fn change_silently(&mut self, key: Key) {
        let updated_at = self.sandboxes[key].updated_at;
        self.change(key, updated_at, |sandbox| {
            if let Some(activity) = sandbox.activity_pending.take() {
                sandbox.last_activity_at = sandbox.last_activity_at.max(activity);
            }
        });
    }

    /// Stores a new state and what comes with it.
    pub(super) fn enter(&mut self, key: Key, state: State, reason: Option<String>, at: Timestamp) {
        let version = self.generation.version();
        let runner = self.runner_id();
        if matches!(state, State::Creating | State::Started)
            && let Some(build) = &self.sandboxes[key].build
            && let Some(built) = self.builds.get_mut(&build.snapshot_ref)
        {
            built.cached_at.get_or_insert(at);
        }
        if !matches!(state, State::Started | State::Snapshotting | State::Resizing) {
            self.end_processes(key, at);
        }
        self.change(key, at, |sandbox| {
            if let Some(started) = sandbox.started_at.take() {
                sandbox.billed += at - started;
            }
            if !matches!(state, State::Started | State::Snapshotting | State::Resizing) {
                sandbox.entrypoint.end(at);
            }
            match &state {
                State::Started => {
                    let snapshotted = matches!(sandbox.state, State::Snapshotting | State::Resizing);
                    sandbox.started_at = Some(at);
                    sandbox.daemon_version = version;
                    sandbox.runner_id = Some(runner);
                    sandbox.backup_state = "None";
                    if !snapshotted {
                        sandbox.entrypoint.begin(at);
                    }
                }
                State::Creating | State::BuildingSnapshot | State::Restoring => sandbox.runner_id = Some(runner),
                State::Archived => {
                    sandbox.runner_id = None;
                    sandbox.backup_state = "Completed";
                    sandbox.backup_created_at.get_or_insert(at);
                }
                State::Destroyed => {
                    sandbox.runner_id = None;
                    sandbox.destroyed_at = Some(at);
                }
                _ => {}
            }
            if !matches!(state, State::Snapshotting | State::Resizing)
                && let Some(size) = sandbox.resize_to.take()
            {
                sandbox.size = size;
            }
            sandbox.error_reason = reason;
            if state == State::Error && sandbox.desired == Desired::Destroyed {
                sandbox.hidden = true;
            }
            sandbox.state = state;
            sandbox.forced = false;
            sandbox.last_activity_at = at;
        });
    }

    pub(super) fn runner_id(&self) -> String {
        RUNNER_ID.to_owned()
    }
}

/// One runner is enough: nothing in the API lets a client choose one.
pub(crate) const RUNNER_ID: &str = "5a1d0e7e-0000-4000-8000-000000000001";

/// What happens to a sandbox next, and when.
fn next(sandbox: &Sandbox, generation: Generation) -> Option<(Timestamp, Event)> {
    if sandbox.is_gone() {
        return None;
    }
    let mut first: Option<(Timestamp, Event)> = None;
    let mut offer = |due: Timestamp, event: Event| {
        if first.is_none_or(|(earliest, _)| due < earliest) {
            first = Some((due, event));
        }
    };
    if let Some(step) = sandbox.plan.front() {
        offer(step.due, Event::Step);
    }
    if let Some(accepted) = sandbox.activity_pending {
        // Never at once: a read right after an accepted activity still shows the old moment.
        offer((accepted + Duration::from_millis(1)).round_up(ACTIVITY_FLUSH), Event::FlushActivity);
    }
    if let Some((limit, reason)) = state_time_limit(&sandbox.state, generation)
        && !sandbox.forced
    {
        offer(sandbox.last_activity_at + limit, Event::GiveUp(reason));
    }
    if !sandbox.is_busy() && sandbox.desired != Desired::Destroyed {
        let idle = |minutes: u64| {
            let activity = sandbox.activity_pending.unwrap_or(sandbox.last_activity_at).max(sandbox.last_activity_at);
            (activity + Duration::from_secs(minutes.saturating_mul(60))).round_up(IDLE_CHECK)
        };
        match sandbox.state {
            State::Started if sandbox.auto_stop > 0 => offer(idle(sandbox.auto_stop), Event::AutoStop),
            State::Stopped if generation != Generation::Documented => {
                offer(idle(sandbox.auto_archive), Event::AutoArchive);
            }
            _ => {}
        }
        // Nothing ever deletes what is archived.
        if sandbox.state == State::Stopped
            && let Ok(minutes) = u64::try_from(sandbox.auto_delete)
        {
            offer(idle(minutes), Event::AutoDelete);
        }
        if let Some(end) = sandbox.auto_destroy_at {
            offer(end.round_up(IDLE_CHECK), Event::Expire);
        }
    }
    first
}

/// How long the server waits in a state, counted from the last activity, before it calls it an error.
fn state_time_limit(state: &State, generation: Generation) -> Option<(Duration, &'static str)> {
    if generation == Generation::Documented {
        return None;
    }
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    match state {
        State::Starting => Some((minutes(5), "Timeout while starting sandbox")),
        State::Creating => Some((minutes(15), "Timeout while creating sandbox")),
        State::Restoring => Some((minutes(30), "Timeout while restoring sandbox")),
        State::PullingSnapshot => Some((minutes(30), "Timeout while pulling snapshot")),
        State::BuildingSnapshot => Some((minutes(60), "Timeout while building snapshot")),
        _ => None,
    }
}
