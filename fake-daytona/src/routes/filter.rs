//! The filters of a list, and the state in which it shows a sandbox: the current one, or an earlier one.

use std::time::Duration;

use serde_json::{Map, Value};

use super::query::{instant, number_problems, single};
use crate::clock::Timestamp;
use crate::http::call::Call;
use crate::refusal::Refusal;
use crate::world::Lag;
use crate::world::sandbox::Sandbox;
use crate::world::state::{Desired, State};

/// How far the list runs behind: always, or because this read is stale.
fn lag(call: &Call<'_>) -> Lag {
    let lag = call.core.world().lag;
    Lag { behind: call.stale.unwrap_or_default().max(lag.behind), ..lag }
}

/// What a list is asked for.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) labels: Map<String, Value>,
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
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Refusal> {
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

    /// The state in which the list shows the row. `None`: the row does not match.
    pub(super) fn admits(&self, row: &Sandbox, now: Timestamp) -> Option<State> {
        let state = listed_state(self.lag, row, now)?;
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

/// The state in which a list that runs behind shows a sandbox. `None`: it does not show it.
fn listed_state(lag: Lag, row: &Sandbox, now: Timestamp) -> Option<State> {
    let (state, desired) = if lag.behind.is_zero() {
        (row.shown(), row.desired)
    } else {
        let then = Timestamp::from_millis(now.as_millis().saturating_sub(lag.behind.as_millis() as u64));
        let moment = row.seen_at(then)?;
        (moment.state.clone(), moment.desired)
    };
    match (state, desired) {
        (State::Destroyed, _) => flapping_state(lag.flapping, row, now),
        (State::Archived, Desired::Started) => Some(State::Restoring),
        (state, _) => Some(state),
    }
}

/// A destroyed sandbox that the list shows again for a moment, as started.
fn flapping_state(flapping: Option<(Duration, Duration)>, row: &Sandbox, now: Timestamp) -> Option<State> {
    let (window, period) = flapping?;
    let gone_for = now - row.destroyed_at?;
    let turn = gone_for.as_millis() / period.as_millis().max(1);
    (gone_for < window && turn % 2 == 1).then_some(State::Started)
}
