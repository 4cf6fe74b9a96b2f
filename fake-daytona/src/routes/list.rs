//! Lists of sandboxes: by cursor today, an array before, pages beside both.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::body::{self, Occasion};
use crate::clock::Timestamp;
use crate::http::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::refusal::Refusal;
use crate::world::sandbox::Sandbox;
use crate::world::state::{Desired, State};
use crate::world::{Key, Lag, World};

pub(super) fn sandboxes(call: &Call<'_>) -> Result<Reply, Refusal> {
    if call.core.generation.lists_by_cursor() { by_cursor(call) } else { whole(call) }
}

/// How far the list runs behind: always, or because this read is stale.
fn lag(call: &Call<'_>) -> Lag {
    let lag = call.core.world().lag;
    Lag { behind: call.stale.unwrap_or_default().max(lag.behind), ..lag }
}

/// What is wrong with a whole number of the query.
fn number_problems(call: &Call<'_>, name: &str, least: u64) -> Vec<String> {
    let Some(text) = single(call, name) else { return Vec::new() };
    let number = text.and_then(|text| as_number(&text));
    let mut problems = Vec::new();
    if number.is_none_or(|number| number < least as f64) {
        problems.push(format!("{name} must not be less than {least}"));
    }
    if number.is_none_or(|number| number.fract() != 0.0) {
        problems.push(format!("{name} must be an integer number"));
    }
    problems
}

/// The one value of a parameter. The inner nothing: it was given more than once.
fn single(call: &Call<'_>, name: &str) -> Option<Option<String>> {
    let mut values = call.request.query_values(name);
    match values.len() {
        0 => None,
        1 => Some(values.pop()),
        _ => Some(None),
    }
}

/// As JavaScript reads a number: nothing is zero.
fn as_number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() { Some(0.0) } else { text.parse().ok() }
}

/// A moment in the query, whatever zone it is written in.
fn instant(text: &str) -> Option<Timestamp> {
    let date_only = text.len() == 10;
    let text = if date_only { format!("{text}T00:00:00Z") } else { text.replace(' ', "+") };
    let (local, minutes) = match text.rfind(['+', '-']).filter(|at| *at > 10) {
        Some(at) => {
            let (hours, minutes) = text[at + 1..].split_once(':')?;
            let offset = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            (format!("{}Z", &text[..at]), if text[at..].starts_with('-') { -offset } else { offset })
        }
        None => (text, 0),
    };
    let since = humantime::parse_rfc3339(&local).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(u64::try_from(since.as_millis() as i64 - minutes * 60_000).ok()?))
}

/// What a list is asked for.
#[derive(Default)]
struct Filter {
    labels: Map<String, Value>,
    states: Vec<String>,
    id: Option<String>,
    name: Option<String>,
    include_errored_deleted: bool,
    snapshots: Vec<String>,
    regions: Vec<String>,
    public: Option<bool>,
    recoverable: Option<bool>,
    /// Least and most cores, GiB of memory and GiB of disk.
    sizes: [(Option<u64>, Option<u64>); 3],
    /// From and to: creation, and the last change.
    created: (Option<Timestamp>, Option<Timestamp>),
    touched: (Option<Timestamp>, Option<Timestamp>),
    /// How far the list runs behind: always, or because this read is stale.
    lag: Lag,
}

impl Filter {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        if !call.core.generation.lists_by_cursor() {
            return Self::of_old(call);
        }
        let mut states = call.request.query_values("states");
        states.retain(|state| !state.is_empty());
        let mut problems = Vec::new();
        for (name, least) in [
            ("minCpu", 1),
            ("maxCpu", 1),
            ("minMemoryGiB", 1),
            ("maxMemoryGiB", 1),
            ("minDiskGiB", 1),
            ("maxDiskGiB", 1),
        ] {
            problems.extend(number_problems(call, name, least));
        }
        for name in ["createdAtAfter", "createdAtBefore", "lastEventAfter", "lastEventBefore"] {
            if call.query(name).is_some_and(|text| instant(&text).is_none()) {
                problems.push(format!("{name} must be a Date instance"));
            }
        }
        if !problems.is_empty() {
            return Err(Refusal::bad_request(problems.join(", ")));
        }
        if states.iter().any(|state| !State::filterable().any(|known| known == state)) {
            let known: Vec<&str> = State::filterable().collect();
            return Err(Refusal::bad_request(format!(
                "each value must be one of the following values: {}",
                known.join(", ")
            )));
        }
        let moment = |name: &str| call.query(name).and_then(|text| instant(&text));
        Ok(Self {
            labels: labels(call)?,
            states,
            id: call.query("id").map(|prefix| prefix.to_lowercase()),
            name: call.query("name").map(|prefix| prefix.to_lowercase()),
            include_errored_deleted: call.query("includeErroredDeleted").as_deref() == Some("true"),
            snapshots: call.request.query_values("snapshots"),
            regions: call.request.query_values("regionIds"),
            public: call.query("isPublic").map(|text| text == "true"),
            recoverable: call.query("isRecoverable").map(|text| text == "true"),
            sizes: ["Cpu", "MemoryGiB", "DiskGiB"].map(|what| {
                let bound = |end: &str| call.query(&format!("{end}{what}")).and_then(|text| text.parse().ok());
                (bound("min"), bound("max"))
            }),
            created: (moment("createdAtAfter"), moment("createdAtBefore")),
            touched: (moment("lastEventAfter"), moment("lastEventBefore")),
            lag: lag(call),
        })
    }

    /// What 0.179 and before read of the query.
    fn of_old(call: &Call<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            labels: labels(call)?,
            include_errored_deleted: call.query("includeErroredDeleted").as_deref() == Some("true"),
            lag: lag(call),
            ..Self::default()
        })
    }

    /// The state that the list believes, when the row is to be shown.
    fn admits(&self, row: &Sandbox, now: Timestamp) -> Option<State> {
        let state = believed(self.lag, row, now)?;
        let hidden = row.hidden && !self.include_errored_deleted;
        let fits = !hidden
            && (self.states.is_empty() || self.states.iter().any(|wanted| wanted == state.as_str()))
            && self.id.as_ref().is_none_or(|prefix| row.id.to_lowercase().starts_with(prefix))
            && self.name.as_ref().is_none_or(|prefix| row.name.to_lowercase().starts_with(prefix))
            && (self.snapshots.is_empty() || row.snapshot.as_ref().is_some_and(|name| self.snapshots.contains(name)))
            && (self.regions.is_empty() || self.regions.contains(&row.target))
            && self.public.is_none_or(|public| row.public == public)
            && self.recoverable.is_none_or(|recoverable| row.recoverable == recoverable)
            && [row.size.cpu, row.size.memory, row.size.disk].into_iter().zip(self.sizes).all(
                |(size, (least, most))| least.is_none_or(|least| size >= least) && most.is_none_or(|most| size <= most),
            )
            && within(row.created_at, self.created)
            && within(row.updated_at, self.touched)
            && row.has_labels(&self.labels);
        fits.then_some(state)
    }
}

fn within(at: Timestamp, (from, to): (Option<Timestamp>, Option<Timestamp>)) -> bool {
    from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
}

/// What a list by labels asks for: the entries of whatever JSON it is; a number or nothing has none.
pub(super) fn labels(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let text = match single(call, "labels") {
        None => return Ok(Map::new()),
        Some(None) => return Err(Refusal::bad_request("labels must be a string")),
        Some(Some(text)) if text.is_empty() => return Ok(Map::new()),
        Some(Some(text)) => text,
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Array(list)) => {
            Ok(list.into_iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect())
        }
        Ok(Value::String(text)) => {
            let entries = text.chars().enumerate();
            Ok(entries.map(|(index, c)| (index.to_string(), Value::from(c.to_string()))).collect())
        }
        Ok(_) => Ok(Map::new()),
        Err(_) if !call.core.generation.lists_by_cursor() && call.core.generation.has_sandbox() => {
            Err(Refusal::unexpected())
        }
        Err(_) => Err(Refusal::bad_request("Invalid labels JSON format")),
    }
}

/// What the list thinks of a sandbox: the truth of a while ago. Nothing: it is not there.
fn believed(lag: Lag, row: &Sandbox, now: Timestamp) -> Option<State> {
    let (state, desired) = if lag.behind.is_zero() {
        (row.shown(), row.desired)
    } else {
        let then = Timestamp::from_millis(now.as_millis().saturating_sub(lag.behind.as_millis() as u64));
        let moment = row.seen_at(then)?;
        (moment.state.clone(), moment.desired)
    };
    match (state, desired) {
        (State::Destroyed, _) => ghost(lag.flapping, row, now),
        (State::Archived, Desired::Started) => Some(State::Restoring),
        (state, _) => Some(state),
    }
}

/// A destroyed sandbox that the list sees again for a moment, as it was when it ran.
fn ghost(flapping: Option<(Duration, Duration)>, row: &Sandbox, now: Timestamp) -> Option<State> {
    let (window, period) = flapping?;
    let gone_for = now - row.destroyed_at?;
    let turn = gone_for.as_millis() / period.as_millis().max(1);
    (gone_for < window && turn % 2 == 1).then_some(State::Started)
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

/// The length of a page: 100 unless it is asked for.
pub(super) fn limit(call: &Call<'_>) -> Result<usize, Refusal> {
    let Some(text) = single(call, "limit") else { return Ok(100) };
    let number = text.and_then(|text| as_number(&text));
    let mut problems = Vec::new();
    if number.is_none_or(|number| number.fract() != 0.0) {
        problems.push("limit must be an integer number");
    }
    if number.is_none_or(|number| number < 1.0) {
        problems.push("limit must not be less than 1");
    }
    if number.is_none_or(|number| number > 200.0) {
        problems.push("limit must not be greater than 200");
    }
    match number {
        Some(limit) if problems.is_empty() => Ok(limit as usize),
        _ => Err(Refusal::bad_request(problems.join(", "))),
    }
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

pub(super) fn moment(text: &str) -> Timestamp {
    let since = humantime::parse_rfc3339(text).ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Timestamp::from_millis(since.map_or(0, |since| since.as_millis() as u64))
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
        .map(|row| body::sandbox(call.core, row, Occasion::Read))
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
        .map(|row| body::sandbox(call.core, row, Occasion::Read))
        .collect();
    let mut body = Object::with_nulls();
    body.set("items", items.into_iter().map(Value::from).collect::<Vec<_>>());
    body.set("total", total);
    body.set("page", page);
    body.set("totalPages", total.div_ceil(limit));
    Ok(Reply::json(200, &body))
}
