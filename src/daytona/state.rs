//! The states of a sandbox, as servers of all generations spell them.

/// Names each state once.
macro_rules! states {
    ($($state:ident: $name:literal,)*) => {
        /// A state that is known, whatever it means to the platform.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum SandboxState {
            $($state,)*
            /// One that a server of tomorrow may have.
            Unrecognised,
        }

        const NAMES: &[(&str, SandboxState)] = &[$(($name, SandboxState::$state),)*];
    };
}

states! {
    Absent: "",
    Archived: "archived",
    Archiving: "archiving",
    BuildFailed: "build_failed",
    // This and the next one as they were called in 0.100.
    BuildingImage: "building_image",
    PullingImage: "pulling_image",
    BuildingSnapshot: "building_snapshot",
    Creating: "creating",
    Destroyed: "destroyed",
    Destroying: "destroying",
    Error: "error",
    Forking: "forking",
    Paused: "paused",
    Pausing: "pausing",
    PendingBuild: "pending_build",
    PullingSnapshot: "pulling_snapshot",
    Resizing: "resizing",
    Restoring: "restoring",
    Resuming: "resuming",
    Running: "running",
    Snapshotting: "snapshotting",
    Started: "started",
    Starting: "starting",
    Stopped: "stopped",
    Stopping: "stopping",
    Unknown: "unknown",
}

impl SandboxState {
    /// The state of that name.
    pub fn named(name: &str) -> Self {
        NAMES.iter().find(|(known, _)| *known == name).map_or(Self::Unrecognised, |(_, state)| *state)
    }
}
