//! Daytona's two APIs, and the routes that they share.

/// Which of Daytona's APIs is spoken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Today's: `/sandbox`.
    Sandbox,
    /// The provider description's and that of the oldest servers: `/workspace`, removed in 0.180.
    Workspace,
}

impl Dialect {
    /// The name in a handle and in a pool's configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Workspace => "workspace",
        }
    }

    /// The dialect of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sandbox, Self::Workspace].into_iter().find(|dialect| dialect.name() == name)
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Sandbox => Self::Workspace,
            Self::Workspace => Self::Sandbox,
        }
    }

    pub(super) fn route(self) -> &'static str {
        match self {
            Self::Sandbox => "/sandbox",
            Self::Workspace => "/workspace",
        }
    }
}

/// A change of a sandbox's state that is asked for by a POST.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Stop,
    /// At once, for one that does not react; servers before 0.157 stop it as usual.
    ForceStop,
    Start,
    Archive,
}

impl Change {
    pub(super) fn route(self) -> &'static str {
        match self {
            Self::Stop => "/stop",
            Self::ForceStop => "/stop?force=true",
            Self::Start => "/start",
            Self::Archive => "/archive",
        }
    }
}
