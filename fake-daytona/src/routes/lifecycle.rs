//! `/sandbox`: start, stop, archive and their like.

use super::body::{self, ReplyKind};
use super::sandbox::{START_WAIT, refuse_failed_start};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::validation::Fields;
use crate::refusal::Refusal;
use crate::settings::Size;
use crate::world::Starting;
use crate::world::sandbox::Sandbox;
use crate::world::state::State;

pub(super) async fn start(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let (key, starting) = {
        let mut world = call.core.world();
        let key = world.look_up(id, call.core.now())?;
        (key, world.start(key, call.core.now())?)
    };
    if starting == Starting::Soon {
        call.core.announce();
        call.core.wait(key, START_WAIT, Sandbox::start_has_ended).await;
    }
    let world = call.core.world();
    let row = world.sandbox(key);
    refuse_failed_start(row)?;
    let kind = if starting == Starting::FromArchive { ReplyKind::Change } else { ReplyKind::Read };
    Ok(Reply::json(200, &body::sandbox(call.core, row, kind)))
}

/// Whether a stop is one by force: the container gets another signal.
pub(super) fn hard(call: &Call<'_>) -> bool {
    call.query("force").as_deref() == Some("true")
}

pub(super) fn stop(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    world.stop(key, call.core.now(), hard(call))?;
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Change)))
}

pub(super) fn archive(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    world.archive(key, call.core.now())?;
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

/// All sandboxes here are containers, and those cannot be paused.
pub(super) fn pause(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    let row = world.sandbox(key);
    if row.state != State::Started || row.is_busy() {
        return Err(Refusal::bad_request("Sandbox must be in started state to pause"));
    }
    Err(Refusal::new(422, "Pausing is not supported for this sandbox"))
}

pub(super) fn fork(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    call.core.world().look_up(id, call.core.now())?;
    Err(Refusal::new(422, "Forking is not supported for this sandbox"))
}

pub(super) fn recover(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let skip_start = call.query("skipStart").as_deref() == Some("true");
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    world.recover(key, call.core.now(), skip_start)?;
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

/// Makes a backup by hand. In most states the real server ends as a whole when it is asked for one; this one does not.
pub(super) fn backup(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    Ok(Reply::json(201, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

/// Behind a feature flag that is off unless a script turns it on.
pub(super) fn resize(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    if !world.resize_enabled {
        let path = call.request.path_and_query();
        return Err(Refusal::not_found(format!("Cannot {} {path}", call.request.method)));
    }
    let mut fields = Fields::of(&call.body);
    let mut wanted = ["cpu", "memory", "disk"].map(|name| {
        let amount = fields.number(name);
        if amount.is_some_and(|amount| amount < 1.0) {
            fields.problem(format!("{name} must not be less than 1"));
        }
        amount.map(|amount| amount as u64)
    });
    fields.finish()?;
    let key = world.look_up(id, call.core.now())?;
    let now = world.sandbox(key).size;
    let mut next = |standard: u64, index: usize| wanted[index].take().unwrap_or(standard);
    let size = Size { cpu: next(now.cpu, 0), memory: next(now.memory, 1), disk: next(now.disk, 2), gpu: now.gpu };
    world.resize(key, call.core.now(), size)?;
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}
