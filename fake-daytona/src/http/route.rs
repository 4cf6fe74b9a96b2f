//! What a request can ask for: the routes, who may call them, their bucket and their scope.

use super::throttle::Bucket;

/// A minute-valued setting that has a route of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    AutoStop,
    AutoArchive,
    AutoDelete,
    Ttl,
}

/// What a request asks for. Strings are path segments: an id, a name, a number not yet read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Health,
    Config,
    SharedRegions,
    Regions,
    CurrentKey,
    /// A route that only tokens of a person may call: any key is a failed authentication there.
    UserTokensOnly,
    /// A route of runners and of the server's own services.
    InternalOnly,
    /// The same, where the request is counted against the rate limit before it is refused.
    CountedInternalOnly,
    /// A route of a feature that is disabled: 404 as for an unknown route, but counted against the rate limit.
    FeatureDisabled(Bucket),
    /// Limits and usage of an organization, for keys that may see them.
    Usage(String),
    /// A route of the server's administrators.
    AdminsOnly,
    Runners,
    DockerRegistries,
    RegistryPushAccess,
    Volumes(&'static str),
    PreviewAccess(String),
    Lineage(String),
    Parent(String),
    Region(String),
    Backup(String),
    TelemetryMetrics(String),
    CreateSandbox,
    ListSandboxes,
    PaginatedSandboxes,
    GetSandbox(String),
    DeleteSandbox(String),
    Start(String),
    Stop(String),
    Archive(String),
    Pause(String),
    Recover(String),
    Resize(String),
    Fork(String),
    SnapshotSandbox(String),
    Set(Setting, String, String),
    LastActivity(String),
    PutLabels(String),
    SetPublic(String, String),
    NetworkSettings(String),
    ToolboxProxyUrl(String),
    PreviewUrl(String, String),
    SignedPreviewUrl(String, String),
    SshAccess(String),
    BuildLogsUrl(String),
    CreateSnapshot,
    ListSnapshots,
    GetSnapshot(String),
    DeleteSnapshot(String),
    ActivateSnapshot(String),
    DeactivateSnapshot(String),
    SnapshotBuildLogsUrl(String),
    CreateWorkspace,
    ListWorkspaces,
    GetWorkspace(String),
    DeleteWorkspace(String),
    StartWorkspace(String),
    StopWorkspace(String),
    ArchiveWorkspace(String),
    SetWorkspace(Setting, String, String),
    SetWorkspacePublic(String, String),
    PutWorkspaceLabels(String),
    /// The old path to a toolbox, through the main API.
    Toolbox(String, String),
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Public,
    Key,
    UserTokens,
}

impl Route {
    pub(crate) fn access(&self) -> Access {
        match self {
            Self::Health | Self::Config | Self::SharedRegions => Access::Public,
            Self::UserTokensOnly => Access::UserTokens,
            _ => Access::Key,
        }
    }

    /// The scope comes before the rate is counted: below `/snapshots` and `/volumes`.
    pub(crate) fn is_of_snapshots(&self) -> bool {
        matches!(
            self,
            Self::CreateSnapshot
                | Self::ListSnapshots
                | Self::GetSnapshot(_)
                | Self::DeleteSnapshot(_)
                | Self::ActivateSnapshot(_)
                | Self::DeactivateSnapshot(_)
                | Self::SnapshotBuildLogsUrl(_)
                | Self::Volumes(_)
        )
    }

    pub(crate) fn bucket(&self) -> Bucket {
        match self {
            Self::FeatureDisabled(bucket) => *bucket,
            Self::CreateSandbox | Self::Fork(_) => Bucket::SandboxCreate,
            Self::DeleteSandbox(_)
            | Self::Start(_)
            | Self::Stop(_)
            | Self::Archive(_)
            | Self::Pause(_)
            | Self::Recover(_)
            | Self::Resize(_) => Bucket::SandboxLifecycle,
            _ => Bucket::Authenticated,
        }
    }

    /// The scope that a key needs. Reading needs none.
    pub(crate) fn scope(&self) -> Option<&'static str> {
        match self {
            Self::DeleteSandbox(_) | Self::DeleteWorkspace(_) => Some("delete:sandboxes"),
            Self::CreateSandbox
            | Self::Start(_)
            | Self::Stop(_)
            | Self::Archive(_)
            | Self::Pause(_)
            | Self::Recover(_)
            | Self::Resize(_)
            | Self::Fork(_)
            | Self::SnapshotSandbox(_)
            | Self::Set(..)
            | Self::PutLabels(_)
            | Self::SetPublic(..)
            | Self::SshAccess(_)
            | Self::NetworkSettings(_)
            | Self::Backup(_)
            | Self::FeatureDisabled(_)
            | Self::CreateWorkspace
            | Self::StartWorkspace(_)
            | Self::StopWorkspace(_)
            | Self::ArchiveWorkspace(_)
            | Self::SetWorkspace(..)
            | Self::SetWorkspacePublic(..)
            | Self::PutWorkspaceLabels(_) => Some("write:sandboxes"),
            Self::CreateSnapshot | Self::ActivateSnapshot(_) | Self::DeactivateSnapshot(_) => Some("write:snapshots"),
            Self::DeleteSnapshot(_) => Some("delete:snapshots"),
            Self::Usage(_) => Some("read:limits"),
            Self::Volumes(scope) => Some(scope),
            _ => None,
        }
    }
}
