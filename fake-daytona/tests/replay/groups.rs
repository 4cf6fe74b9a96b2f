//! Plays requests that were recorded in groups: each group begins in an empty organization, and can be played alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use fake_daytona::{FakeDaytona, Generation, Limits, Size};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use crate::{arrange, shapes};

const ORIGIN: &str = "http://daytona.example";

/// One exchange that differs from its recording.
#[derive(Debug)]
pub struct Difference {
    pub group: String,
    pub tag: String,
    pub what: String,
}

/// What a recording came to.
#[derive(Debug, Default)]
pub struct Outcome {
    pub exchanges: usize,
    pub agree: usize,
    pub differences: Vec<Difference>,
}

/// Plays every group of a recording.
pub async fn play(generation: Generation, recording: &str) -> Outcome {
    let entries: Vec<Value> = serde_json::from_str(recording).expect("a recording");
    let mut outcome = Outcome::default();
    for group in entries.chunk_by(|a, b| a["group"] == b["group"]) {
        Player::new(generation, text(&group[0], "group")).play(group, &mut outcome).await;
    }
    outcome
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

pub struct Player {
    pub fake: FakeDaytona,
    router: Router,
    group: String,
    /// What the placeholders of the group stand for.
    values: BTreeMap<String, String>,
    /// The key with scopes of its own that was used last.
    named: String,
}

impl Player {
    fn new(generation: Generation, group: &str) -> Self {
        let limits = Limits { organization: Size::new(1_000, 2_000, 5_000), ..Limits::default() };
        let fake = FakeDaytona::builder(generation)
            .limits(limits)
            .toolbox_url(&format!("{ORIGIN}/toolbox"))
            .dashboard_url(&format!("{ORIGIN}/dashboard"))
            .build();
        let scopes = ["write:sandboxes", "delete:sandboxes", "write:snapshots", "delete:snapshots"];
        fake.set_scopes(fake.key(), &scopes);
        fake.add_key("dtn_scopeless", &[]);
        fake.add_key("dtn_expired", &scopes);
        fake.expire_key("dtn_expired");
        let values = [
            ("$run", "-a0000001"),
            ("$scopeless", "dtn_scopeless"),
            ("$expired", "dtn_expired"),
            ("$unknown", "dtn_unknown"),
            ("$origin", ORIGIN),
            ("$host", "daytona.example"),
            ("$org", "22222222-2222-4222-8222-222222222222"),
        ];
        fake.set_region(fake_daytona::Region {
            has_quota: false,
            has_snapshots: false,
            ..fake_daytona::Region::new("eu")
        });
        arrange::usual_pace(&fake);
        let mut values: BTreeMap<String, String> =
            values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        values.insert("$key".to_owned(), fake.key().to_owned());
        // The server's own snapshot, whose place in a group is not told.
        values.insert("$snap9".to_owned(), fake.snapshot_id("ubuntu:22.04").unwrap_or_default());
        Self { router: fake.router(), fake, group: group.to_owned(), values, named: String::new() }
    }

    async fn play(mut self, entries: &[Value], outcome: &mut Outcome) {
        for entry in entries {
            tokio::time::advance(Duration::from_millis(5)).await;
            match text(entry, "tag") {
                _ if entry.get("request").is_some() && entry.get("status").is_some() => {
                    let found = self.exchange(entry).await;
                    if entry["setup"] == true {
                        continue;
                    }
                    outcome.exchanges += 1;
                    outcome.agree += usize::from(found.is_empty());
                    let (group, tag) = (self.group.clone(), text(entry, "tag").to_owned());
                    let differences =
                        found.into_iter().map(|what| Difference { group: group.clone(), tag: tag.clone(), what });
                    outcome.differences.extend(differences);
                }
                "wait" | "states" => self.wait(entry).await,
                "pause" => tokio::time::advance(Duration::from_secs_f64(entry["seconds"].as_f64().unwrap())).await,
                "arrange" => arrange::arrange(&self, text(entry, "what"), &self.named),
                _ => {}
            }
        }
    }

    pub fn fill(&self, text: &str, encode: bool) -> String {
        // The longest names first: `$id10` begins with `$id1`.
        let mut filled = text.to_owned();
        for (name, value) in self.values.iter().rev() {
            let encoded = form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20");
            filled = filled.replace(name, if encode { &encoded } else { value });
        }
        filled
    }

    /// The body with its placeholders filled and its long texts written out.
    fn body(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.fill(text, false)),
            Value::Array(list) => list.iter().map(|value| self.body(value)).collect(),
            Value::Object(map) if map.contains_key("repeat") && map.len() == 2 => Value::from(repeated(map)),
            Value::Object(map) => {
                map.iter().map(|(key, value)| (self.fill(key, false), self.body(value))).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }

    /// The raw text of a body, where it is not JSON or has to be written out as it was.
    fn raw(&self, body: &Value) -> String {
        if let Some(parts) = body["concat"].as_array() {
            let part = |part: &Value| match part {
                Value::Object(map) => repeated(map),
                part => self.fill(part.as_str().unwrap_or_default(), false),
            };
            return parts.iter().map(part).collect();
        }
        match body {
            Value::String(text) => self.fill(text, false),
            body => self.body(body).to_string(),
        }
    }

    async fn exchange(&mut self, entry: &Value) -> Vec<String> {
        let request = &entry["request"];
        let path = self.fill(text(request, "path"), true);
        arrange::before(self, request, &self.group);
        let Ok(method) = text(request, "method").parse::<Method>() else { return vec!["no method".to_owned()] };
        let mut builder = Request::builder().method(method).uri(&path);
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        match &request["auth"] {
            Value::Bool(false) => {}
            Value::String(auth) => drop(headers.insert("authorization".to_owned(), self.authorization(auth))),
            _ => drop(headers.insert("authorization".to_owned(), format!("Bearer {}", self.fake.key()))),
        }
        let body = request.get("body").map(|body| self.raw(body));
        if body.is_some() {
            // The recording of long bodies names their type in the tag only.
            let kind = match text(entry, "tag") {
                tag if tag.starts_with("text") => "text/plain",
                tag if tag.starts_with("form ") => "application/x-www-form-urlencoded",
                _ => "application/json",
            };
            headers.insert("content-type".to_owned(), kind.to_owned());
        }
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            match value.as_str() {
                Some(value) => drop(headers.insert(name.to_lowercase(), self.fill(value, false))),
                None => drop(headers.remove(&name.to_lowercase())),
            }
        }
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let Ok(request) = builder.body(Body::from(body.unwrap_or_default())) else {
            return vec![format!("{path} cannot be sent")];
        };
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.map(|all| all.to_bytes()).unwrap_or_default();
        let actual: Value = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()));
        for (name, field) in entry["defines"].as_object().into_iter().flatten() {
            if let Some(value) = field.as_str().and_then(|field| actual[field].as_str()) {
                self.values.insert(name.clone(), value.to_owned());
            }
        }
        let recorded = entry["status"].as_u64().unwrap_or_default();
        if u64::from(head.status.as_u16()) != recorded {
            let said = actual["message"].as_str().unwrap_or_default();
            return vec![format!("status: {recorded} recorded, {} here {said:?}", head.status.as_u16())];
        }
        if entry["setup"] == true {
            return Vec::new();
        }
        let mut found = shapes::compare(&entry["response"], &actual);
        if let Some(message) = entry["response"]["message"].as_str() {
            let message = self.fill(message, false);
            if actual["message"].as_str() != Some(&message) {
                found.push(format!("message: {message:?} recorded, {} here", actual["message"]));
            }
        }
        let meant = |name: &str| {
            name.starts_with("x-ratelimit-") || name.starts_with("retry-after") || name == "x-daytona-api-version"
        };
        let here: BTreeSet<&str> = head.headers.keys().map(|name| name.as_str()).filter(|name| meant(name)).collect();
        let there: BTreeSet<&str> =
            entry["headers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if here != there {
            found.push(format!("headers: {there:?} recorded, {here:?} here"));
        }
        found
    }

    /// `Bearer $key[scopes]` is another key of the organization with these scopes.
    fn authorization(&mut self, auth: &str) -> String {
        if let Some((_, scopes)) = auth.split_once("$key[") {
            let scopes = scopes.trim_end_matches(']').split(';').next().unwrap_or_default();
            let key = format!("dtn_{}", scopes.replace([':', ','], "_"));
            if self.named != key {
                self.fake.add_key(&key, &scopes.split(',').filter(|scope| !scope.is_empty()).collect::<Vec<_>>());
            }
            if auth.contains("ends in 30 days") && self.named != key {
                self.fake.expire_key_at(&key, self.fake.now() + Duration::from_secs(30 * 86_400));
            }
            self.named.clone_from(&key);
            return format!("Bearer {key}");
        }
        self.fill(auth, false)
    }

    /// Reads until the state is one of those that are waited for, as far as it can be seen.
    async fn wait(&mut self, entry: &Value) {
        let until: Vec<&str> = match entry["until"].as_array() {
            Some(until) => until.iter().filter_map(Value::as_str).collect(),
            None => {
                let last = entry["sequence"].as_array().and_then(|sequence| sequence.last());
                last.and_then(|last| last[1].as_str()).into_iter().collect()
            }
        };
        let (method, path, body) = match entry.get("request") {
            Some(request) => {
                let path = self.fill(text(request, "path"), true);
                (text(request, "method").to_owned(), path, self.body(&request["body"]))
            }
            None => {
                let resource = if entry["of"] == "snapshots" { "snapshots" } else { "sandbox" };
                let path = format!("/api/{resource}/{}", self.fill(text(entry, "id"), true));
                ("GET".to_owned(), path, Value::Null)
            }
        };
        for turn in 0..400 {
            let request = Request::builder()
                .method(method.as_str())
                .uri(&path)
                .header("authorization", format!("Bearer {}", self.fake.key()))
                .header("content-type", "application/json");
            let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
            let response =
                self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.map(|all| all.to_bytes()).unwrap_or_default();
            let reply: Value = serde_json::from_slice(&bytes).unwrap_or(json!({}));
            for (name, field) in entry["defines"].as_object().into_iter().flatten() {
                if let Some(value) = field.as_str().and_then(|field| reply[field].as_str()) {
                    self.values.insert(name.clone(), value.to_owned());
                }
            }
            let state = if status == 200 { text(&reply, "state").to_owned() } else { format!("HTTP {status}") };
            if until.iter().any(|wanted| *wanted == state || **wanted == format!("HTTP {status}")) {
                return;
            }
            // First as closely as states of a fraction of a second need it.
            let pause = if turn < 100 { Duration::from_millis(100) } else { Duration::from_secs(1) };
            tokio::time::advance(pause).await;
        }
    }
}

fn repeated(map: &Map<String, Value>) -> String {
    let text = map["repeat"].as_str().unwrap_or_default();
    text.repeat(map["bytes"].as_u64().unwrap_or_default() as usize / text.len().max(1))
}
