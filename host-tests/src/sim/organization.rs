//! One organization in a simulation: its server, the platform's pool, and everybody else's sandboxes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use fake_daytona::{
    Bucket, FakeDaytona, FaultKind, Generation, Latencies, Limits, Matcher, RandomFaults, Reply, RequestAction,
    Timestamp,
};
use sandbox_host::{Context, Credential, Provider};
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt as _;

use super::identity::{self, FOREIGN_KEY, KEY, POOL};
use super::journal::{Expected, Journal};
use super::network::{Distorted, Switchboard};
use super::plan::Plan;
use super::sabotage::Sabotage;
use super::session::Session;
use super::tamper;
use crate::fake::FakeNetwork;

/// What all hosts of one organization share.
pub struct Organization {
    pub plan: Plan,
    pub fake: FakeDaytona,
    pub begun: Instant,
    pub journal: Journal,
    /// A configuration that leads to another server, where the same key is good.
    pub elsewhere: String,
    /// A configuration that leads to the dashboard instead of the API.
    pub outside: String,
    /// Copies of the platform's sandboxes that somebody has made.
    copies: Mutex<Vec<String>>,
    config: String,
    /// What the platform has loaded at first: the first release where there are no oddities.
    old: Provider,
    new: Provider,
    pub sabotage: Sabotage,
    /// Sessions that the platform knows, each with the number of hosts that have not yet done with it.
    known: Mutex<BTreeMap<usize, usize>>,
    /// Sandboxes of others.
    pub strangers: Vec<String>,
    /// What answers said that only the end can show.
    expected: Mutex<Vec<Expected>>,
}

impl Organization {
    /// Sets everything up. Its time begins now.
    pub async fn found(plan: Plan, sabotage: Sabotage) -> Arc<Self> {
        let begun = Instant::now();
        let fake = server(&plan);
        let other = FakeDaytona::builder(plan.generation).build();
        let oddities = &plan.oddities;
        if oddities.foreign_key {
            let other = fake.another_organization(FOREIGN_KEY);
            if oddities.foreign_sandbox {
                create(&other, plan.generation, FOREIGN_KEY, &json!({"autoStopInterval": 0})).await;
            }
        }
        let board = [("daytona.example", &fake), ("proxy.daytona.example", &fake), ("other.example", &other)]
            .into_iter()
            .fold(Switchboard::new(sabotage), |board, (host, fake)| board.server(host, KEY, FakeNetwork(fake.clone())));
        let board = match oddities.foreign_key {
            true => board.server("daytona.example", FOREIGN_KEY, FakeNetwork(fake.clone())),
            false => board,
        };
        let board = Arc::new(board);
        let host = || {
            let mut limits = sandbox_host::Limits::default();
            limits.concurrent_calls = 64;
            // Nothing of a run may depend on how busy the machine is.
            (limits.tick, limits.compute) = (Duration::from_secs(3_600), Duration::from_secs(3_600));
            let way = Arc::new(Distorted(board.clone()));
            sandbox_host::Host::builder().http(way).limits(limits).build().expect("a host")
        };
        // The first release breaks promises under faults that it knew nothing of, so there today's version follows itself.
        let first = if oddities.drawn || plan.tasks.drawn { crate::load } else { crate::load_first_release };
        let (old, new) = (first(&host()), crate::load(&host()));
        let strangers = strangers(&fake, &plan).await;
        weather(&fake, &plan);
        manner(&fake, &plan);
        plan.tasks.install(&fake, plan.seed);
        tamper::sandboxes(&fake, sabotage);
        let keep_alive = if sabotage == Sabotage::KeepAliveOff { r#","keepAlive":"off""# } else { "" };
        let config = |host: &str| format!(r#"{{"daytonaApiUrl":"https://{host}/api","diskGB":3{keep_alive}}}"#);
        Arc::new(Self {
            fake,
            begun,
            journal: Journal::default(),
            elsewhere: config("other.example"),
            outside: format!(r#"{{"daytonaApiUrl":"https://daytona.example","diskGB":3{keep_alive}}}"#),
            copies: Mutex::default(),
            config: config("daytona.example"),
            old,
            new,
            sabotage,
            known: Mutex::default(),
            strangers,
            expected: Mutex::default(),
            plan,
        })
    }

    /// Somebody copies one of the platform's sandboxes that run.
    pub fn copy_one(&self, name: &str) {
        let ours = |view: &fake_daytona::SandboxView| {
            view.state == "started" && self.plan.sessions.iter().any(|session| identity::is_of(view, session))
        };
        let Some(view) = self.fake.alive().into_iter().find(ours) else { return };
        let copy = self.fake.copy(&view.id, name);
        self.copies.lock().unwrap_or_else(PoisonError::into_inner).extend(copy);
    }

    /// Everything that is not the platform's to touch.
    pub fn of_others(&self) -> Vec<String> {
        let copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        self.strangers.iter().chain(copies.iter()).cloned().collect()
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.fake.now()
    }

    /// The version of the provider that the platform has loaded by now.
    pub fn provider(&self, session: &Session) -> &Provider {
        let swapped = session.swap.is_none_or(|swap| self.begun + session.begins + swap <= Instant::now());
        if swapped { &self.new } else { &self.old }
    }

    /// The newest version of the provider.
    pub fn newest(&self) -> &Provider {
        &self.new
    }

    /// What a call of the platform carries.
    pub fn context(&self, deadline: Option<Duration>) -> Context {
        let context =
            Context::new(POOL).with_config(self.config.clone()).with_credential(Credential::new(KEY.to_owned()));
        match deadline {
            Some(deadline) => context.with_deadline(deadline),
            None => context,
        }
    }

    /// The platform has written this session down, before anything is done for it.
    pub fn learn(&self, session: &Session) {
        let hosts = 1 + usize::from(session.twin.is_some());
        self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(session.number).or_insert(hosts);
    }

    /// One of its hosts has done with this session. True: it was the last one.
    pub fn done(&self, session: &Session) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let hosts = known.entry(session.number).or_default();
        *hosts = hosts.saturating_sub(1);
        *hosts == 0
    }

    /// The platform knows nothing of this session any more.
    pub fn forget(&self, session: &Session) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(session.number, 0);
    }

    /// The sessions that may live.
    pub fn known(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let lives = |session: &&Session| known.get(&session.number).is_some_and(|hosts| *hosts > 0);
        self.plan.sessions.iter().filter(lives).map(|session| session.id.clone()).collect()
    }

    /// What has to be so in the end.
    pub fn expect(&self, expected: Expected) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).push(expected);
    }

    /// All of it.
    pub fn expectations(&self) -> Vec<Expected> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn server(plan: &Plan) -> FakeDaytona {
    let start = plan.start;
    let latencies =
        Latencies { start, after_build: start, build: start * 2, delete: start / 4, ..Latencies::default() };
    let builder = FakeDaytona::builder(plan.generation);
    let builder = if plan.oddities.kept_lookups { builder } else { builder.fresh_lookups() };
    let fake = builder
        .limits(Limits::none())
        .latencies(latencies)
        .toolbox_url("https://proxy.daytona.example/toolbox")
        .seed(plan.seed)
        .build();
    for bucket in [Bucket::SandboxCreate, Bucket::SandboxLifecycle, Bucket::Authenticated] {
        fake.set_rate_limit(bucket, u64::MAX);
    }
    for session in &plan.sessions {
        fake.entrypoints_labelled("rensei.dev/session", &session.id, session.behavior.clone());
    }
    if !plan.lag.is_zero() {
        fake.list_lags(plan.lag);
        fake.list_flaps(plan.lag * 2, Duration::from_secs(2));
    }
    fake
}

/// Faults at any exchange, and answers of proxies that know nothing of Daytona.
fn weather(fake: &FakeDaytona, plan: &Plan) {
    // Large bodies cost the simulation more than they teach it: one kind in thirty.
    let kinds: Vec<FaultKind> = FaultKind::usual().into_iter().filter(|kind| *kind != FaultKind::Oversized).collect();
    if plan.weather > 0 {
        let chance = plan.weather as f64 / 1_000.0;
        fake.random_faults(RandomFaults::new(plan.seed, chance).of(&kinds).at_most(plan.faults));
        fake.random_faults(
            RandomFaults::new(!plan.seed, chance / 30.0).of(&[FaultKind::Oversized]).at_most(plan.faults),
        );
    }
    if plan.liars > 0 {
        let chance = plan.liars as f64 / 3_000.0;
        let missing = json!({"message": "no Route matched with those values"});
        for (turn, action) in [
            RequestAction::Answer(Reply::html(404, "<html>Not Found</html>")),
            RequestAction::Answer(Reply::json(404, &missing)),
            RequestAction::Refuse(404, "Cannot GET /api/sandbox".to_owned()),
        ]
        .into_iter()
        .enumerate()
        {
            for method in ["GET", "DELETE"] {
                let faults = RandomFaults::new(plan.seed ^ (turn as u64 + 1), chance).on(Matcher::method(method));
                fake.random_faults(faults.always(action.clone()).at_most(plan.faults));
            }
        }
    }
}

/// How the server writes every reply, and what of its odd replies strike.
fn manner(fake: &FakeDaytona, plan: &Plan) {
    let oddities = &plan.oddities;
    fake.delay_requests(oddities.delay);
    fake.date_is_ahead(oddities.date_ahead);
    fake.write_offsets(oddities.offset);
    fake.stops_kill(oddities.hard_stops);
    if oddities.odd_replies > 0 {
        let chance = oddities.odd_replies as f64 / 1_000.0;
        fake.random_faults(RandomFaults::new(plan.seed ^ 0x0DD, chance).of(&FaultKind::odd()).at_most(plan.faults));
        // Lists are few and have the oddest replies.
        let cursors = [FaultKind::RepeatedCursor, FaultKind::EmptyCursor, FaultKind::EmptyPage];
        let lists = Matcher::new("GET", "/sandbox");
        fake.random_faults(
            RandomFaults::new(plan.seed ^ 0x0DE, chance * 5.0).on(lists).of(&cursors).at_most(plan.faults),
        );
    }
}

/// Sandboxes that the platform must never touch, however much they look like its own.
async fn strangers(fake: &FakeDaytona, plan: &Plan) -> Vec<String> {
    let ours = |pool: &str, session: &str| {
        json!({"rensei.dev/managed-by": "daytona-sandbox-provider", "rensei.dev/pool": pool,
            "rensei.dev/session": session})
    };
    let mut bodies = Vec::new();
    if plan.strangers {
        bodies.push(json!({}));
        bodies.push(json!({"name": "rensei-mine-0123456789abcdef", "labels": {"team": "else"}}));
        bodies.push(json!({"labels": ours("pool-2", "sess-1")}));
        bodies.push(json!({"labels": {"rensei.dev/managed-by": "another-provider", "rensei.dev/pool": POOL,
            "rensei.dev/session": plan.sessions.first().map(|session| session.id.clone())}}));
    }
    for session in plan.sessions.iter().filter(|session| session.taken && plan.generation.has_names()) {
        bodies.push(json!({"name": identity::name(&session.id), "labels": {"team": "else"}}));
    }
    let mut ids = Vec::new();
    for mut body in bodies {
        body["autoStopInterval"] = json!(0);
        ids.extend(create(fake, plan.generation, KEY, &body).await);
    }
    ids
}

/// Somebody registers a snapshot of that name.
pub async fn create_snapshot(fake: &FakeDaytona, name: &str) {
    post(fake, "snapshots", KEY, &json!({"name": name, "imageName": "somebody/else:1"})).await;
}

async fn create(fake: &FakeDaytona, generation: Generation, key: &str, body: &Value) -> Option<String> {
    let route = if generation.has_sandbox() { "sandbox" } else { "workspace" };
    post(fake, route, key, body).await
}

/// The id in the reply.
async fn post(fake: &FakeDaytona, route: &str, key: &str, body: &Value) -> Option<String> {
    let request = http::Request::post(format!("https://daytona.example/api/{route}"))
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .ok()?;
    let reply = fake.router().oneshot(request).await.ok()?;
    let body = http_body_util::BodyExt::collect(reply.into_body()).await.ok()?.to_bytes();
    let reply: Value = serde_json::from_slice(&body).ok()?;
    reply["id"].as_str().map(str::to_owned)
}
