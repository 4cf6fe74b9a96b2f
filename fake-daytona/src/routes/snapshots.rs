//! `/snapshots`, and the snapshot of a sandbox.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::body::{self, ReplyKind};
use super::query::{self, limit};
use super::snapshot_names::{check_class, check_source, is_like, is_uuid};
use crate::core::Core;
use crate::http::call::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::http::validation::{self, Fields};
use crate::refusal::Refusal;
use crate::settings::Size;
use crate::world::entrypoint::{IDLE, of_dockerfile};
use crate::world::snapshots::Snapshot;
use crate::world::{RUNNER_ID, World, quota, whole};

fn shown(core: &Core, row: &Snapshot) -> Object {
    let mut body = Object::with_nulls();
    body.set("id", row.id.as_str());
    body.set("organizationId", core.organization_id());
    body.set("general", row.general);
    body.set("name", row.name.as_str());
    body.set("imageName", row.image_name.as_str());
    body.set("state", row.state);
    body.optional("size", row.gigabytes);
    body.optional("entrypoint", row.entrypoint.clone());
    body.set("cpu", row.size.cpu);
    body.set("gpu", row.size.gpu);
    // `memory` in the request.
    body.set("mem", row.size.memory);
    body.set("disk", row.size.disk);
    body.optional("errorReason", row.error_reason.as_deref());
    body.set("createdAt", row.created_at.rfc3339());
    body.set("updatedAt", row.updated_at.rfc3339());
    body.optional("lastUsedAt", row.last_used_at.map(|at| at.rfc3339()));
    body.set_if_some("buildInfo", row.build.as_ref().map(body::build_info));
    body.set("regionIds", vec![row.region.as_str()]);
    body.set("initialRunnerId", RUNNER_ID);
    let built = row.build.as_ref().map(|build| build.snapshot_ref.clone());
    let pulled = Some(format!("daytona-sha256:{}:daytona", digest(&row.image_name)));
    let host = core.toolbox_url();
    let host = host.split("://").nth(1).unwrap_or_default().trim_end_matches("/toolbox").to_owned();
    body.optional("ref", built.or(pulled).filter(|_| row.has_ref).map(|name| format!("{host}/daytona/{name}")));
    if core.generation.has_sandbox_class() {
        body.set("sandboxClass", "container");
    }
    if core.generation.has_spot() {
        body.optional("sourceSandboxId", row.source_sandbox_id.as_deref());
    }
    body
}

fn digest(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn create(call: &Call<'_>) -> Result<Reply, Refusal> {
    let (core, now) = (call.core, call.core.now());
    let mut fields = Fields::of(&call.body);
    let name = fields.name();
    if name.is_none() && call.body.get("name").is_none_or(Value::is_null) {
        fields.problem("name must be a string");
    }
    let image = fields.text("imageName").filter(|image| !image.is_empty());
    let entrypoint = fields.texts("entrypoint");
    let sizes = [("cpu", "cpu"), ("memory", "mem"), ("disk", "disk")]
        .map(|(field, column)| fields.amount(if call.body.get(field).is_some() { field } else { column }));
    let gpu = fields.amount("gpu");
    if gpu.is_some_and(|gpu| gpu > 1.0) {
        fields.problem("gpu must not be greater than 1");
    }
    fields.words("gpuType", &["H100", "RTX-PRO-6000"]);
    let builds = fields.object("buildInfo").cloned();
    let region = fields.text("regionId");
    fields.one_of("sandboxClass", &["linux-vm", "container", "android", "windows"]);
    fields.finish()?;
    let name = name.unwrap_or_default();
    let mut world = core.world();
    let region = match region.filter(|region| !region.trim().is_empty()) {
        None => world.default_region()?.clone(),
        Some(wanted) => {
            world.default_region()?;
            let found = world.regions.iter().find(|region| region.id == wanted).cloned();
            found.ok_or_else(|| Refusal::not_found("Region not found"))?
        }
    };
    check_source(&name, image.as_deref(), builds.is_some(), entrypoint.is_some())?;
    check_class(&call.body, &region.id)?;
    world.refuse_when_suspended(now)?;
    let names_region = call.body.get("regionId").and_then(Value::as_str).is_some_and(|id| !id.trim().is_empty());
    if names_region && !region.has_quota {
        let id = &region.id;
        return Err(Refusal::forbidden(format!("Region {id} is not available to the organization")));
    }
    // What is no whole number, and nothing in place of one, reaches the database.
    let nothing = ["cpu", "memory", "disk"].iter().any(|field| call.body.get(field).is_some_and(Value::is_null));
    if nothing {
        return Err(Refusal::unexpected());
    }
    let [cpu, memory, disk] = sizes;
    let up = |asked: Option<f64>, standard: u64| asked.map_or(standard, |amount| amount.ceil() as u64);
    let size = Size { gpu: up(gpu, 0), ..Size::new(up(cpu, 1), up(memory, 1), up(disk, 3)) };
    quota::check_size(core.generation, &world.limits_in(&region), size)?;
    if size.gpu > world.limits.organization.gpu {
        let most = world.limits.organization.gpu;
        return Err(Refusal::bad_request(format!("GPU quota exceeded. Maximum allowed: {most}.")));
    }
    check_quota(&mut world, now)?;
    for amount in [cpu, memory, disk, gpu].into_iter().flatten() {
        whole(amount)?;
    }
    let not_uuid = |field: &str| call.body.get(field).is_some_and(|id| !id.as_str().is_some_and(is_uuid));
    if not_uuid("id") || not_uuid("organizationId") {
        return Err(Refusal::unexpected());
    }
    if world.snapshots.is_taken(&name, now) {
        return Err(Refusal::conflict(format!("Snapshot with name \"{name}\" already exists for this organization")));
    }
    let build = builds.map(|info| order_of_build(&info)).transpose()?.map(|build| world.build_info(build, now));
    let command = match &build {
        Some(build) => {
            Some(build.dockerfile.as_deref().map_or_else(|| IDLE.map(str::to_owned).to_vec(), of_dockerfile))
        }
        None => entrypoint
            .map(|words| words.into_iter().filter(|word| !word.trim().is_empty()).collect::<Vec<_>>())
            .filter(|words| !words.is_empty()),
    };
    let id = world.mint_id();
    let mut row = Snapshot {
        image_name: image.unwrap_or_default(),
        entrypoint: command,
        build,
        error_reason: call.body.get("errorReason").and_then(Value::as_str).map(str::to_owned),
        ..Snapshot::ready(id, &name, size, &region.id, now)
    };
    // Columns of the row get through.
    row.gigabytes = call.body.get("size").and_then(Value::as_f64);
    row.last_used_at = call.body.get("lastUsedAt").and_then(Value::as_str).map(query::moment);
    let body_of_image = row.build.is_none();
    let row = world.register(row, now);
    let mut body = shown(core, row);
    body.remove("initialRunnerId");
    if body_of_image {
        body.remove("ref");
    }
    Ok(Reply::json(200, &body))
}

fn order_of_build(info: &serde_json::Map<String, Value>) -> Result<crate::world::Build, Refusal> {
    if !info.get("dockerfileContent").is_some_and(Value::is_string) {
        return Err(Refusal::unexpected());
    }
    Ok(super::order::build_of(info))
}

fn check_quota(world: &mut World, now: crate::clock::Timestamp) -> Result<(), Refusal> {
    match world.snapshot_quota {
        Some(most) if world.snapshots.counted(now) >= most => {
            Err(Refusal::bad_request(format!("Snapshot quota exceeded. Maximum allowed: {most}")))
        }
        _ => Ok(()),
    }
}

/// Own ones before those of the server, whatever the order; last used first unless another order is asked for.
pub(super) fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = limit(call)?;
    let page = validation::page(call)?;
    let sort = validation::word(call, "sort", &["name", "state", "lastUsedAt", "createdAt"])?;
    let order = validation::word(call, "order", &["asc", "desc"])?;
    let wanted = call.query("name").map(|name| name.to_lowercase());
    let ascending = order.as_deref() == Some("asc");
    let now = call.core.now();
    let mut world = call.core.world();
    let mut rows = world.snapshots.list(now);
    rows.retain(|row| wanted.as_ref().is_none_or(|part| is_like(&row.name.to_lowercase(), part)));
    rows.sort_by(|a, b| {
        let turned = |order: Ordering| if ascending { order } else { order.reverse() };
        let own = a.general.cmp(&b.general);
        own.then_with(|| match sort.as_deref() {
            Some("name") => turned(a.name.cmp(&b.name)),
            Some("state") => turned(a.state.cmp(b.state)),
            Some("createdAt") => turned(a.created_at.cmp(&b.created_at)),
            // What was never used comes last either way.
            _ => a
                .last_used_at
                .is_none()
                .cmp(&b.last_used_at.is_none())
                .then(turned(a.last_used_at.cmp(&b.last_used_at))),
        })
    });
    let total = rows.len();
    let shown_rows = rows.into_iter().skip((page - 1).saturating_mul(limit)).take(limit);
    let mut body = Object::with_nulls();
    body.set("items", shown_rows.map(|row| shown(call.core, row).into()).collect::<Vec<Value>>());
    body.set("total", total);
    body.set("page", page);
    body.set("totalPages", total.div_ceil(limit));
    Ok(Reply::json(200, &body))
}

fn unknown(name: &str) -> Refusal {
    Refusal::not_found(format!("Snapshot with name {name} not found"))
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let row = world.snapshots.find(id, call.core.now()).ok_or_else(|| unknown(id))?;
    Ok(Reply::json(200, &shown(call.core, row)))
}

pub(super) fn build_logs_url(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let row = world.snapshots.find(id, call.core.now()).ok_or_else(|| unknown(id))?;
    if row.build.is_none() {
        return Err(Refusal::not_found(format!("Snapshot {id} has no build info")));
    }
    let toolbox = call.core.toolbox_url();
    let proxy = toolbox.trim_end_matches("/toolbox");
    Ok(Reply::json(200, &json!({"url": format!("{proxy}/snapshots/{}/build-logs", row.id)})))
}

/// An own snapshot by id. A name is refused where there is one of that name, and not found where there is none.
fn own<'a>(world: &'a mut World, call: &Call<'_>, id: &str) -> Result<&'a mut Snapshot, Refusal> {
    let now = call.core.now();
    if !is_uuid(id) {
        return Err(match world.snapshots.find(id, now) {
            Some(_) => Refusal::bad_request("Validation failed (uuid is expected)"),
            None => unknown(id),
        });
    }
    match world.snapshots.find_by_id(id, now) {
        Some(row) if row.general => Err(Refusal::not_found(format!("Snapshot with ID or name {id} not found"))),
        Some(row) => Ok(row),
        None => Err(unknown(id)),
    }
}

pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let now = call.core.now();
    let mut world = call.core.world();
    let done = now + world.latencies.snapshot;
    own(&mut world, call, id)?.remove(now, done);
    Ok(Reply::new(200))
}

pub(super) fn activate(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let now = call.core.now();
    let mut world = call.core.world();
    let row = own(&mut world, call, id)?;
    match row.state {
        "active" => return Err(Refusal::bad_request(format!("Snapshot {id} is already active"))),
        "inactive" => {}
        state => {
            return Err(Refusal::bad_request(format!("Snapshot {id} cannot be activated - it is in {state} state")));
        }
    }
    if now - row.updated_at < World::ACTIVATION_PAUSE {
        return Err(Refusal::bad_request(
            "Snapshot deactivation is still in progress. Please try again in a few minutes.",
        ));
    }
    let id = row.id.clone();
    world.refuse_when_suspended(now)?;
    check_quota(&mut world, now)?;
    world.reactivate(&id, now);
    let row = world.snapshots.find_by_id(&id, now).ok_or_else(|| unknown(&id))?;
    Ok(Reply::json(200, &shown(call.core, row)))
}

pub(super) fn deactivate(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let now = call.core.now();
    let mut world = call.core.world();
    own(&mut world, call, id)?.deactivate(now);
    Ok(Reply::new(204))
}

/// A snapshot of a sandbox: the sandbox is busy for a while, then there is one more snapshot, unless its name is taken.
pub(super) fn of_sandbox(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut fields = Fields::of(&call.body);
    let name = fields.name();
    if name.is_none() && call.body.get("name").is_none_or(Value::is_null) {
        fields.problem("name must be a string");
    }
    let with_memory = fields.flag("includeMemory").unwrap_or(false);
    fields.finish()?;
    let (core, now) = (call.core, call.core.now());
    let mut world = core.world();
    let key = world.look_up(id, now)?;
    if with_memory {
        return Err(Refusal::bad_request("includeMemory is only supported for Windows sandboxes"));
    }
    check_quota(&mut world, now)?;
    let done = world.begin_snapshot(key, now)?;
    let new_id = world.mint_id();
    let source = world.sandbox(key);
    // Where its row is there while it is taken, it is as old as the request.
    let begun = if core.generation.has_spot() { now } else { done };
    let row = Snapshot {
        image_name: String::new(),
        source_sandbox_id: Some(source.id.clone()),
        last_used_at: Some(done),
        ..Snapshot::ready(new_id, name.as_deref().unwrap_or_default(), source.size, &source.target, begun)
    };
    world.capture(row, now, done);
    let mut body = body::sandbox(core, world.sandbox(key), ReplyKind::Read);
    body.remove("buildInfo");
    Ok(Reply::json(200, &body))
}
