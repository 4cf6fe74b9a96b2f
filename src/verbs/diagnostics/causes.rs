//! Why a sandbox is as it is: pure decisions over what was seen.
#![forbid(unsafe_code)]

use super::remark::{error, note, warning};
use crate::contract::{Finding, Phase};
use crate::daytona::{Dialect, Fault, Output, Sandbox, SandboxState};
use crate::moment::Moment;
use crate::pool::KeepAlive;
use crate::sandbox::labels::ORPHAN_SINCE;
use crate::sandbox::{expiry, state};
use crate::verbs::keep_alive::agent::{self, Agent};
use crate::verbs::keep_alive::idle::IdleClock;

/// Seconds after which a start that is still under way is worth a warning.
const SLOW_START_SEC: i64 = 10 * 60;

const SECONDS_PER_MINUTE: i64 = 60;

/// Path of what is about the sandbox and about the command in it.
const SANDBOX: &str = "sandbox";
const COMMAND: &str = "sandbox.command";

/// What the sandbox's inside told.
#[derive(Debug)]
pub enum Inside {
    /// There was no handle.
    NotAsked,
    NotRunning,
    /// With the reason, where somebody can do something about it.
    Unreachable(Option<String>),
    Seen {
        agent: Agent,
        output: Result<Output, &'static str>,
    },
}

/// All that was seen of a sandbox.
pub struct Facts<'a> {
    pub dialect: Dialect,
    pub sandbox: &'a Sandbox,
    /// The server's time.
    pub now: Option<Moment>,
    pub keep_alive: KeepAlive,
    pub inside: &'a Inside,
}

impl Facts<'_> {
    fn now(&self) -> Option<Moment> {
        expiry::now(self.now, self.sandbox)
    }
}

/// Every cause that can be told, and what to do about each.
pub fn causes(facts: &Facts<'_>) -> Vec<Finding> {
    let sandbox = facts.sandbox;
    let (_, phase) = state::assess(facts.dialect, sandbox.known_state(), sandbox.desired_state.as_deref());
    let mut found = Vec::new();
    match phase {
        Phase::Failed => found.push(broken(sandbox)),
        Phase::Starting | Phase::Unknown => found.push(on_its_way(facts)),
        Phase::Running => running(facts, &mut found),
        Phase::Stopping | Phase::Stopped | Phase::Paused | Phase::Archiving | Phase::Archived => {
            parked(facts, phase, &mut found);
        }
        Phase::Terminating | Phase::Destroyed => {
            found.push(note("ending", SANDBOX, "Its deletion was accepted and is under way.", ""));
        }
    }
    if let Some(since) = sandbox.label(ORPHAN_SINCE) {
        let message = format!("reconcile found no session for it at {since}, and deletes it the next time.");
        found.push(warning("orphan", SANDBOX, message, "Name the session among the known ones if it lives."));
    }
    found
}

fn broken(sandbox: &Sandbox) -> Finding {
    let reason = sandbox.error_reason.as_deref().unwrap_or_default();
    let Fault { rule, says, remedy } = Fault::of(sandbox.known_state(), reason);
    let colon = if reason.is_empty() { "; Daytona gives no reason" } else { ": " };
    error(rule, SANDBOX, format!("{says}{colon}{reason}."), remedy)
}

fn on_its_way(facts: &Facts<'_>) -> Finding {
    let sandbox = facts.sandbox;
    let state = sandbox.state.as_deref().unwrap_or("unknown");
    // The date as it is: nothing tells one that is ahead from a start that takes long, and this is only a remark.
    let age = facts.now.zip(sandbox.created_at).map_or(0, |(now, created)| now.since(created));
    if age < SLOW_START_SEC {
        return note("starting", SANDBOX, format!("It is on its way up ({state})."), "Look again in a minute.");
    }
    let minutes = age / SECONDS_PER_MINUTE;
    let message = format!("It is on its way up ({state}) since {minutes} minutes.");
    if sandbox.known_state() == SandboxState::PendingBuild {
        let remedy = "Try another region: where there is no runner, a build waits without end.";
        return warning("build-waiting", SANDBOX, message, remedy);
    }
    warning("slow-start", SANDBOX, message, "Use a snapshot for a large image, or terminate it and provision again.")
}

fn running(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let marked = agent::marked_exit(facts.sandbox).map(Agent::Exited);
    let inside = match facts.inside {
        Inside::Seen { agent, .. } => Some(*agent),
        _ => None,
    };
    match inside.filter(|agent| *agent != Agent::Unknown).or(marked) {
        Some(Agent::Exited(code)) => found.push(exited(code)),
        Some(Agent::Running) => found.push(note(
            "worker-silent",
            COMMAND,
            "The launch command runs. If the platform does not hear from it, its network may be restricted (as on Daytona's tiers 1 and 2), or its variables are wrong.",
            "Try `curl -v` on the platform's URL in the sandbox's terminal in Daytona's dashboard.",
        )),
        Some(Agent::Unknown) | None => found.push(unseen(facts.inside)),
    }
    found.push(idle_clock(facts));
}

fn unseen(inside: &Inside) -> Finding {
    match inside {
        Inside::NotAsked => note(
            "inside-not-asked",
            COMMAND,
            "What its command does takes the session's handle to ask.",
            "Locate the session and pass the handle.",
        ),
        Inside::Unreachable(problem) => warning(
            "toolbox-unreachable",
            COMMAND,
            problem.as_deref().unwrap_or("The server names no toolbox that could tell what the command does."),
            "Check that this machine reaches the toolbox's host, and that the sandbox's terminal opens in Daytona's dashboard.",
        ),
        _ => note("agent-unknown", COMMAND, "The exit code may be left over from before a hard stop.", ""),
    }
}

/// What an exit code tells.
fn exited(code: i64) -> Finding {
    const OUTPUT: &str = "Read the output.";
    match code {
        0 => note("agent-finished", COMMAND, "The launch command has ended well.", "Terminate the session."),
        126 => error(
            "command-not-executable",
            COMMAND,
            "The launch command could not be executed (exit code 126).",
            "Make the program executable.",
        ),
        127 => error(
            "command-not-found",
            COMMAND,
            "The launch command does not exist in the image (exit code 127).",
            "Correct the command, or use an image that has the program in its path.",
        ),
        129..=192 => {
            let signal = code - 128;
            let memory = if signal == 9 { "; 9 is often want of memory" } else { "" };
            error(
                "agent-failed",
                COMMAND,
                format!("The launch command was killed by signal {signal} (exit code {code}{memory})."),
                OUTPUT,
            )
        }
        _ => error("agent-failed", COMMAND, format!("The launch command has failed with exit code {code}."), OUTPUT),
    }
}

/// When it will be stopped, and who prevents that.
fn idle_clock(facts: &Facts<'_>) -> Finding {
    let idle = IdleClock::of(facts.sandbox);
    let Some((idle, stops)) = idle.and_then(|idle| idle.stops_at().map(|stops| (idle, stops))) else {
        return note("idle-clock", SANDBOX, "Daytona does not say when it would be stopped as idle.", "");
    };
    let message = format!(
        "Unless renewed, it is stopped as idle at {}, {} minutes after its last activity. {}",
        stops.to_rfc3339(),
        idle.interval / SECONDS_PER_MINUTE,
        renewal(facts.keep_alive)
    );
    note("idle-clock", SANDBOX, message, "")
}

fn renewal(keep_alive: KeepAlive) -> &'static str {
    match keep_alive {
        KeepAlive::Agent => "status renews that while the command runs, if polled three times as often.",
        KeepAlive::Poll => "status renews that, if polled three times as often.",
        KeepAlive::Off => "Nobody renews that, because keepAlive is off; what runs inside does not count.",
    }
}

fn parked(facts: &Facts<'_>, phase: Phase, found: &mut Vec<Finding>) {
    let sandbox = facts.sandbox;
    if let Some(end) = expiry::of(sandbox).filter(|end| facts.now().is_some_and(|now| now >= *end)) {
        let message = format!("The session's time was over at {}.", end.to_rfc3339());
        found.push(warning(
            "session-expired",
            SANDBOX,
            message,
            "Give it a longer max-duration-sec, or extend it in time.",
        ));
    }
    let ended = agent::marked_exit(sandbox);
    found.extend(ended.map(exited));
    let since = expiry::last_activity(sandbox).map_or_else(String::new, |last| format!(" since {}", last.to_rfc3339()));
    let word = if phase == Phase::Archiving || phase == Phase::Archived { "archived" } else { "stopped" };
    let minutes = sandbox.auto_stop_minutes.filter(|minutes| *minutes > 0);
    let idle = minutes.map_or_else(String::new, |minutes| format!(" for {minutes} minutes"));
    let who = if ended.is_some() { "Its agent had ended." } else { renewal(facts.keep_alive) };
    let message = format!(
        "It is {word}{since}, most likely because it was idle{idle}. {who} A stop by hand or for a suspended organization looks the same."
    );
    let remedy =
        "Provision it again: it is started as it was. Poll status more often, or give it a longer timeout-sec.";
    found.push(warning("idle-stop", SANDBOX, message, remedy));
}

#[cfg(test)]
mod tests;
