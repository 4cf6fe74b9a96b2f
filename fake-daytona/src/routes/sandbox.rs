//! `/sandbox`: create, read, delete.

use std::time::Duration;

use super::body::{self, ReplyKind};
use super::order;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::refusal::Refusal;
use crate::world::Surface;
use crate::world::sandbox::Sandbox;
use crate::world::state::State;

/// How long a create or a start waits for the sandbox.
pub(super) const START_WAIT: Duration = Duration::from_secs(30);

pub(super) async fn create(call: &Call<'_>) -> Result<Reply, Refusal> {
    let order = order::of_sandbox(call.core.generation, &call.body)?;
    let (key, reply, waits) = {
        let mut world = call.core.world();
        let key = world.create(order, Surface::Sandbox, call.core.now())?;
        let row = world.sandbox(key);
        // The reply is written now and sent after the wait: it tells the state from before.
        (key, Reply::json(200, &body::sandbox(call.core, row, ReplyKind::Create)), row.build.is_none())
    };
    if !waits {
        return Ok(reply);
    }
    call.core.announce();
    call.core.wait(key, START_WAIT, Sandbox::start_has_ended).await;
    refuse_failed_start(call.core.world().sandbox(key))?;
    Ok(reply)
}

/// A start that ended in an error is a refusal; the sandbox stays.
pub(super) fn refuse_failed_start(row: &Sandbox) -> Result<(), Refusal> {
    if row.state == State::Error {
        let reason = row.error_reason.as_deref().unwrap_or_default();
        return Err(Refusal::bad_request(format!("Sandbox failed to start: {reason}")));
    }
    Ok(())
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    if let Some(then) = call.then() {
        return Ok(Reply::json(200, &body::sandbox(call.core, &world.as_of(id, then)?, ReplyKind::Read)));
    }
    let key = world.look_up(id, call.core.now())?;
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

/// Containers have no forks, and are none.
pub(super) fn relatives(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    call.core.world().look_up(id, call.core.now())?;
    Ok(Reply::json(200, &[(); 0]))
}

pub(super) fn parent(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    Err(Refusal::not_found(format!("Parent sandbox not found for sandbox {}", world.sandbox(key).id)))
}

/// Nothing measures what runs nowhere.
pub(super) fn telemetry(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    call.core.world().live_by_id(id)?;
    Ok(Reply::json(200, &serde_json::json!({"series": []})))
}

pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    world.delete(key, call.core.now())?;
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Change)))
}
