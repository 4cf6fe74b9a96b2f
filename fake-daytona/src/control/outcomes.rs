//! How long things take and what they end in.

use std::time::Duration;

use crate::FakeDaytona;
use crate::settings::Latencies;
use crate::world::outcome::Outcome;

/// Time, and what starts, builds, stops and deletes come to.
impl FakeDaytona {
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
}
