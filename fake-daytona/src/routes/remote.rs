//! `/__fake/…` for scripts: the handle of the library, for tests that run in another process. Needs no key.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;
use crate::{FakeDaytona, Fate, FaultKind, Matcher, Storm};

/// What went wrong, for whoever wrote the script.
type Problem = String;

/// Carries out a script; nothing where there is no such route.
pub(super) fn answer(fake: &FakeDaytona, request: &RecordedRequest, words: &[&str]) -> Option<Reply> {
    let outcome = match (request.method.as_str(), words) {
        ("GET", ["faults"]) => {
            Ok(json!({"kinds": FaultKind::all().iter().map(ToString::to_string).collect::<Vec<_>>()}))
        }
        ("POST", ["faults"]) => read(request).and_then(|wish| faults(fake, wish)),
        ("DELETE", ["faults"]) => {
            fake.clear_script();
            Ok(json!({}))
        }
        ("POST", ["clock"]) => read(request).map(|Skip { skip_seconds }| {
            fake.skip(Duration::from_secs(skip_seconds));
            json!({"now": fake.now().rfc3339()})
        }),
        ("POST", ["entrypoints"]) => read(request).and_then(|wish| entrypoints(fake, wish)),
        ("POST", ["keys"]) => read(request).map(|Key { key, scopes }| {
            fake.add_key(&key, &scopes.iter().map(String::as_str).collect::<Vec<_>>());
            json!({})
        }),
        ("POST", ["next-start"]) => read(request).and_then(|next: Next| {
            next.apply(|reason| fake.fail_next_start(reason), |duration| fake.next_start_takes(duration))
        }),
        ("POST", ["next-build"]) => read(request).and_then(|next: Next| {
            next.apply(|reason| fake.fail_next_build(reason), |duration| fake.next_build_takes(duration))
        }),
        ("POST", ["sandboxes", id, "state"]) => read(request).and_then(|wish: Forced| {
            let known = fake.set_state(id, &wish.state, None, wish.reason.as_deref());
            known.then(|| json!({})).ok_or_else(|| format!("there never was a sandbox {id}"))
        }),
        _ => return None,
    };
    Some(match outcome {
        Ok(body) => Reply::json(200, &body),
        Err(problem) => Reply::json(400, &json!({"problem": problem})),
    })
}

fn read<T: for<'a> Deserialize<'a>>(request: &RecordedRequest) -> Result<T, Problem> {
    serde_json::from_slice(&request.body).map_err(|problem| format!("the body is not as expected: {problem}"))
}

/// Faults to come: certain ones, or by chance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    /// Names of kinds; all of them when there are none.
    #[serde(default)]
    faults: Vec<String>,
    method: Option<String>,
    path: Option<String>,
    #[serde(default = "certain")]
    probability: f64,
    #[serde(default)]
    seed: u64,
    /// No more than this many; without end when it is missing.
    times: Option<usize>,
}

fn certain() -> f64 {
    1.0
}

fn faults(fake: &FakeDaytona, wish: Faults) -> Result<Value, Problem> {
    let kinds: Result<Vec<FaultKind>, _> = wish.faults.iter().map(|name| name.parse()).collect();
    let kinds = kinds.map_err(|problem: crate::UnknownFault| problem.to_string())?;
    let matcher = match (&wish.method, &wish.path) {
        (Some(method), Some(path)) => Matcher::new(method, path),
        (Some(method), None) => Matcher::method(method),
        (None, Some(path)) => Matcher::path(path),
        (None, None) => Matcher::any(),
    };
    let mut storm = Storm::new(wish.seed, wish.probability).on(matcher);
    if !kinds.is_empty() {
        storm = storm.of(&kinds);
    }
    if let Some(times) = wish.times {
        storm = storm.at_most(times);
    }
    fake.storm(storm);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Skip {
    skip_seconds: u64,
}

/// One more key of the organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    key: String,
    scopes: Vec<String>,
}

/// The fate of one sandbox, of those with a name or a label, or of all to come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entrypoints {
    fate: String,
    #[serde(default)]
    after_seconds: u64,
    #[serde(default)]
    code: i32,
    sandbox: Option<String>,
    name: Option<String>,
    label: Option<(String, String)>,
}

fn entrypoints(fake: &FakeDaytona, wish: Entrypoints) -> Result<Value, Problem> {
    let after = Duration::from_secs(wish.after_seconds);
    let fate = match wish.fate.as_str() {
        "runs" => Fate::Runs,
        "exits" => Fate::Exits { after, code: wish.code },
        "never-starts" => Fate::NeverStarts,
        "daemon-dead" => Fate::DaemonDead,
        "loses-network" => Fate::LosesNetwork { after },
        other => {
            return Err(format!(
                "unknown fate {other:?}; known are runs, exits, never-starts, daemon-dead, loses-network"
            ));
        }
    };
    match (wish.sandbox, wish.name, wish.label) {
        (Some(id), None, None) if !fake.set_entrypoint(&id, fate.clone()) => {
            return Err(format!("there never was a sandbox {id}"));
        }
        (Some(_), None, None) => {}
        (None, Some(name), None) => fake.entrypoints_named(&name, fate),
        (None, None, Some((key, value))) => fake.entrypoints_labelled(&key, &value, fate),
        (None, None, None) => fake.entrypoints_of_new(fate),
        _ => return Err("only one of sandbox, name and label can be given".to_owned()),
    }
    Ok(json!({}))
}

/// How the next start or build goes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Next {
    fails: Option<String>,
    takes_seconds: Option<u64>,
}

impl Next {
    fn apply(self, fails: impl FnOnce(&str), takes: impl FnOnce(Duration)) -> Result<Value, Problem> {
        match (self.fails, self.takes_seconds) {
            (Some(reason), None) => fails(&reason),
            (None, Some(seconds)) => takes(Duration::from_secs(seconds)),
            _ => return Err("one of fails and takesSeconds is needed".to_owned()),
        }
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forced {
    state: String,
    reason: Option<String>,
}
