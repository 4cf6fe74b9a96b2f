//! The routes, one file per resource.

mod access;
mod account;
mod body;
pub(crate) mod fake;
mod filter;
mod lifecycle;
mod list;
mod order;
mod query;
mod remote;
mod sandbox;
mod sessions;
mod settings;
mod snapshot_names;
mod snapshots;
pub(crate) mod toolbox;
mod workspace;

use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::route::Route;
use crate::refusal::Refusal;

/// Answers a call whose key, rate and scope are in order.
pub(crate) async fn answer(call: &Call<'_>, route: Route) -> Result<Reply, Refusal> {
    match route {
        Route::Health => account::health(),
        Route::UserTokensOnly => Err(Refusal::new(401, "Invalid credentials")),
        Route::InternalOnly | Route::CountedInternalOnly => Err(Refusal::forbidden("Invalid authentication context")),
        Route::AdminsOnly | Route::Runners => Err(Refusal::forbidden("Access denied")),
        Route::FeatureDisabled(_) => {
            let path = call.request.path_and_query();
            Err(Refusal::not_found(format!("Cannot {} {path}", call.request.method)))
        }
        Route::DockerRegistries => Ok(Reply::json(200, &[(); 0])),
        Route::RegistryPushAccess => Err(Refusal::unexpected()),
        Route::Volumes(_) => account::volumes(call),
        Route::PreviewAccess(id) => access::preview_access(call, &id),
        Route::Parent(id) => sandbox::parent(call, &id),
        Route::Backup(id) => lifecycle::backup(call, &id),
        Route::Region(_) => Err(Refusal::not_found("Region not found")),
        Route::Lineage(id) => sandbox::relatives(call, &id),
        Route::TelemetryMetrics(id) => sandbox::telemetry(call, &id),
        Route::Config => account::config(call),
        Route::SharedRegions | Route::Regions => account::regions(call),
        Route::CurrentKey => account::current_key(call),
        Route::Usage(organization) => account::usage(call, &organization),
        Route::CreateSandbox => sandbox::create(call).await,
        Route::ListSandboxes => list::sandboxes(call),
        Route::PaginatedSandboxes => list::paginated(call),
        Route::GetSandbox(id) => sandbox::get(call, &id),
        Route::DeleteSandbox(id) => sandbox::delete(call, &id),
        Route::Start(id) => lifecycle::start(call, &id).await,
        Route::Stop(id) => lifecycle::stop(call, &id),
        Route::Archive(id) => lifecycle::archive(call, &id),
        Route::Pause(id) => lifecycle::pause(call, &id),
        Route::Fork(id) => lifecycle::fork(call, &id),
        Route::Recover(id) => lifecycle::recover(call, &id),
        Route::Resize(id) => lifecycle::resize(call, &id),
        Route::SnapshotSandbox(id) => snapshots::of_sandbox(call, &id),
        Route::Set(setting, id, minutes) => settings::set(call, setting, &id, &minutes),
        Route::LastActivity(id) => settings::last_activity(call, &id),
        Route::PutLabels(id) => settings::labels(call, &id),
        Route::SetPublic(id, value) => settings::public(call, &id, &value),
        Route::NetworkSettings(id) => settings::network(call, &id),
        Route::ToolboxProxyUrl(id) => access::toolbox_proxy_url(call, &id),
        Route::PreviewUrl(id, port) => access::preview_url(call, &id, &port),
        Route::SignedPreviewUrl(id, port) => access::signed_preview_url(call, &id, &port),
        Route::SshAccess(id) => access::ssh(call, &id),
        Route::BuildLogsUrl(id) => access::build_logs_url(call, &id),
        Route::CreateSnapshot => snapshots::create(call),
        Route::ListSnapshots => snapshots::list(call),
        Route::GetSnapshot(id) => snapshots::get(call, &id),
        Route::DeleteSnapshot(id) => snapshots::delete(call, &id),
        Route::ActivateSnapshot(id) => snapshots::activate(call, &id),
        Route::DeactivateSnapshot(id) => snapshots::deactivate(call, &id),
        Route::SnapshotBuildLogsUrl(id) => snapshots::build_logs_url(call, &id),
        Route::CreateWorkspace => workspace::create(call).await,
        Route::ListWorkspaces => workspace::list(call),
        Route::GetWorkspace(id) => workspace::get(call, &id),
        Route::DeleteWorkspace(id) => workspace::delete(call, &id),
        Route::StartWorkspace(id) => workspace::start(call, &id),
        Route::StopWorkspace(id) => workspace::stop(call, &id),
        Route::ArchiveWorkspace(id) => workspace::archive(call, &id),
        Route::SetWorkspace(setting, id, minutes) => workspace::set(call, setting, &id, &minutes),
        Route::SetWorkspacePublic(id, value) => workspace::public(call, &id, &value),
        Route::PutWorkspaceLabels(id) => workspace::labels(call, &id),
        Route::Toolbox(id, path) => Ok(toolbox::through_api(call, &id, &path).await),
    }
}
