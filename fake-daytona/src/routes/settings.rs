//! `/sandbox`: intervals, labels, network, activity.

use serde_json::Value;

use super::body::{self, ReplyKind};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::route::Setting;
use crate::http::validation::{Fields, check_domains, check_networks};
use crate::refusal::Refusal;
use crate::world::{ACTIVITY_THROTTLE, Key, MAX_AUTO_ARCHIVE, World, archive_minutes, interval, whole};

pub(super) fn set(call: &Call<'_>, setting: Setting, id: &str, minutes: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    apply(call, &mut world, key, setting, minutes)?;
    Ok(Reply::json(201, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

/// Accepted in any state; the idle clock runs on.
pub(super) fn apply(
    call: &Call<'_>,
    world: &mut World,
    key: Key,
    setting: Setting,
    minutes: &str,
) -> Result<(), Refusal> {
    let now = call.core.now();
    // What is not a number reaches the database as one that is none.
    let number: f64 = minutes.parse().map_err(|_| Refusal::unexpected())?;
    match setting {
        Setting::AutoStop => {
            let minutes = interval(Some(number), 0, "Auto-stop")?;
            world.change(key, now, |row| row.auto_stop = minutes);
        }
        Setting::AutoArchive => {
            // What is longer than the longest is the longest, however long.
            let minutes = archive_minutes(interval(Some(number.min(MAX_AUTO_ARCHIVE as f64)), 0, "Auto-archive")?);
            world.change(key, now, |row| row.auto_archive = minutes);
        }
        Setting::AutoDelete => {
            let minutes = whole(number)?;
            world.change(key, now, |row| row.auto_delete = minutes);
        }
        Setting::Ttl => {
            let minutes = u64::try_from(whole(number)?)
                .map_err(|_| Refusal::bad_request("ttlMinutes must not be less than 0"))?;
            let end = (minutes > 0).then(|| now + std::time::Duration::from_secs(minutes * 60));
            world.change(key, now, |row| row.auto_destroy_at = end);
        }
    }
    Ok(())
}

/// Answers with nothing, also where there is nothing any more.
pub(super) fn last_activity(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let now = call.core.now();
    let mut world = call.core.world();
    let key = match world.find_by_id(id) {
        Some(key) => key,
        None => world.look_up(id, now)?,
    };
    if !world.sandbox(key).is_gone() {
        world.touch(key, now, ACTIVITY_THROTTLE);
    }
    Ok(Reply::new(201))
}

/// Replaces the whole map by whatever is sent, a map or not; where nothing is sent it stays, and the reply does not
/// show it.
pub(super) fn labels(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let sent = call.body.get("labels").cloned();
    if let Some(Value::String(_) | Value::Number(_) | Value::Bool(_)) = sent {
        return Err(Refusal::bad_request("labels must be an object"));
    }
    let now = call.core.now();
    let mut world = call.core.world();
    let key = world.look_up(id, now)?;
    let Some(sent) = sent else {
        world.change(key, now, |_| ());
        let mut body = body::sandbox(call.core, world.sandbox(key), ReplyKind::Read);
        body.remove("labels");
        return Ok(Reply::json(200, &body));
    };
    let (labels, odd) = match sent {
        Value::Object(labels) => (labels, None),
        odd => (serde_json::Map::new(), Some(odd)),
    };
    world.set_labels(key, now, labels);
    world.change(key, now, |row| row.odd_labels = odd);
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

pub(super) fn public(call: &Call<'_>, id: &str, value: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    world.change(key, call.core.now(), |row| row.public = value == "true");
    Ok(Reply::json(201, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}

pub(super) fn network(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut fields = Fields::of(&call.body);
    let block = fields.flag("networkBlockAll");
    let networks = fields.text("networkAllowList");
    let domains = fields.text("domainAllowList").filter(|_| call.core.generation.has_sandbox_class());
    fields.finish()?;
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    if block.is_none() && networks.is_none() && domains.is_none() {
        let fields = if call.core.generation.has_sandbox_class() {
            "networkBlockAll, networkAllowList or domainAllowList"
        } else {
            "networkBlockAll or networkAllowList"
        };
        return Err(Refusal::bad_request(format!("At least one of {fields} must be provided")));
    }
    if world.restricted_egress {
        return Err(Refusal::bad_request(
            "Network access is restricted and cannot be overridden at the sandbox level. See the documentation of \
             network limits.",
        ));
    }
    if world.sandbox(key).is_busy() {
        return Err(Refusal::conflict("An operation is already in progress for this resource"));
    }
    networks.as_deref().filter(|list| !list.is_empty()).map_or(Ok(()), check_networks)?;
    domains.as_deref().filter(|list| !list.is_empty()).map_or(Ok(()), check_domains)?;
    world.change(key, call.core.now(), |row| {
        row.network_block_all = block.unwrap_or(row.network_block_all);
        row.network_allow_list = networks.or(row.network_allow_list.take());
        row.domain_allow_list = domains.or(row.domain_allow_list.take());
    });
    Ok(Reply::json(200, &body::sandbox(call.core, world.sandbox(key), ReplyKind::Read)))
}
