//! `/workspace`: of the documented server, of 0.100, and deprecated beside `/sandbox`.

use std::time::Duration;

use serde_json::{Value, json};

use super::body::{self, ReplyKind};
use super::lifecycle::hard;
use super::sandbox::START_WAIT;
use super::{order, settings};
use crate::clock::Timestamp;
use crate::generation::Generation;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::route::Setting;
use crate::http::validation::Fields;
use crate::refusal::Refusal;
use crate::world::sandbox::Sandbox;
use crate::world::state::{Desired, State};
use crate::world::{Key, Surface, World};

/// How long a destroyed row can still be read.
const KEPT: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn create(call: &Call<'_>) -> Result<Reply, Refusal> {
    let core = call.core;
    let generation = core.generation;
    let (order, surface) = match generation {
        Generation::Documented => (order::of_documented(&call.body)?, Surface::Documented),
        _ => (order::of_workspace(generation, &call.body)?, Surface::Workspace),
    };
    if order.build.is_some() && !generation.workspace_builds() {
        return Err(Refusal::forbidden(
            "Build info is not supported in this deprecated API - please upgrade your client",
        ));
    }
    let (key, mut row) = {
        let mut world = core.world();
        let key = world.create(order, surface, core.now())?;
        (key, world.sandbox(key).clone())
    };
    let waits = generation != Generation::Documented && row.build.is_none();
    if waits {
        core.announce();
        core.wait(key, START_WAIT, Sandbox::start_has_ended).await;
    }
    if generation.has_sandbox() {
        // The row of before the wait with the state of after it: the reply contradicts itself, as the real one does.
        let before = row.state.clone();
        row.state = core.world().sandbox(key).state.clone();
        return Ok(Reply::json(200, &body::workspace(core, &row, ReplyKind::Create, &before)));
    }
    Ok(shown(call, core.world().sandbox(key)))
}

fn shown(call: &Call<'_>, row: &Sandbox) -> Reply {
    Reply::json(200, &value(call, row))
}

fn value(call: &Call<'_>, row: &Sandbox) -> Value {
    match call.core.generation {
        Generation::Documented => body::documented_workspace(row).into(),
        Generation::V0_100 => body::first_workspace(call.core, row).into(),
        _ => body::workspace(call.core, row, ReplyKind::Read, &row.shown()),
    }
}

/// A row that `/workspace` still shows: destroyed ones for a day, except in the description.
fn find(call: &Call<'_>, world: &World, id: &str) -> Result<Key, Refusal> {
    let now = call.core.now();
    let keeps = call.core.generation != Generation::Documented;
    world
        .find(id)
        .filter(|key| {
            let row = world.sandbox(*key);
            row.destroyed_at.is_none_or(|at| keeps && now - at < KEPT)
        })
        .ok_or_else(|| world.unknown(id))
}

/// The row as an operation sees it: as it was up to ten seconds ago.
fn operated(world: &mut World, key: Key, now: Timestamp) -> Sandbox {
    let (state, desired) = world.seen_by_operation(key, now);
    Sandbox { state, desired, ..world.sandbox(key).clone() }
}

/// What was decided on an old row is not written over a newer one.
fn refuse_modified(world: &World, key: Key, seen: &Sandbox) -> Result<(), Refusal> {
    let row = world.sandbox(key);
    if row.state == seen.state && row.desired == seen.desired { Ok(()) } else { Err(modified()) }
}

fn modified() -> Refusal {
    Refusal::conflict("Sandbox was modified by another operation")
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let world = call.core.world();
    if let Some(then) = call.then() {
        return Ok(shown(call, &world.as_of(id, then)?));
    }
    let key = find(call, &world, id)?;
    Ok(shown(call, world.sandbox(key)))
}

pub(super) fn list(call: &Call<'_>) -> Result<Reply, Refusal> {
    let labels = super::filter::labels(call)?;
    let world = call.core.world();
    let items: Vec<Value> = world
        .labelled(&labels)
        .map(|key| world.sandbox(key))
        .filter(|row| !row.is_gone() && row.has_labels(&labels))
        .map(|row| value(call, row))
        .collect();
    Ok(Reply::json(200, &items))
}

/// `force` is read and has no effect.
pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let now = call.core.now();
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    if call.core.generation == Generation::Documented {
        world.destroy_now(key, now);
        return Ok(Reply::new(200));
    }
    let seen = operated(&mut world, key, now);
    if call.core.generation.has_stale_operations() {
        if world.sandbox(key).desired == Desired::Destroyed {
            return Err(modified());
        }
        if seen.is_busy() && seen.state != State::PendingBuild {
            return Err(Refusal::conflict("Sandbox state change in progress"));
        }
        refuse_modified(&world, key, &seen)?;
    }
    world.delete(key, now)?;
    Ok(Reply::new(200))
}

/// Neither start nor stop waits.
pub(super) fn start(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    world.start(key, call.core.now())?;
    Ok(Reply::new(200))
}

pub(super) fn stop(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    let seen = operated(&mut world, key, call.core.now());
    if call.core.generation.has_stale_operations() {
        if seen.is_busy() {
            return Err(Refusal::conflict("Sandbox state change in progress"));
        }
        if seen.state != State::Started {
            return Err(Refusal::bad_request("Sandbox is not started"));
        }
        refuse_modified(&world, key, &seen)?;
    }
    world.stop(key, call.core.now(), hard(call))?;
    Ok(Reply::new(200))
}

pub(super) fn archive(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    let seen = operated(&mut world, key, call.core.now());
    if call.core.generation.has_stale_operations() {
        if seen.state != State::Stopped {
            return Err(Refusal::bad_request("Sandbox is not stopped"));
        }
        refuse_modified(&world, key, &seen)?;
    }
    world.archive(key, call.core.now())?;
    Ok(Reply::new(200))
}

pub(super) fn set(call: &Call<'_>, setting: Setting, id: &str, minutes: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    settings::apply(call, &mut world, key, setting, minutes)?;
    Ok(Reply::new(201))
}

pub(super) fn public(call: &Call<'_>, id: &str, value: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    world.change(key, call.core.now(), |row| row.public = value == "true");
    Ok(Reply::new(201))
}

pub(super) fn labels(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut fields = Fields::of(&call.body);
    let labels = fields.object("labels").cloned().unwrap_or_default();
    fields.finish()?;
    let mut world = call.core.world();
    let key = find(call, &world, id)?;
    world.set_labels(key, call.core.now(), labels.clone());
    Ok(Reply::json(200, &json!({"labels": labels})))
}
