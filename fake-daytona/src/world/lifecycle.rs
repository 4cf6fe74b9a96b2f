//! Operations on a sandbox that exists: what each of them checks, and the plan it sets going.

use std::time::Duration;

use super::organization::Suspension;
use super::outcome::Outcome;
use super::sandbox::{Cause, Sandbox, Step};
use super::state::{Desired, State};
use super::{Key, World, quota};
use crate::clock::Timestamp;
use crate::generation::Generation;
use crate::refusal::Refusal;
use crate::settings::Size;

/// What a start means for the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Starting {
    /// It was started already.
    Already,
    /// It will be; the caller waits for it.
    Soon,
    /// It comes back from the archive; nobody waits for that.
    FromArchive,
}

impl World {
    /// "A state change is in progress", in the words and with the status of the version.
    fn busy(&self) -> Refusal {
        let noun = self.generation.noun();
        Refusal::new(self.generation.busy_status(), format!("{noun} state change in progress"))
    }

    fn refuse_when_busy(&self, key: Key) -> Result<(), Refusal> {
        if self.sandboxes[key].is_busy() { Err(self.busy()) } else { Ok(()) }
    }

    /// The text for a state that an operation does not apply to: 0.100 has its own.
    fn wrong_state(&self, today: &str, old: &str) -> Refusal {
        Refusal::bad_request(if self.generation.has_sandbox() { today } else { old })
    }

    pub(crate) fn refuse_when_suspended(&self, at: Timestamp) -> Result<(), Refusal> {
        refuse_suspended(self.organization.suspension(at))
    }

    pub(crate) fn delete(&mut self, key: Key, at: Timestamp) -> Result<(), Refusal> {
        let sandbox = &self.sandboxes[key];
        // Archiving may be interrupted.
        let early = matches!(sandbox.state, State::PendingBuild | State::Archiving);
        let deletable_early = early && sandbox.desired != Desired::Destroyed;
        if self.generation == Generation::V0_100
            && matches!(sandbox.shown(), State::Destroyed | State::Unknown | State::Creating)
        {
            return Err(Refusal::bad_request("Workspace can not be destroyed at this time"));
        }
        if self.generation != Generation::Documented && !deletable_early {
            self.refuse_when_busy(key)?;
        }
        self.asked_for(key);
        self.begin_destroy(key, at);
        Ok(())
    }

    /// What follows was asked for by a request.
    fn asked_for(&mut self, key: Key) {
        self.sandboxes[key].cause = Cause::Request;
    }

    pub(crate) fn begin_destroy(&mut self, key: Key, at: Timestamp) {
        let renames = self.generation.has_names();
        let hides = self.generation.has_sandbox();
        let (pick_up, delete) = (self.latencies.pick_up, self.latencies.delete);
        let early = self.sandboxes[key].state == State::PendingBuild;
        let errored = self.sandboxes[key].state.is_errored() && hides;
        let outcome = if errored { Outcome::default() } else { self.delete_outcomes.next() };
        self.change(key, at, |sandbox| {
            if renames {
                sandbox.name = format!("DESTROYED_{}_{}", sandbox.name, at.as_millis());
            }
            sandbox.desired = Desired::Destroyed;
            sandbox.plan.clear();
            if sandbox.state.is_errored() && hides {
                // No runner hears of it: it is only never shown again.
                sandbox.hidden = true;
                return;
            }
            if early {
                sandbox.state = State::Destroying;
            }
            let done = at + pick_up + outcome.takes.unwrap_or(delete);
            sandbox.plan.push_back(Step::new(at + pick_up, State::Destroying));
            // A runner that fails leaves an errored row that nobody is shown, and perhaps a container.
            sandbox.plan.push_back(match outcome.fails {
                None => Step::new(done, State::Destroyed),
                Some(reason) => Step { due: done, to: State::Error, reason: Some(reason) },
            });
        });
    }

    /// Gone at once: the delete of the provider description.
    pub(crate) fn destroy_now(&mut self, key: Key, at: Timestamp) {
        self.asked_for(key);
        self.change(key, at, |sandbox| {
            sandbox.desired = Desired::Destroyed;
            sandbox.plan.clear();
        });
        self.enter(key, State::Destroyed, None, at);
    }

    pub(crate) fn start(&mut self, key: Key, at: Timestamp) -> Result<Starting, Refusal> {
        let sandbox = &self.sandboxes[key];
        if sandbox.state.is_errored() {
            return Err(self.wrong_state("Sandbox is in an errored state", "Workspace is not in valid state"));
        }
        // The backup is given up.
        let archiving = sandbox.state == State::Archiving && sandbox.desired == Desired::Archived;
        if !archiving {
            self.refuse_when_busy(key)?;
        }
        let sandbox = &self.sandboxes[key];
        if sandbox.state == State::Started {
            return Ok(Starting::Already);
        }
        self.refuse_when_suspended(at)?;
        if !matches!(sandbox.state, State::Stopped | State::Archiving | State::Archived | State::Paused) {
            return Err(self.wrong_state("Sandbox is not in valid state", "Workspace is not in valid state"));
        }
        let held = quota::held_by(sandbox);
        let needed = Size {
            cpu: sandbox.size.cpu - held.cpu,
            memory: sandbox.size.memory - held.memory,
            disk: sandbox.size.disk - held.disk,
            gpu: sandbox.size.gpu - held.gpu,
        };
        quota::check_total(self.generation, &self.limits, self.usage(), needed, &self.dashboard)?;
        let outcome = self.start_outcomes.next();
        let latencies = self.latencies;
        let begun = at + latencies.pick_up;
        let from = self.sandboxes[key].state.clone();
        self.asked_for(key);
        self.change(key, at, |sandbox| {
            sandbox.desired = Desired::Started;
            sandbox.plan.clear();
            let (way, takes) = match from {
                State::Archived => (State::Restoring, latencies.restore),
                State::Paused => (State::Resuming, latencies.start),
                _ => (State::Starting, latencies.start),
            };
            sandbox.plan.push_back(Step::new(begun, way));
            sandbox.plan.push_back(outcome.into_step(begun, takes));
        });
        Ok(if from == State::Archived { Starting::FromArchive } else { Starting::Soon })
    }

    /// `hard` kills the daemon, which then cannot clean up after itself.
    pub(crate) fn stop(&mut self, key: Key, at: Timestamp, hard: bool) -> Result<(), Refusal> {
        let sandbox = &self.sandboxes[key];
        if sandbox.state.is_errored() {
            return Err(self.wrong_state("Sandbox is in an errored state", "Workspace is not in valid state"));
        }
        self.refuse_when_busy(key)?;
        if self.sandboxes[key].state != State::Started {
            return Err(self.wrong_state(self.generation.not_stoppable(), "Workspace is not started"));
        }
        self.asked_for(key);
        self.sandboxes[key].entrypoint.will_be_killed = hard;
        self.begin_stop(key, at);
        Ok(())
    }

    /// Stops a started sandbox; an ephemeral one is deleted instead.
    pub(super) fn begin_stop(&mut self, key: Key, at: Timestamp) {
        if self.sandboxes[key].is_ephemeral() {
            return self.begin_destroy(key, at);
        }
        let (pick_up, stop) = (self.latencies.pick_up, self.latencies.stop);
        let outcome = self.stop_outcomes.next();
        self.sandboxes[key].entrypoint.will_be_killed |= self.stops_kill;
        self.change(key, at, |sandbox| {
            sandbox.desired = Desired::Stopped;
            sandbox.plan.clear();
            let done = at + pick_up + outcome.takes.unwrap_or(stop);
            sandbox.plan.push_back(Step::new(at + pick_up, State::Stopping));
            sandbox.plan.push_back(match outcome.fails {
                None => Step::new(done, State::Stopped),
                Some(reason) => Step { due: done, to: State::Error, reason: Some(reason) },
            });
        });
    }

    pub(crate) fn archive(&mut self, key: Key, at: Timestamp) -> Result<(), Refusal> {
        if self.sandboxes[key].state.is_errored() {
            return Err(self.wrong_state("Sandbox is in an errored state", "Workspace is not stopped"));
        }
        self.refuse_when_busy(key)?;
        if self.sandboxes[key].state != State::Stopped {
            return Err(self.wrong_state("Sandbox is not stopped", "Workspace is not stopped"));
        }
        if self.sandboxes[key].is_ephemeral() {
            return Err(Refusal::bad_request("Ephemeral sandboxes cannot be archived"));
        }
        self.asked_for(key);
        self.begin_archive(key, at);
        Ok(())
    }

    pub(super) fn begin_archive(&mut self, key: Key, at: Timestamp) {
        let takes = self.latencies.archive;
        self.change(key, at, |sandbox| {
            sandbox.desired = Desired::Archived;
            sandbox.state = State::Archiving;
            sandbox.last_activity_at = at;
            sandbox.plan.clear();
            sandbox.plan.push_back(Step::new(at + takes, State::Archived));
        });
    }

    /// Starts an errored sandbox again, or leaves it stopped.
    pub(crate) fn recover(&mut self, key: Key, at: Timestamp, skip_start: bool) -> Result<(), Refusal> {
        let sandbox = &self.sandboxes[key];
        if !sandbox.state.is_errored() || !sandbox.recoverable {
            return Err(Refusal::bad_request("Sandbox is not in a recoverable state"));
        }
        self.refuse_when_suspended(at)?;
        let sandbox = &self.sandboxes[key];
        if sandbox.recovered_at.is_some_and(|last| at - last < RECOVERY_COOL_DOWN) {
            return Err(Refusal::conflict("Sandbox was recovered recently. Please try again later."));
        }
        let (outcome, takes) = (self.start_outcomes.next(), self.latencies.start);
        self.asked_for(key);
        self.change(key, at, |sandbox| {
            sandbox.recovered_at = Some(at);
            sandbox.recoverable = false;
            sandbox.error_reason = None;
            sandbox.plan.clear();
            if skip_start {
                sandbox.desired = Desired::Stopped;
                sandbox.state = State::Stopped;
            } else {
                sandbox.desired = Desired::Started;
                sandbox.state = State::Starting;
                sandbox.plan.push_back(outcome.into_step(at, takes));
            }
            sandbox.last_activity_at = at;
        });
        Ok(())
    }

    /// Another size. CPU and memory at any time, a bigger disk only while stopped, never a smaller one.
    pub(crate) fn resize(&mut self, key: Key, at: Timestamp, wanted: Size) -> Result<(), Refusal> {
        self.refuse_when_busy(key)?;
        let sandbox = &self.sandboxes[key];
        let (now, state) = (sandbox.size, sandbox.state.clone());
        if !matches!(state, State::Started | State::Stopped) {
            return Err(Refusal::bad_request("Sandbox must be started or stopped to be resized"));
        }
        if wanted.disk < now.disk {
            return Err(Refusal::bad_request("Disk size cannot be decreased"));
        }
        if wanted.disk > now.disk && state != State::Stopped {
            return Err(Refusal::bad_request("Disk can only be resized while the sandbox is stopped"));
        }
        quota::check_size(self.generation, &self.limits, wanted)?;
        let more = Size {
            cpu: wanted.cpu.saturating_sub(now.cpu),
            memory: wanted.memory.saturating_sub(now.memory),
            disk: wanted.disk - now.disk,
            gpu: 0,
        };
        quota::check_total(self.generation, &self.limits, self.usage(), more, &self.dashboard)?;
        let takes = self.latencies.snapshot;
        self.asked_for(key);
        self.enter(key, State::Resizing, None, at);
        self.change(key, at, |sandbox| {
            sandbox.resize_to = Some(Size { gpu: now.gpu, ..wanted });
            sandbox.plan.push_back(Step::new(at + takes, state));
        });
        Ok(())
    }

    /// Takes a snapshot of a sandbox: it is `snapshotting`, and then what it was. Returns when that is over.
    pub(crate) fn begin_snapshot(&mut self, key: Key, at: Timestamp) -> Result<Timestamp, Refusal> {
        self.refuse_when_suspended(at)?;
        let sandbox = &self.sandboxes[key];
        let state = sandbox.state.clone();
        // Whatever is under way has a state of its own, and the text is the same for all of them.
        if !matches!(state, State::Started | State::Stopped) || sandbox.is_busy() {
            return Err(Refusal::bad_request("Sandbox must be in started or stopped state to create a snapshot"));
        }
        let done = at + self.latencies.snapshot;
        self.asked_for(key);
        self.enter(key, State::Snapshotting, None, at);
        self.change(key, at, |sandbox| sandbox.plan.push_back(Step::new(done, state)));
        Ok(done)
    }

    /// An activity that counts, unless the last one was a moment ago.
    pub(crate) fn touch(&mut self, key: Key, at: Timestamp, at_most_every: Duration) {
        let sandbox = &mut self.sandboxes[key];
        if sandbox.activity_written_at.is_some_and(|last| at - last < at_most_every) {
            return;
        }
        sandbox.activity_written_at = Some(at);
        sandbox.activity_pending = Some(at);
        self.reschedule(key);
    }
}

/// How long after a recovery the next one is refused.
const RECOVERY_COOL_DOWN: Duration = Duration::from_secs(3600);

/// Calls of `last-activity` closer together than this are dropped.
pub(crate) const ACTIVITY_THROTTLE: Duration = Duration::from_secs(5);

/// Refuses what a suspended organization may not do.
pub(super) fn refuse_suspended(suspension: Option<&Suspension>) -> Result<(), Refusal> {
    match suspension.map(|suspension| suspension.reason.as_deref().filter(|reason| !reason.is_empty())) {
        None => Ok(()),
        Some(None) => Err(Refusal::forbidden("Organization is suspended")),
        Some(Some(reason)) => Err(Refusal::forbidden(format!("Organization is suspended: {reason}"))),
    }
}

impl Step {
    pub(super) fn new(due: Timestamp, to: State) -> Self {
        Self { due, to, reason: None }
    }
}

impl Outcome {
    /// The end of a start that began at `begun`.
    pub(super) fn into_step(self, begun: Timestamp, usual: Duration) -> Step {
        let due = begun + self.takes.unwrap_or(usual);
        match self.fails {
            None => Step::new(due, State::Started),
            Some(reason) => Step { due, to: State::Error, reason: Some(reason) },
        }
    }
}

impl Sandbox {
    /// A start that somebody waits for has ended, well or badly.
    pub(crate) fn start_has_ended(&self) -> bool {
        !self.is_busy()
    }
}
