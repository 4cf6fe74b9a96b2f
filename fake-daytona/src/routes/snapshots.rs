//! `/snapshots`, and the snapshot of a sandbox.

use serde_json::Value;

use super::body::{self, Occasion};
use crate::core::Core;
use crate::http::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::http::validation::Fields;
use crate::refusal::Refusal;
use crate::settings::Size;
use crate::world::quota;
use crate::world::snapshots::Snapshot;
use crate::world::whole;

fn shown(core: &Core, row: &Snapshot) -> Object {
    let mut body = Object::with_nulls();
    body.set("id", row.id.as_str());
    if !row.general {
        body.set("organizationId", core.organization_id());
    }
    body.set("general", row.general);
    body.set("name", row.name.as_str());
    body.set("imageName", row.image_name.as_str());
    body.set("state", row.state);
    body.optional("size", (row.state == "active").then_some(0.5));
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
    if core.generation.has_sandbox_class() {
        body.set("sandboxClass", "container");
    }
    if core.generation.has_spot() {
        body.optional("sourceSandboxId", row.source_sandbox_id.as_deref());
    }
    body
}

pub(super) fn create(call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut fields = Fields::of(&call.body);
    let name = fields.text("name").unwrap_or_default();
    let image = fields.text("imageName");
    let builds = fields.object("buildInfo").is_some();
    let entrypoint = fields.texts("entrypoint");
    let sizes = ["cpu", "memory", "disk"].map(|field| fields.amount(field));
    fields.finish()?;
    if name.is_empty() {
        return Err(Refusal::bad_request("name should not be empty, name must be a string"));
    }
    match &image {
        Some(image) => check_image(image)?,
        None if !builds => return Err(Refusal::bad_request("Must specify either an image name or build info")),
        None => {}
    }
    let [cpu, memory, disk] = sizes.map(|asked| asked.filter(|amount| *amount > 0.0));
    let amount = |asked: Option<f64>, standard: u64| asked.map_or(Ok(standard as i64), whole).map(|n| n as u64);
    let size = Size::new(amount(cpu, 1)?, amount(memory, 1)?, amount(disk, 3)?);
    let (core, now) = (call.core, call.core.now());
    let mut world = core.world();
    quota::check_size(core.generation, &world.limits, size)?;
    refuse_taken(&mut world, &name, now)?;
    let takes = world.latencies.snapshot;
    let row = Snapshot {
        id: world.mint_id(),
        image_name: image.unwrap_or_default(),
        name,
        general: false,
        size,
        entrypoint,
        state: if builds { "building" } else { "pending" },
        next: Some((now + takes, "active")),
        error_reason: None,
        created_at: now,
        updated_at: now,
        last_used_at: None,
        source_sandbox_id: None,
    };
    Ok(Reply::json(200, &shown(core, world.snapshots.add(row))))
}

fn refuse_taken(world: &mut crate::world::World, name: &str, now: crate::clock::Timestamp) -> Result<(), Refusal> {
    match world.snapshots.find(name, now) {
        Some(_) => {
            Err(Refusal::conflict(format!("Snapshot with name \"{name}\" already exists for this organization")))
        }
        None => Ok(()),
    }
}

/// An image must be pinned: a digest, or a tag that does not move.
fn check_image(image: &str) -> Result<(), Refusal> {
    if image.contains("@sha256:") {
        return Ok(());
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    match last.split_once(':') {
        None | Some((_, "")) => {
            Err(Refusal::bad_request("Image name must include a tag (e.g., ubuntu:22.04) or digest (@sha256:...)"))
        }
        Some((_, "latest")) => Err(Refusal::bad_request("Images with tag \":latest\" are not allowed")),
        Some(_) => Ok(()),
    }
}

pub(super) fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let number = |name: &str, standard: usize| call.query(name).and_then(|text| text.parse().ok()).unwrap_or(standard);
    let (page, limit) = (number("page", 1).max(1), number("limit", 100).clamp(1, 200));
    let wanted = call.query("name").map(|name| name.to_lowercase());
    let mut world = call.core.world();
    let rows: Vec<Value> = world
        .snapshots
        .list(call.core.now())
        .filter(|row| wanted.as_ref().is_none_or(|name| row.name.to_lowercase().contains(name)))
        .map(|row| shown(call.core, row).into())
        .collect();
    let total = rows.len();
    let mut body = Object::with_nulls();
    body.set("items", rows.into_iter().skip((page - 1).saturating_mul(limit)).take(limit).collect::<Vec<_>>());
    body.set("total", total);
    body.set("page", page);
    body.set("totalPages", total.div_ceil(limit));
    Ok(Reply::json(200, &body))
}

/// Does something with a snapshot of this id or name.
fn with<T>(call: &Call<'_>, id: &str, act: impl FnOnce(&mut Snapshot) -> Result<T, Refusal>) -> Result<T, Refusal> {
    let mut world = call.core.world();
    let row = world.snapshots.find(id, call.core.now());
    row.ok_or_else(|| Refusal::not_found(format!("Snapshot {id} not found"))).and_then(act)
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    with(call, id, |row| Ok(Reply::json(200, &shown(call.core, row))))
}

pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (now, takes) = (call.core.now(), call.core.world().latencies.snapshot);
    with(call, id, |row| {
        if row.general {
            return Err(Refusal::forbidden("Access denied"));
        }
        row.becomes("removing", "removed", now, takes);
        Ok(Reply::new(200))
    })
}

pub(super) fn activate(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (now, takes) = (call.core.now(), call.core.world().latencies.snapshot);
    with(call, id, |row| {
        if row.state == "active" {
            return Err(Refusal::bad_request(format!("Snapshot {} is already active", row.name)));
        }
        row.becomes("pulling", "active", now, takes);
        Ok(Reply::json(200, &shown(call.core, row)))
    })
}

pub(super) fn deactivate(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    with(call, id, |row| {
        row.state = "inactive";
        row.next = None;
        Ok(Reply::new(204))
    })
}

/// A snapshot of a sandbox: the sandbox is busy for a while, then there is one more snapshot.
pub(super) fn of_sandbox(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut fields = Fields::of(&call.body);
    let name = fields.text("name").unwrap_or_default();
    fields.finish()?;
    if name.is_empty() {
        return Err(Refusal::bad_request("name should not be empty, name must be a string"));
    }
    let (core, now) = (call.core, call.core.now());
    let mut world = core.world();
    let key = world.live(id)?;
    refuse_taken(&mut world, &name, now)?;
    world.begin_snapshot(key, now)?;
    let takes = world.latencies.snapshot;
    let new_id = world.mint_id();
    let source = world.sandbox(key);
    let row = Snapshot {
        id: new_id,
        image_name: source.snapshot.clone().unwrap_or_default(),
        name,
        general: false,
        size: source.size,
        entrypoint: Some(source.entrypoint.command.clone()),
        state: if core.generation.has_spot() { "snapshotting" } else { "pending" },
        next: Some((now + takes, "active")),
        error_reason: None,
        created_at: now,
        updated_at: now,
        last_used_at: None,
        source_sandbox_id: Some(source.id.clone()),
    };
    world.snapshots.add(row);
    Ok(Reply::json(200, &body::sandbox(core, world.sandbox(key), Occasion::Read)))
}
