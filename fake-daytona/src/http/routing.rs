//! Which request means which route, on each server version.

use http::Method;

use super::route::{Route, Setting};
use super::throttle::Bucket;
use crate::generation::Generation;

impl Route {
    /// The route of a request, or nothing when this server has no such route. `segments` are decoded.
    pub(crate) fn find(generation: Generation, method: &Method, segments: &[String]) -> Option<Self> {
        let segments = in_lower_case(segments);
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let own = str::to_owned;
        let (get, post, put, delete) =
            (method == Method::GET, method == Method::POST, method == Method::PUT, method == Method::DELETE);
        match words.as_slice() {
            ["sandbox", rest @ ..] if generation.has_sandbox() => Self::of_sandbox(generation, method, rest),
            ["workspace", rest @ ..] if generation.has_workspace() => Self::of_workspace(generation, method, rest),
            // What the toolbox has beyond that, its version for one, has no route here.
            ["toolbox", id, "toolbox", "process" | "files" | "git" | "lsp" | "work-dir" | "user-home-dir", ..]
                if generation.has_proxied_toolbox() =>
            {
                Some(Self::Toolbox(own(id), words[3..].join("/")))
            }
            ["organizations", rest @ ..] if generation != Generation::Documented => {
                Self::of_organizations(generation, method, rest)
            }
            ["users", ..] if generation != Generation::Documented => Some(Self::UserTokensOnly),
            _ if !generation.has_account_routes() => None,
            ["health"] if get => Some(Self::Health),
            ["health", "ready"] | ["jobs"] if get => Some(Self::InternalOnly),
            ["runners", "me" | "by-snapshot-ref"] | ["runners", "by-sandbox", _] | ["preview", _, "public"] if get => {
                Some(Self::CountedInternalOnly)
            }
            ["regions", id] if get => Some(Self::Region(own(id))),
            ["regions"] if post => Some(Self::AdminsOnly),
            ["preview", id, "access"] if get => Some(Self::PreviewAccess(own(id))),
            ["runners"] if get => Some(Self::Runners),
            ["audit", "organizations", _] | ["admin", _, ..] => Some(Self::AdminsOnly),
            ["api-keys"] => Some(Self::UserTokensOnly),
            ["docker-registry"] if get => Some(Self::DockerRegistries),
            ["docker-registry", "registry-push-access"] if get => Some(Self::RegistryPushAccess),
            ["volumes", ..] if get => Some(Self::Volumes("read:volumes")),
            ["volumes"] if post => Some(Self::Volumes("write:volumes")),
            ["volumes", _] if delete => Some(Self::Volumes("delete:volumes")),
            ["config"] if get => Some(Self::Config),
            ["shared-regions"] if get => Some(Self::SharedRegions),
            ["regions"] if get => Some(Self::Regions),
            ["api-keys", "current"] if get => Some(Self::CurrentKey),
            ["snapshots"] if post => Some(Self::CreateSnapshot),
            ["snapshots"] if get => Some(Self::ListSnapshots),
            ["snapshots", id] if get => Some(Self::GetSnapshot(own(id))),
            ["snapshots", id] if delete => Some(Self::DeleteSnapshot(own(id))),
            ["snapshots", id, "activate"] if post => Some(Self::ActivateSnapshot(own(id))),
            ["snapshots", id, "build-logs-url"] if get => Some(Self::SnapshotBuildLogsUrl(own(id))),
            ["snapshots", id, "deactivate"] if post || put => Some(Self::DeactivateSnapshot(own(id))),
            _ => None,
        }
    }

    /// No route below `/organizations` is for keys. Which of them exist was asked of 0.190.
    fn of_organizations(generation: Generation, method: &Method, rest: &[&str]) -> Option<Self> {
        match (method.as_str(), rest) {
            ("PATCH", [_, "quota"]) => Some(Self::AdminsOnly),
            ("GET", [_, "otel-config"]) => Some(Self::CountedInternalOnly),
            ("GET", ["by-sandbox-id" | "region-quota", ..]) => None,
            (_, [_, "available-sandbox-classes"]) => generation.has_ttl().then_some(Self::UserTokensOnly),
            (_, [_, "gpu-capacity"]) => generation.has_kvm().then_some(Self::UserTokensOnly),
            (_, [_, "quota"]) => None,
            ("GET", [id, "usage"]) if generation.tells_limits_to_keys() => Some(Self::Usage((*id).to_owned())),
            _ => Some(Self::UserTokensOnly),
        }
    }

    fn of_sandbox(generation: Generation, method: &Method, rest: &[&str]) -> Option<Self> {
        let own = |text: &&str| (*text).to_owned();
        let modern = generation.has_activity();
        match (method.as_str(), rest) {
            ("POST", []) => Some(Self::CreateSandbox),
            ("GET", []) => Some(Self::ListSandboxes),
            ("GET", ["for-runner"]) if modern => Some(Self::CountedInternalOnly),
            ("GET", [id, "parent"]) if generation.has_sandbox_snapshots() => Some(Self::Parent(own(id))),
            ("GET", [_, "region-quota" | "organization"]) if modern => Some(Self::CountedInternalOnly),
            ("GET", [id, "forks" | "ancestors"]) if generation.has_sandbox_snapshots() => Some(Self::Lineage(own(id))),
            ("GET", [id, "telemetry", "metrics"]) if modern => Some(Self::TelemetryMetrics(own(id))),
            ("GET", ["paginated"]) if generation.has_paginated() => Some(Self::PaginatedSandboxes),
            ("GET", [id]) => Some(Self::GetSandbox(own(id))),
            ("DELETE", [id]) => Some(Self::DeleteSandbox(own(id))),
            ("PUT", [id, "labels"]) => Some(Self::PutLabels(own(id))),
            ("GET", [id, "ports", port, "preview-url"]) => Some(Self::PreviewUrl(own(id), own(port))),
            ("GET", [id, "ports", port, "signed-preview-url"]) if modern => {
                Some(Self::SignedPreviewUrl(own(id), own(port)))
            }
            ("GET", [id, "toolbox-proxy-url"]) if modern => Some(Self::ToolboxProxyUrl(own(id))),
            ("GET", [id, "build-logs-url"]) if modern => Some(Self::BuildLogsUrl(own(id))),
            ("POST", [id, verb]) => match *verb {
                "start" => Some(Self::Start(own(id))),
                "stop" => Some(Self::Stop(own(id))),
                "archive" => Some(Self::Archive(own(id))),
                "pause" if generation.has_sandbox_class() => Some(Self::Pause(own(id))),
                "backup" if modern => Some(Self::Backup(own(id))),
                "recover" if modern => Some(Self::Recover(own(id))),
                "resize" if modern => Some(Self::Resize(own(id))),
                "fork" | "snapshot" if modern && !generation.has_sandbox_snapshots() => {
                    let is_create = *verb == "fork";
                    Some(Self::FeatureDisabled(if is_create { Bucket::SandboxCreate } else { Bucket::Authenticated }))
                }
                "fork" if modern => Some(Self::Fork(own(id))),
                "snapshot" if modern => Some(Self::SnapshotSandbox(own(id))),
                "ssh-access" if modern => Some(Self::SshAccess(own(id))),
                "last-activity" if modern => Some(Self::LastActivity(own(id))),
                "network-settings" if modern => Some(Self::NetworkSettings(own(id))),
                _ => None,
            },
            ("POST", [id, "public", value]) => Some(Self::SetPublic(own(id), own(value))),
            ("POST", [id, setting, minutes]) => {
                let setting = match *setting {
                    "autostop" => Setting::AutoStop,
                    "autoarchive" => Setting::AutoArchive,
                    "autodelete" if modern => Setting::AutoDelete,
                    "ttl" if generation.has_ttl() => Setting::Ttl,
                    _ => return None,
                };
                Some(Self::Set(setting, own(id), own(minutes)))
            }
            _ => None,
        }
    }

    fn of_workspace(generation: Generation, method: &Method, rest: &[&str]) -> Option<Self> {
        let own = |text: &&str| (*text).to_owned();
        match (method.as_str(), rest) {
            ("POST", []) => Some(Self::CreateWorkspace),
            ("GET", []) => Some(Self::ListWorkspaces),
            ("GET", [id]) => Some(Self::GetWorkspace(own(id))),
            ("DELETE", [id]) => Some(Self::DeleteWorkspace(own(id))),
            ("PUT", [id, "labels"]) => Some(Self::PutWorkspaceLabels(own(id))),
            ("POST", [id, "start"]) => Some(Self::StartWorkspace(own(id))),
            ("POST", [id, "stop"]) => Some(Self::StopWorkspace(own(id))),
            ("POST", [id, "archive"]) => Some(Self::ArchiveWorkspace(own(id))),
            ("POST", [id, "public", value]) if generation != Generation::Documented => {
                Some(Self::SetWorkspacePublic(own(id), own(value)))
            }
            ("GET", [id, "ports", port, "preview-url"]) if generation != Generation::Documented => {
                Some(Self::PreviewUrl(own(id), own(port)))
            }
            ("POST", [id, "autostop", minutes]) => Some(Self::SetWorkspace(Setting::AutoStop, own(id), own(minutes))),
            ("POST", [id, "autoarchive", minutes]) if generation.has_sandbox() => {
                Some(Self::SetWorkspace(Setting::AutoArchive, own(id), own(minutes)))
            }
            _ => None,
        }
    }
}

/// The words of a route are read whatever their case, names and identifiers are not: the second segment of the
/// resources, and every other one from there on.
fn in_lower_case(segments: &[String]) -> Vec<String> {
    let resource = segments.first().map(|first| first.to_ascii_lowercase()).unwrap_or_default();
    let has_names = matches!(resource.as_str(), "sandbox" | "workspace" | "snapshots" | "toolbox");
    let is_word = |index: usize| index.is_multiple_of(2) || !has_names;
    let cased = segments.iter().enumerate();
    cased.map(|(index, segment)| if is_word(index) { segment.to_ascii_lowercase() } else { segment.clone() }).collect()
}
