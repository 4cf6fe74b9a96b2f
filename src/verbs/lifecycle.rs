//! Parking a sandbox and bringing it back.
//!
//! The server refuses what does not fit the state of the moment, so each verb first asks for what it wants, and only
//! when that is refused looks what the state is and takes the step that leads on from there.

use super::call::Call;
use super::keep_alive::unmark;
use super::lookup::{by_id, in_served_dialect};
use super::target::Target;
use crate::contract::{ErrorCode, State};
use crate::daytona::{Change, Reaction, Sandbox, SandboxState};
use crate::error::Error;
use crate::http::Transport;
use crate::sandbox::state;

/// Longest time that is kept back for a look after a start, in milliseconds: the server answers a start late.
const MAX_SPARE_MS: u64 = 5_000;

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// Look before anything is asked for: marks have to come off before a start.
    Look,
    /// Nothing: it is so, or on its way.
    Done,
    /// Request this.
    Request(Change),
    /// Let pass what is going on.
    Wait,
    /// Not possible from here.
    Refuse,
}

/// Drives a sandbox towards a goal until it is there, on its way, or the deadline ends.
pub fn drive<T: Transport>(call: &Call<'_, T>, target: &Target, goal: Change) -> Result<State, Error> {
    let spare_ms = (call.client.left_ms() / 5).min(MAX_SPARE_MS);
    let mut dialect = target.dialect;
    let mut refused = None;
    let mut step = if goal == Change::Start { Step::Look } else { Step::Request(goal) };
    let mut pauses = 0;
    loop {
        if let Step::Request(change) = step {
            let asked = in_served_dialect(call, dialect, |client, dialect| {
                client.change(dialect, &target.id, &target.external_id, change, spare_ms)
            });
            match asked {
                Ok((served, Some(sandbox))) if change == goal => return Ok(state::of(served, &sandbox)),
                Ok(_) => refused = None,
                Err(again) if matches!(again.reaction, Reaction::Busy | Reaction::WrongState | Reaction::TooLate) => {
                    refused = Some(again.error);
                }
                Err(other) => return Err(other.error),
            }
        }
        let sandbox = match by_id(call, target) {
            Ok((served, Some(sandbox))) => {
                dialect = served;
                sandbox
            }
            Ok((_, None)) => return Err(gone(target)),
            // Why it could not be changed says more than why it could not be looked at.
            Err(failed) => return Err(refused.unwrap_or(failed.error)),
        };
        let next = next(goal, &sandbox);
        match next {
            Step::Done => return Ok(state::of(dialect, &sandbox)),
            Step::Refuse => return Err(impossible(goal, &sandbox, refused)),
            Step::Request(change) if next != step => {
                if change == Change::Start {
                    unmark(call, target, dialect, &sandbox, None)?;
                }
            }
            // Nothing to ask for, or nothing but what was refused just now.
            Step::Request(_) | Step::Wait | Step::Look => {
                if !call.pause(pauses) {
                    return Err(refused.unwrap_or_else(|| too_slow(&sandbox)));
                }
                pauses += 1;
            }
        }
        step = next;
    }
}

/// The step that leads from a state towards the goal.
fn next(goal: Change, sandbox: &Sandbox) -> Step {
    use SandboxState as Is;
    let known = sandbox.known_state();
    let wanted_up = sandbox.desired_state.as_deref() == Some("started");
    if sandbox.is_being_destroyed() {
        return Step::Refuse;
    }
    match (goal, known) {
        (_, Is::Error | Is::BuildFailed) => Step::Refuse,
        (Change::Start, Is::Started | Is::Running | Is::Starting | Is::Restoring | Is::Resuming | Is::Creating) => {
            Step::Done
        }
        (Change::Start, Is::Stopped | Is::Archived | Is::Archiving | Is::Paused) if wanted_up => Step::Done,
        // The server gives archiving up for a start.
        (Change::Start, Is::Stopped | Is::Archived | Is::Archiving | Is::Paused) => Step::Request(Change::Start),
        (Change::Stop, Is::Stopped | Is::Stopping | Is::Archived | Is::Archiving | Is::Paused | Is::Pausing)
            if !wanted_up =>
        {
            Step::Done
        }
        (Change::Stop, Is::Started | Is::Running) => Step::Request(Change::Stop),
        (Change::Archive, Is::Archived | Is::Archiving) if !wanted_up => Step::Done,
        (Change::Archive, Is::Stopped) if !wanted_up => Step::Request(Change::Archive),
        (Change::Archive, Is::Started | Is::Running) => Step::Request(Change::Stop),
        _ => Step::Wait,
    }
}

fn impossible(goal: Change, sandbox: &Sandbox, refused: Option<Error>) -> Error {
    let word = match goal {
        Change::Stop | Change::ForceStop => "stopped",
        Change::Start => "started",
        Change::Archive => "archived",
    };
    let state = sandbox.state.as_deref().unwrap_or("unknown");
    let message = format!("The sandbox cannot be {word}: its state is {state}.");
    let mut error = Error::new(ErrorCode::Conflict, message).rule("wrong-state");
    if let Some(reason) = &sandbox.error_reason {
        error = error.detail("reason", reason.as_str());
    }
    error.http_status = refused.and_then(|refused| refused.http_status);
    error.remedy("Terminate it, and provision the session again if it is still wanted.")
}

pub fn gone(target: &Target) -> Error {
    Error::new(ErrorCode::NotFound, format!("Daytona has no sandbox {}.", target.external_id)).rule("sandbox-not-found")
}

fn too_slow(sandbox: &Sandbox) -> Error {
    let state = sandbox.state.as_deref().unwrap_or("unknown");
    Error::new(ErrorCode::Timeout, format!("The deadline ended while the sandbox was {state}."))
        .retryable(true)
        .maybe_applied(true)
        .rule("deadline")
        .remedy("Call again: it goes on from where the sandbox is by then.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(goal: Change, state: &str, desired: &str) -> Step {
        let sandbox =
            Sandbox { state: Some(state.to_owned()), desired_state: Some(desired.to_owned()), ..Sandbox::default() };
        next(goal, &sandbox)
    }

    #[test]
    fn each_goal_has_a_step_from_each_resting_state() {
        use Change::{Archive, Start, Stop};
        for (goal, state, expected) in [
            (Stop, "started", Step::Request(Stop)),
            (Stop, "stopped", Step::Done),
            (Stop, "archived", Step::Done),
            (Start, "started", Step::Done),
            (Start, "stopped", Step::Request(Start)),
            (Start, "archived", Step::Request(Start)),
            (Start, "paused", Step::Request(Start)),
            (Archive, "started", Step::Request(Stop)),
            (Archive, "stopped", Step::Request(Archive)),
            (Archive, "archived", Step::Done),
        ] {
            assert_eq!(step(goal, state, if state == "started" { "started" } else { "stopped" }), expected, "{state}");
        }
    }

    #[test]
    fn what_is_under_way_is_let_pass_or_counts() {
        use Change::{Archive, Start, Stop};
        for (goal, state, desired, expected) in [
            (Start, "stopping", "stopped", Step::Wait),
            (Start, "archiving", "archived", Step::Request(Start)),
            (Start, "archived", "started", Step::Done),
            (Start, "restoring", "started", Step::Done),
            (Stop, "starting", "started", Step::Wait),
            (Stop, "stopping", "stopped", Step::Done),
            (Archive, "stopping", "stopped", Step::Wait),
            (Archive, "stopped", "started", Step::Wait),
            (Archive, "snapshotting", "started", Step::Wait),
        ] {
            assert_eq!(step(goal, state, desired), expected, "{state} desired {desired}");
        }
    }

    #[test]
    fn the_broken_and_the_ending_are_refused() {
        for goal in [Change::Stop, Change::Start, Change::Archive] {
            for (state, desired) in [
                ("error", "started"),
                ("build_failed", "started"),
                ("destroying", "destroyed"),
                ("started", "destroyed"),
                ("destroyed", ""),
            ] {
                assert_eq!(step(goal, state, desired), Step::Refuse, "{state}");
            }
        }
    }
}
