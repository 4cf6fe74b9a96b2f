//! Keeping a session alive while its agent works, and only that long.
//!
//! For Daytona nothing that runs inside a sandbox is activity, and neither is a look at it from outside, so a busy agent
//! would be stopped as idle. The one thing that tells a working agent from an ended one is the toolbox's session of the
//! launch command, and asking it resets the idle clock by the way. An agent that has ended is marked by a label, once, and
//! from then on nothing is asked any more, so that the clock runs out. Everything ends when the session expires.

pub mod agent;
pub mod idle;
mod launched;

use super::call::Call;
use super::relabel::relabel;
use super::target::Target;
use crate::contract::Status;
use crate::daytona::{Dialect, Rejection, Sandbox};
use crate::http::Transport;
use crate::moment::Moment;
use crate::pool::KeepAlive;
use crate::sandbox::labels::{AGENT_EXIT, DUPLICATE_OF, LAUNCHED, ORPHAN_SINCE};
use crate::sandbox::{expiry, state};
use agent::Agent;
use idle::IdleClock;

/// Why a sandbox is kept alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trigger {
    /// It is polled: renewed when due, as far as the pool wants it.
    Poll,
    /// Somebody asks for it: renewed now.
    Demand,
    /// Nothing is renewed; only what is known is told.
    LookOnly,
}

/// What was found while a sandbox was kept alive.
#[derive(Default, Debug)]
pub struct KeepAliveOutcome {
    agent: Option<Agent>,
    stops_at: Option<Moment>,
    /// When the session ends.
    expires_at: Option<Moment>,
    /// Whether the server's dates are `behind` or `ahead` of the clock that its idle time is counted by.
    clock: Option<&'static str>,
    /// Why the toolbox told nothing.
    toolbox_problem: Option<String>,
    /// Why the clock could not be renewed.
    problem: Option<String>,
}

impl KeepAliveOutcome {
    /// Adds to the details of the state.
    pub fn add_to(self, details: &mut Vec<(String, String)>) {
        let mut tell = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                details.push((key.to_owned(), value));
            }
        };
        let word = self.agent.map(|agent| match agent {
            Agent::Running => "running",
            Agent::Exited(_) => "exited",
            Agent::Unknown => "unknown",
        });
        tell("agent", word.map(str::to_owned));
        if let Some(Agent::Exited(code)) = self.agent {
            tell("agent-exit-code", Some(code.to_string()));
        }
        tell("stops-at", self.stops_at.map(Moment::to_rfc3339));
        tell("deadline", self.expires_at.map(Moment::to_rfc3339));
        // By dates of such a server it may stop or end earlier or later than they say.
        tell("clock", self.clock.map(str::to_owned));
        tell("toolbox-problem", self.toolbox_problem);
        tell("keep-alive-problem", self.problem);
    }
}

/// Renews the idle clock of a sandbox that was just seen, if that is due and right, and tells what is known of its end.
/// Costs nothing where nothing is due, one request for a working agent, three to mark an ended one.
pub fn keep_alive<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    trigger: Trigger,
) -> KeepAliveOutcome {
    let mut outcome = KeepAliveOutcome { expires_at: expiry::of(sandbox), ..KeepAliveOutcome::default() };
    if !state::is_running(dialect, sandbox) {
        return outcome;
    }
    let date = call.client.server_time();
    let now = expiry::now(date, sandbox);
    let idle = IdleClock::of(sandbox);
    outcome.clock = match (expiry::is_behind(date, sandbox), expiry::is_ahead(date, sandbox)) {
        (true, _) => Some("behind"),
        (false, true) => Some("ahead"),
        (false, false) => None,
    };
    outcome.stops_at = idle.as_ref().and_then(IdleClock::stops_at);
    if let Some(code) = agent::marked_exit(sandbox) {
        outcome.agent = Some(Agent::Exited(code));
        return outcome;
    }
    let Some(idle) = idle else {
        return outcome;
    };
    let over = now.zip(outcome.expires_at).is_some_and(|(now, expires_at)| now >= expires_at);
    let policy = call.pool.keep_alive;
    // In doubt it is due.
    let due = outcome.clock == Some("behind")
        || idle.is_due(date)
        || (policy == KeepAlive::Agent && agent::first_look(sandbox) && target.toolbox(call).is_some());
    let wanted = match trigger {
        Trigger::Poll => policy != KeepAlive::Off && !call.observe && due,
        Trigger::Demand => true,
        Trigger::LookOnly => false,
    };
    if over || !wanted {
        return outcome;
    }
    let (mut answer, mut looked) = (None, false);
    if policy != KeepAlive::Poll {
        match agent::ask(call, target, sandbox) {
            Ok(told) => answer = Some(told),
            Err(problem) => outcome.toolbox_problem = problem,
        }
        let mut agent = agent::judge(sandbox, answer);
        if agent != Agent::Running && sandbox.label(LAUNCHED).is_some() {
            // Where that cannot be told, something may work, whatever became of the launch command.
            let told = launched::judge(call, target, sandbox, agent, answer.is_some());
            (agent, looked) = (told.unwrap_or(Agent::Unknown), told.is_some());
        }
        outcome.agent = Some(agent);
        let written = agent::note(call, target, dialect, sandbox, answer, agent);
        if let Agent::Exited(_) = agent {
            outcome.problem = written.err().map(|failed| failed.error.message.clone());
        }
    }
    // What the toolbox answered was activity by itself, also where it was marked.
    let renewed = if answer.is_some() || looked {
        Ok(date.and(now).map(|now| now.plus(idle.interval)))
    } else {
        idle.refresh(call, target, dialect, sandbox, outcome.expires_at)
    };
    match renewed {
        Ok(until) => outcome.stops_at = until.or(outcome.stops_at),
        Err(failed) => outcome.problem = Some(failed.error.message.clone()),
    }
    outcome
}

/// Takes off what does not hold for a sandbox that is wanted and whose command runs again: the marks of an ended agent and
/// of an orphan, and an idle interval that was raised. One more label may change along. One that is parked gets the label
/// that it was started again, because a start follows.
pub fn unmark<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    more: Option<(&str, &str)>,
) -> Result<(), Rejection> {
    let parked =
        state::assess(dialect, sandbox.known_state(), sandbox.desired_state.as_deref()).0 == Status::Terminated;
    let again = Some(agent::STARTED).filter(|_| parked && !agent::first_look(sandbox));
    let with: Vec<_> = more.into_iter().chain(again).collect();
    relabel(call, target, dialect, sandbox, &[AGENT_EXIT, ORPHAN_SINCE, DUPLICATE_OF], &with)?;
    let Some((asked, raised)) = idle::asked_minutes(sandbox).zip(sandbox.auto_stop_minutes) else {
        return Ok(());
    };
    // The idle clock of a running one counts from its last activity, which may be hours ago: that is why it was raised.
    let safe = || IdleClock::of(sandbox).is_some_and(|idle| !idle.would_be_due(call.client.server_time()));
    if asked == 0 || raised == asked || (raised > asked && !parked && !safe()) {
        return Ok(());
    }
    call.client.set_auto_stop(dialect, &target.id, &target.external_id, asked).map(drop)
}
