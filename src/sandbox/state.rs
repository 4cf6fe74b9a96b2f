//! What Daytona's states mean to the platform.
#![forbid(unsafe_code)]

use crate::contract::{Phase, State, Status};
use crate::daytona::{Dialect, Sandbox, SandboxState};
use crate::moment::Moment;

/// The state of a sandbox that is proven not to exist.
pub fn destroyed() -> State {
    State {
        status: Status::Terminated,
        phase: Phase::Destroyed,
        provider_state: String::new(),
        reason: None,
        recoverable: false,
        details: Vec::new(),
    }
}

/// The state of a sandbox that was seen.
pub fn of(dialect: Dialect, sandbox: &Sandbox) -> State {
    let state = sandbox.state.clone().unwrap_or_default();
    let desired = sandbox.desired_state.as_deref();
    let (status, phase) = assess(dialect, sandbox.known_state(), desired);
    let mut details = Vec::new();
    let mut tell = |key: &str, value: Option<String>| details.extend(value.map(|value| (key.to_owned(), value)));
    tell("desired-state", desired.map(str::to_owned));
    tell("created-at", sandbox.created_at.map(Moment::to_rfc3339));
    tell("last-activity-at", sandbox.last_activity_at.map(Moment::to_rfc3339));
    State {
        status,
        phase,
        provider_state: state,
        reason: sandbox.error_reason.clone(),
        recoverable: sandbox.recoverable,
        details,
    }
}

/// Whether a sandbox is up, and wanted so.
pub fn is_running(dialect: Dialect, sandbox: &Sandbox) -> bool {
    assess(dialect, sandbox.known_state(), sandbox.desired_state.as_deref()).1 == Phase::Running
}

/// The platform's words for Daytona's state and desired state.
pub fn assess(dialect: Dialect, state: SandboxState, desired: Option<&str>) -> (Status, Phase) {
    use SandboxState as Is;
    let wanted = matches!(desired, Some("started"));
    let parked = |phase| {
        if wanted { (Status::Provisioning, Phase::Starting) } else { (Status::Terminated, phase) }
    };
    match state {
        Is::Destroyed => (Status::Terminated, Phase::Destroyed),
        Is::Destroying => (Status::Terminated, Phase::Terminating),
        // Also of a broken one: its end was accepted, and nothing about it will change any more.
        _ if desired == Some("destroyed") => (Status::Terminated, Phase::Terminating),
        Is::Error | Is::BuildFailed => (Status::Failed, Phase::Failed),
        Is::Creating
        | Is::PendingBuild
        | Is::BuildingSnapshot
        | Is::BuildingImage
        | Is::PullingSnapshot
        | Is::PullingImage
        | Is::Starting
        | Is::Restoring
        | Is::Resuming
        | Is::Forking
        | Is::Unknown => (Status::Provisioning, Phase::Starting),
        Is::Started | Is::Running | Is::Resizing | Is::Snapshotting => (Status::Running, Phase::Running),
        Is::Stopping | Is::Pausing => parked(Phase::Stopping),
        Is::Stopped => parked(Phase::Stopped),
        Is::Paused => parked(Phase::Paused),
        Is::Archiving => parked(Phase::Archiving),
        Is::Archived => parked(Phase::Archived),
        // A reply without a state says nothing, and nothing must not end a session.
        Is::Absent => (Status::Provisioning, Phase::Unknown),
        Is::Unrecognised => match dialect {
            Dialect::Workspace => (Status::Terminated, Phase::Unknown),
            Dialect::Sandbox if wanted || desired.is_none() => (Status::Provisioning, Phase::Unknown),
            Dialect::Sandbox => (Status::Terminated, Phase::Unknown),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESIRED: [Option<&str>; 7] =
        [None, Some("started"), Some("stopped"), Some("resized"), Some("archived"), Some("paused"), Some("destroyed")];

    fn each(states: &[&str], check: impl Fn(Dialect, Option<&str>) -> Option<(Status, Phase)>) {
        for state in states {
            for dialect in [Dialect::Sandbox, Dialect::Workspace] {
                for desired in DESIRED {
                    if let Some(expected) = check(dialect, desired) {
                        assert!(
                            assess(dialect, SandboxState::named(state), desired) == expected,
                            "{state} desired {desired:?} in {}",
                            dialect.name()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn on_its_way_up_is_provisioning() {
        let states = [
            "creating",
            "pending_build",
            "building_snapshot",
            "pulling_snapshot",
            "starting",
            "restoring",
            "resuming",
            "forking",
            "unknown",
            "building_image",
            "pulling_image",
        ];
        each(&states, |_, desired| (desired != Some("destroyed")).then_some((Status::Provisioning, Phase::Starting)));
    }

    #[test]
    fn parked_and_wanted_again_is_provisioning() {
        each(&["stopped", "paused", "archived", "stopping", "archiving"], |_, desired| {
            (desired == Some("started")).then_some((Status::Provisioning, Phase::Starting))
        });
    }

    #[test]
    fn up_is_running() {
        each(&["started", "running", "resizing", "snapshotting"], |_, desired| {
            (desired != Some("destroyed")).then_some((Status::Running, Phase::Running))
        });
    }

    #[test]
    fn broken_is_failed() {
        each(&["error", "build_failed"], |_, desired| {
            (desired != Some("destroyed")).then_some((Status::Failed, Phase::Failed))
        });
    }

    #[test]
    fn parked_is_terminated_with_its_own_phase() {
        for (state, phase) in [
            ("stopping", Phase::Stopping),
            ("pausing", Phase::Stopping),
            ("stopped", Phase::Stopped),
            ("paused", Phase::Paused),
            ("archiving", Phase::Archiving),
            ("archived", Phase::Archived),
        ] {
            each(&[state], |_, desired| {
                (!matches!(desired, Some("started" | "destroyed"))).then_some((Status::Terminated, phase))
            });
        }
    }

    #[test]
    fn an_accepted_end_is_terminating_whatever_the_state() {
        each(&["destroying"], |_, _| Some((Status::Terminated, Phase::Terminating)));
        each(&["creating", "started", "stopped", "error", "archived", "hibernating"], |_, desired| {
            (desired == Some("destroyed")).then_some((Status::Terminated, Phase::Terminating))
        });
    }

    #[test]
    fn destroyed_is_destroyed() {
        each(&["destroyed"], |_, _| Some((Status::Terminated, Phase::Destroyed)));
    }

    #[test]
    fn a_state_that_daytona_invents_tomorrow_does_not_end_sessions() {
        each(&["hibernating", "Started", "unknown_default_open_api"], |dialect, desired| match (dialect, desired) {
            (_, Some("destroyed")) => None,
            (Dialect::Sandbox, None | Some("started")) => Some((Status::Provisioning, Phase::Unknown)),
            _ => Some((Status::Terminated, Phase::Unknown)),
        });
    }

    #[test]
    fn no_state_at_all_does_not_end_sessions() {
        each(&[""], |_, desired| (desired != Some("destroyed")).then_some((Status::Provisioning, Phase::Unknown)));
    }
}
