//! Keeping a session alive while its agent works, and only that long.
//!
//! For Daytona nothing that runs inside a sandbox is activity, and neither is a look at it from outside, so a busy agent
//! would be stopped as idle. The one thing that tells a working agent from an ended one is the toolbox's session of the
//! launch command, and asking it resets the idle clock by the way. An agent that has ended is marked by a label, once, and
//! from then on nothing is asked any more, so that the clock runs out. Everything ends when the session expires.

use super::call::Call;
use super::relabel::relabel;
use super::target::Target;
use crate::contract::Phase;
use crate::daytona::{Dialect, Entrypoint, Reaction, Rejection, Sandbox};
use crate::http::url::BaseUrl;
use crate::http::{Transport, digits};
use crate::moment::Moment;
use crate::pool::KeepAlive;
use crate::sandbox::labels::{AGENT_EXIT, IDLE_MINUTES, ORPHAN_SINCE};
use crate::sandbox::{expiry, state};

/// The idle clock is renewed once this part of its interval has passed: late enough to cost little, early enough for
/// two more tries.
const DUE_PART: i64 = 3;

/// Longest time that a look into the sandbox may take, in milliseconds.
const MAX_LOOK_MS: u64 = 5_000;

/// Seconds between the end of an agent's marking and what counts as activity after it: servers write activity late.
const SETTLING_SEC: i64 = 60;

const SECONDS_PER_MINUTE: i64 = 60;

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

/// What is known of the agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Agent {
    Running,
    Exited(i64),
    Unknown,
}

/// What was found while a sandbox was kept alive.
#[derive(Default, Debug)]
pub struct KeepAliveOutcome {
    agent: Option<Agent>,
    stops_at: Option<Moment>,
    /// When the session ends.
    expires_at: Option<Moment>,
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
        tell("keep-alive-problem", self.problem);
    }
}

/// Renews the idle clock of a sandbox that was just seen, if that is due and right, and tells what is known of its end.
/// Costs nothing where nothing is due, one request for a working agent, two to mark an ended one.
pub fn keep_alive<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    trigger: Trigger,
) -> KeepAliveOutcome {
    let mut outcome = KeepAliveOutcome { expires_at: expiry::of(sandbox), ..KeepAliveOutcome::default() };
    if state::assess(dialect, sandbox.known_state(), sandbox.desired_state.as_deref()).1 != Phase::Running {
        return outcome;
    }
    let now = call.client.server_time();
    let idle = IdleClock::of(sandbox);
    outcome.stops_at = idle.as_ref().and_then(IdleClock::stops_at);
    if let Some(code) = marked_exit(sandbox) {
        outcome.agent = Some(Agent::Exited(code));
        return outcome;
    }
    let Some(idle) = idle else {
        return outcome;
    };
    let over = now.zip(outcome.expires_at).is_some_and(|(now, expires_at)| now >= expires_at);
    let wanted = match trigger {
        Trigger::Poll => call.pool.keep_alive != KeepAlive::Off && !call.observe && idle.is_due(now),
        Trigger::Demand => true,
        Trigger::LookOnly => false,
    };
    if over || !wanted {
        return outcome;
    }
    if call.pool.keep_alive != KeepAlive::Poll {
        let agent = look(call, target, sandbox);
        outcome.agent = Some(agent);
        if let Agent::Exited(code) = agent {
            outcome.problem =
                mark(call, target, dialect, sandbox, code, now).err().map(|failed| failed.error.message.clone());
            return outcome;
        }
    }
    // Asking the toolbox was activity by itself.
    let renewed = if outcome.agent == Some(Agent::Running) {
        Ok(now.map(|now| now.plus(idle.interval)))
    } else {
        refresh(call, target, dialect, sandbox, &idle, outcome.expires_at)
    };
    match renewed {
        Ok(until) => outcome.stops_at = until.or(outcome.stops_at),
        Err(failed) => outcome.problem = Some(failed.error.message.clone()),
    }
    outcome
}

/// The clock that stops an idle sandbox, in seconds.
struct IdleClock {
    /// What it counts from; none where the server does not say.
    last: Option<Moment>,
    /// How long it runs.
    interval: i64,
    /// How long the session asked it to run.
    asked: i64,
}

impl IdleClock {
    /// The clock of a sandbox; none when it never stops or the server does not say when.
    fn of(sandbox: &Sandbox) -> Option<Self> {
        let minutes = i64::from(sandbox.auto_stop_minutes.filter(|minutes| *minutes > 0)?);
        let asked = asked_minutes(sandbox).map(i64::from);
        let seconds = |minutes: i64| minutes * SECONDS_PER_MINUTE;
        // The oldest servers name no activity; what they count from is no earlier than the creation.
        let last = sandbox.last_activity_at.or(sandbox.created_at);
        Some(Self { last, interval: seconds(minutes), asked: seconds(asked.unwrap_or(minutes)) })
    }

    fn stops_at(&self) -> Option<Moment> {
        self.last.map(|last| last.plus(self.interval))
    }

    /// Whether enough of the time that was asked for has passed. What cannot be measured is due.
    fn is_due(&self, now: Option<Moment>) -> bool {
        match now.zip(self.stops_at()) {
            Some((now, stops_at)) => stops_at.since(now) * DUE_PART <= self.asked * (DUE_PART - 1),
            None => true,
        }
    }
}

/// The idle time of the session, where it differs from what the server was told last.
fn asked_minutes(sandbox: &Sandbox) -> Option<u32> {
    digits(sandbox.label(IDLE_MINUTES)?).and_then(|minutes| u32::try_from(minutes).ok())
}

/// The exit code that was marked, unless something has happened in the sandbox since: then the command may run again.
fn marked_exit(sandbox: &Sandbox) -> Option<i64> {
    let (code, date) = sandbox.label(AGENT_EXIT)?.split_once('@')?;
    let marked = Moment::parse_rfc3339(date);
    let stale = marked.zip(sandbox.last_activity_at).is_some_and(|(marked, last)| last.since(marked) > SETTLING_SEC);
    if stale { None } else { code.parse().ok() }
}

/// Asks the toolbox, where it may be called.
fn look<T: Transport>(call: &Call<'_, T>, target: &Target, sandbox: &Sandbox) -> Agent {
    let toolbox = sandbox.toolbox_proxy_url.as_deref().and_then(|url| BaseUrl::parse(url).ok());
    // The host lets calls with this handle reach the origin that the handle names, and no other.
    let toolbox = toolbox.filter(|url| target.toolbox.as_ref() == Some(url.origin()));
    let max_ms = (call.client.left_ms() / 3).min(MAX_LOOK_MS);
    let until = call.client.transport().now().plus_ms(max_ms);
    match toolbox.and_then(|url| call.client.entrypoint(&url, &target.id, until)) {
        Some(Entrypoint::Running) => Agent::Running,
        Some(Entrypoint::Exited(code)) => Agent::Exited(code),
        None => Agent::Unknown,
    }
}

fn mark<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    code: i64,
    now: Option<Moment>,
) -> Result<(), Rejection> {
    let date = now.map(Moment::to_rfc3339).unwrap_or_default();
    let value = format!("{code}@{date}");
    relabel(call, target, dialect, sandbox, &[AGENT_EXIT], Some((AGENT_EXIT, &value)))
}

/// Takes off what does not hold for a sandbox that is wanted and whose command runs again: the marks of an ended agent and
/// of an orphan, and an idle interval that was raised. One more label may change along.
pub fn unmark<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    more: Option<(&str, &str)>,
) -> Result<(), Rejection> {
    let changed = more.map_or("", |(key, _)| key);
    relabel(call, target, dialect, sandbox, &[AGENT_EXIT, ORPHAN_SINCE, changed], more)?;
    match asked_minutes(sandbox).filter(|asked| *asked > 0) {
        Some(asked) if sandbox.auto_stop_minutes.is_some_and(|minutes| minutes != asked) => {
            call.client.set_auto_stop(dialect, &target.id, &target.external_id, asked)
        }
        _ => Ok(()),
    }
}

/// Resets the idle clock without looking into the sandbox, and says when it stops then. A server that cannot do that gets a
/// longer interval instead, no longer than to the session's end.
fn refresh<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    idle: &IdleClock,
    expires_at: Option<Moment>,
) -> Result<Option<Moment>, Rejection> {
    match call.client.touch(&target.id, &target.external_id) {
        Err(refused) if refused.reaction == Reaction::NoSuchRoute => {}
        done => return done.map(|()| call.client.server_time().map(|now| now.plus(idle.interval))),
    }
    let Some((now, last)) = call.client.server_time().zip(idle.last) else {
        return Ok(None);
    };
    // The interval that was asked for is written down before it is lost.
    if sandbox.label(IDLE_MINUTES).is_none() {
        let minutes = (idle.asked / SECONDS_PER_MINUTE).to_string();
        relabel(call, target, dialect, sandbox, &[], Some((IDLE_MINUTES, &minutes)))?;
    }
    let end = now.plus(idle.asked);
    let end = expires_at.map_or(end, |expires_at| end.min(expires_at));
    let minutes = (end.since(last).div_euclid(SECONDS_PER_MINUTE) + 1).max(1);
    if minutes * SECONDS_PER_MINUTE > idle.interval {
        let raised = u32::try_from(minutes).unwrap_or(u32::MAX);
        call.client.set_auto_stop(dialect, &target.id, &target.external_id, raised)?;
    }
    Ok(Some(last.plus(idle.interval.max(minutes * SECONDS_PER_MINUTE))))
}
