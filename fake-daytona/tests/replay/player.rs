//! Plays a recording step by step.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use fake_daytona::{FakeDaytona, Generation};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::compare::Variables;

/// A difference that is known: the number of the step, the start of what the comparison says, and the reason.
pub type Known = (usize, &'static str, &'static str);

#[derive(Deserialize)]
struct Recording {
    version: String,
    steps: Vec<Step>,
}

/// One step. What it is shows in which of the fields it has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Method and path of a request.
    send: Option<String>,
    body: Option<Value>,
    /// A body that is no JSON.
    raw: Option<String>,
    /// Another key than the right one: `wrong` or `none`.
    key: Option<String>,
    #[serde(default)]
    status: u16,
    /// Names of the headers of the reply.
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    reply: Value,
    /// Steps that were made while this request was waiting for its answer.
    #[serde(default)]
    during: Vec<Step>,

    /// A sandbox that was read until its state no longer changed.
    watch: Option<String>,
    #[serde(default)]
    states: Vec<String>,

    /// What the fake is scripted to do, because the recorded server was made to do it by other means.
    arrange: Option<String>,
    #[serde(default)]
    with: Value,
}

struct Player {
    fake: FakeDaytona,
    router: Router,
    variables: Variables,
    steps: usize,
    differences: Vec<(usize, String)>,
}

/// Plays it and compares; the differences have to be the known ones.
pub async fn replay(recording: &str, known: &[Known]) {
    let recording: Recording = serde_json::from_str(recording).expect("a recording");
    let generation: Generation = recording.version.parse().expect("a version");
    let fake = FakeDaytona::builder(generation).build();
    let router = fake.router();
    let mut player = Player { fake, router, variables: Variables::default(), steps: 0, differences: Vec::new() };
    for step in &recording.steps {
        player.play(step).await;
    }
    let is_known = |number: usize, text: &str| known.iter().any(|known| known.0 == number && text.starts_with(known.1));
    let unknown: Vec<String> = player
        .differences
        .iter()
        .filter(|(number, text)| !is_known(*number, text))
        .map(|(number, text)| format!("{number}: {text}"))
        .collect();
    assert!(unknown.is_empty(), "differences without a reason:\n{}", unknown.join("\n"));
    for (number, start, _) in known {
        let still = player.differences.iter().any(|(other, text)| other == number && text.starts_with(start));
        assert!(still, "step {number} no longer differs in {start:?}");
    }
}

impl Player {
    async fn play(&mut self, step: &Step) {
        // A little time passes between two requests, as it did then.
        tokio::time::advance(Duration::from_millis(20)).await;
        if let Some(what) = &step.arrange {
            return self.arrange(what, &step.with).await;
        }
        self.steps += 1;
        let number = self.steps;
        if let Some(watched) = &step.watch {
            let seen = self.watch(watched, step.states.last().map_or("", String::as_str)).await;
            let mut rest = seen.iter();
            // Who looks less often misses states, and never sees others or another order.
            if !step.states.iter().all(|state| rest.any(|seen| seen == state)) {
                self.differences.push((number, format!("states: {:?} recorded, {seen:?} here", step.states)));
            }
            return;
        }
        let request = self.request(step);
        let (status, headers, bytes) = if step.during.is_empty() {
            answer(self.router.clone(), request).await
        } else {
            let waiting = tokio::spawn(answer(self.router.clone(), request));
            tokio::time::sleep(Duration::from_secs(2)).await;
            for step in &step.during {
                Box::pin(self.play(step)).await;
            }
            waiting.await.expect("an answer")
        };
        self.compare(number, step, status, &headers, &bytes);
    }

    async fn arrange(&self, what: &str, with: &Value) {
        let text = with.as_str().unwrap_or_default();
        match what {
            "the next start fails" => self.fake.fail_next_start(text),
            "the next build fails" => self.fake.fail_next_build(text),
            "the next start takes" => {
                self.fake.next_start_takes(Duration::from_secs(with.as_u64().expect("seconds")));
            }
            // What an earlier recording left on the same server.
            "a sandbox of before" => {
                let request = Request::post("/api/sandbox")
                    .header("authorization", format!("Bearer {}", self.fake.key()))
                    .header("content-type", "application/json")
                    .body(Body::from(with.to_string()))
                    .expect("a request");
                assert_eq!(answer(self.router.clone(), request).await.0, 200);
                tokio::time::advance(Duration::from_secs(60)).await;
            }
            "a backup is there" => assert!(self.fake.back_up(&self.variables.fill(text))),
            "seconds pass" => {
                tokio::time::advance(Duration::from_secs(with.as_u64().expect("seconds"))).await;
            }
            other => panic!("nothing arranges that {other}"),
        }
    }

    fn request(&self, step: &Step) -> Request<Body> {
        let (method, path) = step.send.as_deref().expect("a request").split_once(' ').expect("a method");
        let mut request =
            Request::builder().method(method.parse::<Method>().expect("a method")).uri(self.variables.fill(path));
        match step.key.as_deref() {
            None => request = request.header("authorization", format!("Bearer {}", self.fake.key())),
            Some("wrong") => request = request.header("authorization", "Bearer dtn_wrong"),
            Some(_) => {}
        }
        let body = step.raw.clone().or_else(|| step.body.as_ref().map(Value::to_string));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        request.body(Body::from(body.unwrap_or_default())).expect("a request")
    }

    fn compare(&mut self, number: usize, step: &Step, status: u16, headers: &[String], bytes: &[u8]) {
        let mut found = Vec::new();
        if status != step.status {
            found.push(format!("status: {} recorded, {status} here", step.status));
        }
        for name in &step.headers {
            if !headers.contains(name) {
                found.push(format!("header {name}: missing"));
            }
        }
        for name in headers.iter().filter(|name| !["date", "content-length"].contains(&name.as_str())) {
            if !step.headers.contains(name) {
                found.push(format!("header {name}: not recorded"));
            }
        }
        let actual =
            if bytes.is_empty() { Value::from("") } else { serde_json::from_slice(bytes).unwrap_or(Value::Null) };
        self.variables.compare(&step.reply, &actual, "", &mut found);
        let send = step.send.as_deref().unwrap_or_default();
        self.differences.extend(found.into_iter().map(|text| (number, format!("{text} ({send})"))));
    }

    /// Every state that reads show until the last one, with the desired state.
    async fn watch(&self, name: &str, last: &str) -> Vec<String> {
        let path = format!("/api/sandbox/{}", self.variables.fill(name));
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..10_000 {
            let request = Request::get(&path).header("authorization", format!("Bearer {}", self.fake.key()));
            let (status, _, bytes) = answer(self.router.clone(), request.body(Body::empty()).expect("a request")).await;
            let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
            let state = match status {
                200 => format!("{}, {}", text("state"), text("desiredState")),
                status => format!("HTTP {status}"),
            };
            if seen.last() != Some(&state) {
                seen.push(state.clone());
            }
            if state == last {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        seen
    }
}

/// Status, names of headers, body.
async fn answer(router: Router, request: Request<Body>) -> (u16, Vec<String>, Vec<u8>) {
    let response = router.oneshot(request).await.expect("a router always answers");
    let (head, body) = response.into_parts();
    let headers = head.headers.keys().map(|name| name.as_str().to_owned()).collect();
    let bytes = body.collect().await.map(|all| all.to_bytes().to_vec()).unwrap_or_default();
    (head.status.as_u16(), headers, bytes)
}
