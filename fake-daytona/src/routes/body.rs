//! How a sandbox looks in a reply: which fields, in which order, `null` or left out, in each version.

use serde_json::{Value, json};

use crate::core::Core;
use crate::http::object::Object;
use crate::world::sandbox::{BuildInfo, Sandbox};
use crate::world::state::State;

/// The kind of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyKind {
    /// Reply of a create: optional fields without a value are left out.
    Create,
    /// Reads, and operations that answer with a fresh read: `null` for what has no value.
    Read,
    /// Delete, stop, start from the archive: as a read, but `lastActivityAt` and `buildInfo` are missing.
    Change,
}

/// A sandbox as `/sandbox` of this version shows it.
pub(crate) fn sandbox(core: &Core, row: &Sandbox, kind: ReplyKind) -> Object {
    let generation = core.generation;
    let mut body = match kind {
        ReplyKind::Create => Object::without_nulls(),
        _ => Object::with_nulls(),
    };
    body.set("id", row.id.as_str());
    body.set("organizationId", core.organization_id());
    body.set("name", row.name.as_str());
    body.set("target", row.target.as_str());
    body.optional("snapshot", row.snapshot.as_deref());
    body.set("user", row.user.as_str());
    body.set("env", row.env.clone());
    sizes(&mut body, row);
    body.set("public", row.public);
    if generation.has_kvm() {
        body.set("kvm", false);
    }
    if generation.has_activity() {
        body.set("networkBlockAll", row.network_block_all);
        body.optional("networkAllowList", row.network_allow_list.as_deref());
    }
    if generation.has_sandbox_class() {
        body.optional("domainAllowList", row.domain_allow_list.as_deref());
    }
    body.set("labels", row.odd_labels.clone().unwrap_or_else(|| row.labels.clone().into()));
    body.set("volumes", row.volumes.clone());
    states(&mut body, core, row, &row.shown());
    if generation.has_spot() {
        body.set("spot", false);
    }
    intervals(&mut body, core, row);
    body.set(class_key(core), if generation.has_sandbox_class() { "container" } else { "small" });
    body.set("createdAt", row.created_at.rfc3339());
    body.set("updatedAt", row.updated_at.rfc3339());
    if generation.has_activity() && kind != ReplyKind::Change {
        body.set("lastActivityAt", row.last_activity_at.rfc3339());
    }
    if kind != ReplyKind::Change {
        body.set_if_some("buildInfo", row.build.as_ref().map(build_info));
    }
    if generation.has_activity() {
        body.optional("daemonVersion", row.daemon_version);
        body.optional("runnerId", row.runner_id.as_deref());
        body.set("toolboxProxyUrl", core.toolbox_url());
    }
    body
}

/// An item of the cursor list: without environment, build and volumes.
///
/// `state` is what the list believes, which may be late.
pub(crate) fn list_item(core: &Core, row: &Sandbox, state: &State) -> Object {
    let generation = core.generation;
    let mut body = Object::with_nulls();
    body.set("id", row.id.as_str());
    body.set("organizationId", core.organization_id());
    body.set("name", row.name.as_str());
    body.set("target", row.target.as_str());
    body.optional("runnerId", row.runner_id.as_deref());
    body.set("sandboxClass", "container");
    body.set("state", state.name_in(generation));
    body.set("desiredState", row.desired.as_str());
    body.optional("snapshot", row.snapshot.as_deref());
    body.set("user", row.user.as_str());
    body.optional("errorReason", row.error_reason.as_deref());
    body.set("recoverable", row.recoverable);
    body.set("public", row.public);
    if generation.has_spot() {
        body.set("networkBlockAll", row.network_block_all);
        body.optional("networkAllowList", row.network_allow_list.as_deref());
        body.optional("domainAllowList", row.domain_allow_list.as_deref());
        body.set("spot", false);
    }
    sizes(&mut body, row);
    body.set("labels", row.labels.clone());
    body.set("backupState", row.backup_state);
    intervals(&mut body, core, row);
    body.set("createdAt", row.created_at.rfc3339());
    body.set("updatedAt", row.updated_at.rfc3339());
    body.set("lastActivityAt", row.last_activity_at.rfc3339());
    body.optional("daemonVersion", row.daemon_version);
    body.set("toolboxProxyUrl", core.toolbox_url());
    body
}

fn sizes(body: &mut Object, row: &Sandbox) {
    body.set("cpu", row.size.cpu);
    body.set("gpu", row.size.gpu);
    body.set("memory", row.size.memory);
    body.set("disk", row.size.disk);
}

fn states(body: &mut Object, core: &Core, row: &Sandbox, state: &State) {
    body.set("state", state.name_in(core.generation));
    body.set("desiredState", row.desired.as_str());
    body.optional("errorReason", row.error_reason.as_deref());
    if core.generation.has_activity() {
        body.set("recoverable", row.recoverable);
    }
    // The backup is queued a moment after the desired state is stored.
    let queued = row.state == State::Archiving && row.backup_state == "None" && core.now() > row.last_activity_at;
    body.set("backupState", if queued { "Pending" } else { row.backup_state });
    body.set_if_some("backupCreatedAt", row.backup_created_at.map(|at| at.rfc3339()));
}

fn intervals(body: &mut Object, core: &Core, row: &Sandbox) {
    body.set("autoStopInterval", row.auto_stop);
    body.set("autoArchiveInterval", row.auto_archive);
    if core.generation.has_activity() {
        body.set("autoDeleteInterval", row.auto_delete);
    }
    body.set_if_some("autoDestroyAt", row.auto_destroy_at.map(|at| at.rfc3339()));
}

fn class_key(core: &Core) -> &'static str {
    if core.generation.has_sandbox_class() { "sandboxClass" } else { "class" }
}

pub(super) fn build_info(build: &BuildInfo) -> Value {
    json!({
        "dockerfileContent": build.content,
        "contextHashes": build.hashes,
        "createdAt": build.created_at.rfc3339(),
        "updatedAt": build.updated_at.rfc3339(),
        "snapshotRef": build.snapshot_ref,
    })
}

/// A workspace as 0.105 and 0.179 show it: the sandbox, and the fields of old.
///
/// `metadata_state` is the state that `providerMetadata` tells, which need not be the state.
pub(crate) fn workspace(core: &Core, row: &Sandbox, kind: ReplyKind, metadata_state: &State) -> Value {
    let Value::Object(mut body) = Value::from(sandbox(core, row, kind)) else { return Value::Null };
    if kind != ReplyKind::Create {
        body.insert("toolboxProxyUrl".to_owned(), Value::from(""));
    }
    let mut metadata = Object::without_nulls();
    metadata.set("state", metadata_state.name_in(core.generation));
    metadata.set("region", row.target.as_str());
    metadata.set("class", "small");
    metadata.set("updatedAt", row.updated_at.rfc3339());
    sizes(&mut metadata, row);
    metadata.set("autoStopInterval", row.auto_stop);
    metadata.set("autoArchiveInterval", row.auto_archive);
    if kind != ReplyKind::Create {
        metadata.set("daemonVersion", row.daemon_version);
    }
    body.insert("image".to_owned(), Value::from(row.snapshot.clone()));
    body.insert("snapshotState".to_owned(), Value::from(row.backup_state));
    body.insert("info".to_owned(), info(row, &metadata));
    Value::Object(body)
}

/// A workspace as 0.100 shows it.
pub(crate) fn first_workspace(core: &Core, row: &Sandbox) -> Object {
    let mut body = Object::without_nulls();
    body.set("id", row.id.as_str());
    body.set("name", row.name.as_str());
    body.set("organizationId", core.organization_id());
    body.optional("image", row.snapshot.as_deref());
    body.set("user", row.user.as_str());
    body.set("env", row.env.clone());
    body.set("labels", row.labels.clone());
    body.set("public", row.public);
    body.set("target", row.target.as_str());
    let mut metadata = Object::without_nulls();
    metadata.set("state", row.shown().name_in(core.generation));
    metadata.set("region", row.target.as_str());
    metadata.set("class", "small");
    metadata.set("updatedAt", row.updated_at.rfc3339());
    sizes(&mut metadata, row);
    metadata.set("autoStopInterval", row.auto_stop);
    body.set("info", info(row, &metadata));
    sizes(&mut body, row);
    body.set("state", row.shown().name_in(core.generation));
    body.optional("errorReason", row.error_reason.as_deref());
    body.set("snapshotState", row.backup_state);
    body.set_if_some("snapshotCreatedAt", row.backup_created_at.map(|at| at.rfc3339()));
    body.set("autoStopInterval", row.auto_stop);
    body.set("volumes", row.volumes.clone());
    body
}

/// `info`, whose metadata is JSON inside of a string.
fn info(row: &Sandbox, metadata: &Object) -> Value {
    json!({
        "name": row.name,
        "created": row.created_at.rfc3339(),
        "providerMetadata": serde_json::to_string(metadata).unwrap_or_default(),
    })
}

/// A workspace as the provider description has it: what a create sent, the state, and the reason of a failure.
pub(crate) fn documented_workspace(row: &Sandbox) -> Object {
    let mut body = Object::without_nulls();
    body.set("id", row.id.as_str());
    body.set("name", row.name.as_str());
    body.optional("image", row.snapshot.as_deref());
    body.set("command", row.entrypoint.command.clone());
    body.set("user", row.user.as_str());
    body.set("env", row.env.clone());
    body.set("labels", row.labels.clone());
    body.set("target", row.target.as_str());
    sizes(&mut body, row);
    body.set("state", row.shown().as_str());
    body.optional("errorReason", row.error_reason.as_deref());
    body.set("autoStopInterval", row.auto_stop);
    body.set("createdAt", row.created_at.rfc3339());
    body
}
