//! The ground truth: every sandbox ever created, and every request ever received.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::fault::Matcher;
use crate::world::entrypoint::Run;
use crate::world::sandbox::{Cause, Moment, Sandbox};
use crate::world::state::Desired;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// Position in the log, from 0.
    pub number: usize,
    /// When it arrived.
    pub at: Timestamp,
    /// In capitals.
    pub method: String,
    /// As sent, percent-encoding included, without the query.
    pub path: String,
    /// The path without the base path: `/sandbox/{id}`, or `/toolbox/…`.
    pub route: String,
    /// As sent, without the question mark.
    pub query: Option<String>,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
    /// What was made of it, when that was not the usual: the name of the action.
    pub fault: Option<&'static str>,
    /// What it was answered with, whether or not that reached the client. Nothing as long as there is no answer, and
    /// for ever where the connection was reset.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// It changes something that exists.
    pub(crate) fn is_operation(&self) -> bool {
        let creates = matches!(self.route.trim_end_matches('/'), "/sandbox" | "/workspace" | "/snapshots");
        !creates
            && !self.route.ends_with("/last-activity")
            && !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Path and query, as error replies quote them.
    pub fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The values of a query parameter, decoded.
    pub fn query_values(&self, name: &str) -> Vec<String> {
        form_urlencoded::parse(self.query.as_deref().unwrap_or("").as_bytes())
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }
}

/// The requests so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Vec<Entry>,
    received: usize,
    faults: usize,
    counts_only: bool,
    by_route: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Entry {
    request: Arc<RecordedRequest>,
    status: Option<u16>,
}

impl Entry {
    fn view(&self) -> RecordedRequest {
        RecordedRequest { status: self.status, ..(*self.request).clone() }
    }
}

impl Log {
    /// Keeps the requests themselves, or only their number: a server that runs for days must not keep them all.
    pub(crate) fn new(counts_only: bool) -> Self {
        Self { counts_only, ..Self::default() }
    }

    pub(crate) fn received(&self) -> usize {
        self.received
    }

    pub(crate) fn record(&mut self, request: &Arc<RecordedRequest>) {
        self.received += 1;
        self.faults += usize::from(request.fault.is_some());
        *self.by_route.entry(shape(request)).or_default() += 1;
        if !self.counts_only {
            self.requests.push(Entry { request: request.clone(), status: None });
        }
    }

    /// Notes the status of an answer.
    pub(crate) fn answered(&mut self, number: usize, status: u16) {
        // Numbers go on where the log was cleared, so the entry is found from the end.
        let from_end = self.received - number;
        if let Some(index) = self.requests.len().checked_sub(from_end) {
            self.requests[index].status = Some(status);
        }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.iter().map(Entry::view).collect()
    }

    pub(crate) fn count(&self, matcher: &Matcher) -> usize {
        self.requests.iter().filter(|entry| matcher.matches(&entry.request)).count()
    }

    /// How many requests had a fault.
    pub(crate) fn faults(&self) -> usize {
        self.faults
    }

    pub(crate) fn by_route(&self) -> &BTreeMap<String, u64> {
        &self.by_route
    }

    pub(crate) fn clear(&mut self) {
        self.requests.clear();
    }
}

/// Method and route with identifiers replaced, so that the number of different ones stays small.
fn shape(request: &RecordedRequest) -> String {
    let mut shape = request.method.clone();
    shape.push(' ');
    for (index, segment) in request.route.trim_start_matches('/').split('/').enumerate() {
        shape.push('/');
        let verb = segment.chars().all(|c| c.is_ascii_lowercase() || c == '-') && segment.len() < 20;
        shape.push_str(if index == 1 || !verb { "{}" } else { segment });
    }
    shape
}

/// One sandbox as it really is.
#[derive(Clone, Debug)]
pub struct SandboxView {
    /// The identifier.
    pub id: String,
    /// The present name; `DESTROYED_…` after a delete.
    pub name: String,
    /// The name it was created with.
    pub created_name: String,
    /// The region.
    pub target: String,
    /// The snapshot it came from, or the `image` of a workspace; `None` for a build.
    pub snapshot: Option<String>,
    /// The Dockerfile it was built from.
    pub dockerfile: Option<String>,
    /// The user it was asked to run as.
    pub user: String,
    /// What a read shows as `state`.
    pub state: String,
    /// What a read shows as `desiredState`.
    pub desired_state: String,
    /// Why it failed.
    pub error_reason: Option<String>,
    /// Environment, in clear.
    pub env: BTreeMap<String, String>,
    /// Variables with the names of the secrets that they stand for.
    pub secrets: BTreeMap<String, String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Cores.
    pub cpu: u64,
    /// GiB.
    pub memory: u64,
    /// GiB.
    pub disk: u64,
    /// Units.
    pub gpu: u64,
    /// What it runs.
    pub entrypoint: Vec<String>,
    /// How often the launch command was started.
    pub entrypoint_runs: u32,
    /// Each of these runs: how long it worked, and whether it ended by itself.
    pub runs: Vec<Run>,
    /// Minutes; 0 is never.
    pub auto_stop_interval: u64,
    /// Minutes.
    pub auto_archive_interval: u64,
    /// Minutes; negative is never, 0 is on stop.
    pub auto_delete_interval: i64,
    /// When the time to live ends.
    pub auto_destroy_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// What the idle clock counts from.
    pub last_activity_at: Timestamp,
    /// When it was destroyed.
    pub destroyed_at: Option<Timestamp>,
    /// Deleted while errored: no read finds it, no runner destroyed it.
    pub hidden: bool,
    /// It can still cost something: not destroyed and not hidden.
    pub alive: bool,
    /// Since when it is up, whatever became of its launch command; none while it is not.
    pub booted_at: Option<Timestamp>,
    /// Time spent in `started`, in minutes.
    pub billed_minutes: f64,
    /// Every state that a read could have shown, since when, and what brought it about.
    pub history: Vec<Moment>,
}

/// A snapshot of the organization, as it really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotView {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `pending`, `pulling`, `building`, `active`, `inactive`, `error`, `removing`.
    pub state: &'static str,
    /// The sandbox that it was taken of, whether or not this version tells.
    pub source_sandbox_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl SandboxView {
    pub(crate) fn of(sandbox: &Sandbox, now: Timestamp) -> Self {
        let running = sandbox.started_at.map_or_else(Default::default, |since| now - since);
        Self {
            id: sandbox.id.clone(),
            name: sandbox.name.clone(),
            created_name: sandbox.created_name.clone(),
            target: sandbox.target.clone(),
            snapshot: sandbox.snapshot.clone(),
            dockerfile: sandbox.build.as_ref().and_then(|build| build.dockerfile.clone()),
            user: sandbox.user.clone(),
            state: sandbox.shown().as_str().to_owned(),
            desired_state: sandbox.desired.as_str().to_owned(),
            error_reason: sandbox.error_reason.clone(),
            env: texts(&sandbox.env),
            secrets: sandbox.secrets.iter().filter_map(Value::as_object).flat_map(texts).collect(),
            labels: texts(&sandbox.labels),
            cpu: sandbox.size.cpu,
            memory: sandbox.size.memory,
            disk: sandbox.size.disk,
            gpu: sandbox.size.gpu,
            entrypoint: sandbox.entrypoint.command.clone(),
            entrypoint_runs: sandbox.entrypoint.runs.len() as u32,
            runs: sandbox.entrypoint.runs_at(now),
            auto_stop_interval: sandbox.auto_stop,
            auto_archive_interval: sandbox.auto_archive,
            auto_delete_interval: sandbox.auto_delete,
            auto_destroy_at: sandbox.auto_destroy_at,
            created_at: sandbox.created_at,
            updated_at: sandbox.updated_at,
            last_activity_at: sandbox.last_activity_at,
            destroyed_at: sandbox.destroyed_at,
            hidden: sandbox.hidden,
            alive: !sandbox.is_gone(),
            booted_at: sandbox.entrypoint.started_at,
            billed_minutes: (sandbox.billed + running).as_secs_f64() / 60.0,
            history: sandbox.history.clone(),
        }
    }

    /// Each time it stopped being meant to run, with the reason: by request, by idleness, by its time to live …
    pub fn stops(&self) -> impl Iterator<Item = &Moment> {
        let ends = |desired: Desired| desired != Desired::Started;
        let turned = move |pair: &&[Moment]| !ends(pair[0].desired) && ends(pair[1].desired);
        self.history.windows(2).filter(turned).map(|pair| &pair[1])
    }

    /// What its destruction is put down to; `None` as long as it is meant to exist.
    pub fn destroyed_by(&self) -> Option<Cause> {
        self.history.iter().find(|moment| moment.desired == Desired::Destroyed).map(|moment| moment.cause)
    }

    /// It stopped at least once while its launch command was at work.
    pub fn was_killed_at_work(&self) -> bool {
        self.runs.iter().any(Run::was_killed)
    }

    /// The states of the history as words, in their order.
    pub fn states(&self) -> Vec<&str> {
        self.history.iter().map(|moment| moment.state.as_str()).collect()
    }
}

/// What `GET /__fake/summary` shows.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    pub(crate) generation: String,
    pub(crate) now: String,
    pub(crate) created: usize,
    pub(crate) alive: usize,
    pub(crate) billed_minutes: f64,
    pub(crate) connections: u64,
    pub(crate) requests: usize,
    pub(crate) faults: usize,
    pub(crate) by_route: BTreeMap<String, u64>,
}

fn texts(map: &Map<String, Value>) -> BTreeMap<String, String> {
    map.iter()
        .map(|(key, value)| (key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}
