//! Lists of sandboxes: by cursor today, an array before, pages beside both.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::body::{self, ReplyKind};
use super::filter::Filter;
use super::query::{limit, moment};
use crate::http::call::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::refusal::Refusal;
use crate::world::sandbox::Sandbox;
use crate::world::state::State;
use crate::world::{Key, World};

pub(super) fn sandboxes(call: &Call<'_>) -> Result<Reply, Refusal> {
    if call.core.generation.lists_by_cursor() { by_cursor(call) } else { whole(call) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Name,
    Cpu,
    Memory,
    Disk,
    LastActivity,
    Created,
}

impl Sort {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        match call.query("sort").as_deref() {
            None | Some("lastActivityAt") => Ok(Self::LastActivity),
            Some("name") => Ok(Self::Name),
            Some("cpu") => Ok(Self::Cpu),
            Some("memoryGib") => Ok(Self::Memory),
            Some("diskGib") => Ok(Self::Disk),
            Some("createdAt") => Ok(Self::Created),
            Some(_) => Err(Refusal::bad_request(
                "sort must be one of the following values: name, cpu, memoryGib, diskGib, lastActivityAt, createdAt",
            )),
        }
    }

    /// What rows are compared by: texts that sort as the values do.
    fn value(self, row: &Sandbox) -> String {
        match self {
            Self::Name => row.name.clone(),
            Self::Cpu => format!("{:012}", row.size.cpu),
            Self::Memory => format!("{:012}", row.size.memory),
            Self::Disk => format!("{:012}", row.size.disk),
            Self::LastActivity => row.last_activity_at.rfc3339(),
            Self::Created => row.created_at.rfc3339(),
        }
    }
}

fn by_cursor(call: &Call<'_>) -> Result<Reply, Refusal> {
    let limit = limit(call)?;
    let filter = Filter::of(call)?;
    let sort = Sort::of(call)?;
    let order = crate::http::validation::word(call, "order", &["asc", "desc"])?;
    let ascending = order.as_deref() == Some("asc");
    let now = call.core.now();
    let world = call.core.world();
    let after = call.query("cursor").map(|text| cursor(&world, &text)).transpose()?;
    let mut page: Vec<(String, &Sandbox, State)> = Vec::new();
    let mut more = false;
    let mut take = |value: String, row, state| {
        more = page.len() == limit;
        if !more {
            page.push((value, row, state));
        }
        !more
    };
    if sort == Sort::LastActivity && !ascending && filter.labels.is_empty() && call.stale.is_none() {
        // The usual list: the index has the order, so nothing is sorted and only one page is looked at.
        let before = after.map(|(value, key)| (moment(&value), key));
        for row in world.by_recent_activity(before) {
            let Some(state) = filter.admits(row, now) else { continue };
            if !take(sort.value(row), row, state) {
                break;
            }
        }
    } else {
        let mut rows: Vec<(String, Key, &Sandbox, State)> = world
            .labelled(&filter.labels)
            .filter_map(|key| {
                let row = world.sandbox(key);
                filter.admits(row, now).map(|state| (sort.value(row), key, row, state))
            })
            .collect();
        rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        if !ascending {
            rows.reverse();
        }
        for (value, key, row, state) in rows {
            let later = after.as_ref().is_none_or(|(last, last_key)| {
                let place = (&value, key).cmp(&(last, *last_key));
                if ascending { place.is_gt() } else { place.is_lt() }
            });
            if later && !take(value, row, state) {
                break;
            }
        }
    }
    let next = page.last().filter(|_| more).map(|(value, row, _)| {
        let body = serde_json::to_string(&json!({"sortValue": value, "id": row.id})).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(body)
    });
    let items: Vec<Object> = page.iter().map(|(_, row, state)| body::list_item(call.core, row, state)).collect();
    Ok(Reply::json(200, &Page { items, next_cursor: next }))
}

#[derive(serde::Serialize)]
struct Page {
    items: Vec<Object>,
    #[serde(rename = "nextCursor")]
    next_cursor: Option<String>,
}

/// Where a page ended: the value that was sorted by, and the row.
fn cursor(world: &World, text: &str) -> Result<(String, Key), Refusal> {
    let invalid = || Refusal::bad_request(format!("Invalid cursor provided: {text}"));
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| invalid())?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    let field = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(sort), Some(id)) = (field("sortValue"), field("id")) else { return Err(invalid()) };
    Ok((sort, world.find(&id).ok_or_else(invalid)?))
}

/// The list of 0.179 and before: everything, in full, oldest first.
fn whole(call: &Call<'_>) -> Result<Reply, Refusal> {
    let filter = Filter::of(call)?;
    let now = call.core.now();
    let world = call.core.world();
    let bodies: Vec<Object> = world
        .labelled(&filter.labels)
        .map(|key| world.sandbox(key))
        .filter(|row| filter.admits(row, now).is_some())
        .map(|row| body::sandbox(call.core, row, ReplyKind::Read))
        .collect();
    Ok(Reply::json(200, &bodies))
}

/// Pages with a total, newest first.
pub(super) fn paginated(call: &Call<'_>) -> Result<Reply, Refusal> {
    let number = |name: &str, standard: usize| call.query(name).and_then(|text| text.parse().ok()).unwrap_or(standard);
    let (page, limit) = (number("page", 1).max(1), number("limit", 100).clamp(1, 200));
    let filter = Filter::of(call)?;
    let now = call.core.now();
    let world = call.core.world();
    let mut rows: Vec<&Sandbox> = world
        .labelled(&filter.labels)
        .map(|key| world.sandbox(key))
        .filter(|row| filter.admits(row, now).is_some())
        .collect();
    rows.reverse();
    let total = rows.len();
    let items: Vec<Object> = rows
        .into_iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit)
        .map(|row| body::sandbox(call.core, row, ReplyKind::Read))
        .collect();
    let mut body = Object::with_nulls();
    body.set("items", items.into_iter().map(Value::from).collect::<Vec<_>>());
    body.set("total", total);
    body.set("page", page);
    body.set("totalPages", total.div_ceil(limit));
    Ok(Reply::json(200, &body))
}
