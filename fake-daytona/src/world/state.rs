//! The states of a sandbox, their names on the wire, and what they mean for quotas.

use std::fmt;

use crate::generation::Generation;

/// `state` of a sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are Daytona's own")]
pub enum State {
    Creating,
    Restoring,
    Destroyed,
    Destroying,
    Started,
    Stopped,
    Starting,
    Stopping,
    Error,
    BuildFailed,
    PendingBuild,
    BuildingSnapshot,
    Unknown,
    PullingSnapshot,
    Archived,
    Archiving,
    Resizing,
    Snapshotting,
    Forking,
    Pausing,
    Paused,
    Resuming,
    /// A state that no published version has.
    Other(String),
}

/// All states of 0.190 and later, in the order in which a list filter's refusal names them.
const WIRE_NAMES: [(State, &str); 22] = [
    (State::Creating, "creating"),
    (State::Restoring, "restoring"),
    (State::Destroyed, "destroyed"),
    (State::Destroying, "destroying"),
    (State::Started, "started"),
    (State::Stopped, "stopped"),
    (State::Starting, "starting"),
    (State::Stopping, "stopping"),
    (State::Error, "error"),
    (State::BuildFailed, "build_failed"),
    (State::PendingBuild, "pending_build"),
    (State::BuildingSnapshot, "building_snapshot"),
    (State::Unknown, "unknown"),
    (State::PullingSnapshot, "pulling_snapshot"),
    (State::Archived, "archived"),
    (State::Archiving, "archiving"),
    (State::Resizing, "resizing"),
    (State::Snapshotting, "snapshotting"),
    (State::Forking, "forking"),
    (State::Pausing, "pausing"),
    (State::Paused, "paused"),
    (State::Resuming, "resuming"),
];

impl State {
    /// From the wire; an unknown word becomes [`State::Other`].
    pub fn parse(word: &str) -> Self {
        WIRE_NAMES
            .iter()
            .find(|(_, name)| *name == word)
            .map_or_else(|| Self::Other(word.to_owned()), |(state, _)| state.clone())
    }

    /// On the wire of today's servers.
    pub fn as_str(&self) -> &str {
        if let Self::Other(word) = self {
            return word;
        }
        WIRE_NAMES.iter().find(|(state, _)| state == self).map_or("unknown", |(_, name)| name)
    }

    /// On the wire of `generation`: 0.100 says `image` for snapshot and has no `build_failed`.
    pub fn name_in(&self, generation: Generation) -> &str {
        match (generation, self) {
            (Generation::V0_100, Self::BuildingSnapshot) => "building_image",
            (Generation::V0_100, Self::PullingSnapshot) => "pulling_image",
            (Generation::V0_100, Self::BuildFailed) => "error",
            _ => self.as_str(),
        }
    }

    /// The words that `states=` of a list accepts.
    pub(crate) fn filterable() -> impl Iterator<Item = &'static str> {
        WIRE_NAMES.iter().map(|(_, name)| *name).filter(|name| *name != "destroyed")
    }

    /// An operation is under way, so another one is refused.
    pub fn is_transition(&self) -> bool {
        matches!(
            self,
            Self::Creating
                | Self::Restoring
                | Self::Destroying
                | Self::Starting
                | Self::Stopping
                | Self::PendingBuild
                | Self::BuildingSnapshot
                | Self::Unknown
                | Self::PullingSnapshot
                | Self::Archiving
                | Self::Resizing
                | Self::Snapshotting
                | Self::Forking
                | Self::Pausing
                | Self::Resuming
        )
    }

    /// The desired state that belongs to a state when nothing else is known. `None`: any desired state may.
    pub(crate) fn settled_desired_state(&self) -> Option<Desired> {
        match self {
            Self::Started | Self::Creating | Self::Starting | Self::Restoring | Self::PendingBuild => {
                Some(Desired::Started)
            }
            Self::Stopped | Self::Stopping => Some(Desired::Stopped),
            Self::Archived | Self::Archiving => Some(Desired::Archived),
            Self::Paused | Self::Pausing => Some(Desired::Paused),
            Self::Destroyed | Self::Destroying => Some(Desired::Destroyed),
            _ => None,
        }
    }

    /// `error` or `build_failed`.
    pub fn is_errored(&self) -> bool {
        matches!(self, Self::Error | Self::BuildFailed)
    }

    /// CPU and memory count against the organization's quota.
    pub fn holds_compute(&self) -> bool {
        matches!(
            self,
            Self::Creating
                | Self::Restoring
                | Self::Started
                | Self::Starting
                | Self::Stopping
                | Self::PendingBuild
                | Self::BuildingSnapshot
                | Self::Unknown
                | Self::PullingSnapshot
                | Self::Forking
                | Self::Pausing
                | Self::Resuming
        )
    }

    /// Disk counts against the organization's quota.
    pub fn holds_disk(&self) -> bool {
        self.holds_compute()
            || matches!(self, Self::Stopped | Self::Paused | Self::Archiving | Self::Resizing | Self::Snapshotting)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `desiredState` of a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are Daytona's own")]
pub enum Desired {
    Destroyed,
    Started,
    Stopped,
    Resized,
    Archived,
    Paused,
}

impl Desired {
    /// On the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Destroyed => "destroyed",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Resized => "resized",
            Self::Archived => "archived",
            Self::Paused => "paused",
        }
    }
}

/// The state that a read shows: where no job has picked up the desired state yet, it is shown as the transition
/// towards it.
///
/// `archived` with desired started stays `archived` here; only lists call it `restoring`.
pub(crate) fn displayed(state: &State, desired: Desired) -> State {
    match (state, desired) {
        (State::Started, Desired::Stopped) => State::Stopping,
        (State::Started | State::Stopped, Desired::Destroyed) => State::Destroying,
        (State::Stopped, Desired::Started) => State::Starting,
        (State::Stopped, Desired::Archived) => State::Archiving,
        (State::Unknown, Desired::Started) => State::Creating,
        _ => state.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_one_name_and_is_read_back_from_it() {
        for (state, name) in WIRE_NAMES {
            assert_eq!(State::parse(name), state);
            assert_eq!(state.as_str(), name);
        }
        assert_eq!(State::parse("dreaming").as_str(), "dreaming");
    }

    #[test]
    fn a_desired_state_that_no_job_has_picked_up_is_shown_as_a_transition() {
        use Desired as D;
        for (state, desired, shown) in [
            (State::Started, D::Stopped, "stopping"),
            (State::Started, D::Destroyed, "destroying"),
            (State::Stopped, D::Destroyed, "destroying"),
            (State::Stopped, D::Started, "starting"),
            (State::Stopped, D::Archived, "archiving"),
            (State::Unknown, D::Started, "creating"),
            (State::Archived, D::Started, "archived"),
            (State::Started, D::Started, "started"),
        ] {
            assert_eq!(displayed(&state, desired).as_str(), shown);
        }
    }

    #[test]
    fn a_stopped_sandbox_holds_its_disk_and_an_archived_one_nothing() {
        assert!(State::Stopped.holds_disk() && !State::Stopped.holds_compute());
        assert!(!State::Archived.holds_disk() && !State::Error.holds_disk());
        assert!(State::Started.holds_disk() && State::Started.holds_compute());
    }
}
