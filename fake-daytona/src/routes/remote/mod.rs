//! `/__fake/…` for scripts: the handle of the library, for tests that run in another process. Needs no key.

mod bodies;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;
use crate::{Dashboard, EntrypointBehavior, FakeDaytona, FaultKind, Matcher, RandomFaults, Region};
use bodies::{
    Entrypoints, Faults, Forced, Key, Named, NewOrganization, Next, OrganizationChange, Problem, RegionBody,
    ReplySettings, ServerChange, Skip,
};

/// Carries out a script; `None` where there is no such route.
pub(super) fn answer(fake: &FakeDaytona, request: &RecordedRequest, words: &[&str]) -> Option<Reply> {
    let outcome = match (request.method.as_str(), words) {
        ("GET", ["faults"]) => {
            Ok(json!({"kinds": FaultKind::all().iter().map(ToString::to_string).collect::<Vec<_>>()}))
        }
        ("POST", ["faults"]) => read(request).and_then(|body| faults(fake, body)),
        ("DELETE", ["faults"]) => {
            fake.clear_script();
            Ok(json!({}))
        }
        ("POST", ["clock"]) => read(request).map(|Skip { skip_seconds }| {
            fake.skip(Duration::from_secs(skip_seconds));
            json!({"now": fake.now().rfc3339()})
        }),
        ("POST", ["entrypoints"]) => read(request).and_then(|body| entrypoints(fake, body)),
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
        ("POST", ["sandboxes", id, "copy"]) => read(request).and_then(|Named { name }| {
            let copy = fake.copy(id, &name);
            copy.map(|id| json!({"id": id})).ok_or_else(|| format!("there never was a sandbox {id}"))
        }),
        ("POST", ["sandboxes", id, "kill"]) => {
            let known = fake.kill(id);
            known.then(|| json!({})).ok_or_else(|| format!("there never was a sandbox {id}"))
        }
        ("POST", ["replies"]) => read(request).map(|settings: ReplySettings| {
            fake.delay_requests(Duration::from_millis(settings.delay_millis));
            fake.date_is_ahead(settings.date_ahead_seconds.saturating_mul(1_000));
            fake.write_offsets(settings.offset_minutes);
            json!({})
        }),
        ("POST", ["organizations"]) => read(request).map(|NewOrganization { key }| {
            let other = fake.another_organization(&key);
            json!({"id": other.organization_id()})
        }),
        ("POST", ["organization"]) => read(request).map(|body: OrganizationChange| {
            match body.suspended {
                Some(Some(reason)) => fake.suspend(&reason),
                Some(None) => fake.unsuspend(),
                None => {}
            }
            if let Some(has) = body.default_region {
                fake.has_default_region(has);
            }
            json!({})
        }),
        ("POST", ["regions"]) => read(request).map(|body: RegionBody| {
            fake.set_region(Region {
                has_quota: body.has_quota,
                has_snapshots: body.has_snapshots,
                ephemeral_only: body.ephemeral_only,
                non_ephemeral_disk: body.non_ephemeral_disk,
                ..Region::new(&body.id)
            });
            json!({})
        }),
        ("POST", ["server"]) => read(request).and_then(|body: ServerChange| server(fake, &body)),
        ("POST", ["sandboxes", id, "state"]) => read(request).and_then(|body: Forced| {
            let known = fake.set_state(id, &body.state, None, body.reason.as_deref());
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

fn faults(fake: &FakeDaytona, body: Faults) -> Result<Value, Problem> {
    let kinds: Result<Vec<FaultKind>, _> = body.faults.iter().map(|name| name.parse()).collect();
    let kinds = kinds.map_err(|problem: crate::UnknownFault| problem.to_string())?;
    let matcher = match (&body.method, &body.path) {
        (Some(method), Some(path)) => Matcher::new(method, path),
        (Some(method), None) => Matcher::method(method),
        (None, Some(path)) => Matcher::path(path),
        (None, None) => Matcher::any(),
    };
    let mut faults = RandomFaults::new(body.seed, body.probability).on(matcher);
    if !kinds.is_empty() {
        faults = faults.of(&kinds);
    }
    if let Some(times) = body.times {
        faults = faults.at_most(times);
    }
    fake.random_faults(faults);
    Ok(json!({}))
}

fn server(fake: &FakeDaytona, body: &ServerChange) -> Result<Value, Problem> {
    match body.dashboard.as_deref() {
        None => {}
        Some("page") => fake.set_dashboard(Dashboard::Page),
        Some("missing") => fake.set_dashboard(Dashboard::Missing),
        Some(other) => return Err(format!("unknown dashboard {other:?}; known are page and missing")),
    }
    if let Some(on) = body.maintenance {
        fake.maintenance(on);
    }
    if let Some(kill) = body.stops_kill {
        fake.stops_kill(kill);
    }
    Ok(json!({}))
}

fn entrypoints(fake: &FakeDaytona, body: Entrypoints) -> Result<Value, Problem> {
    let after = Duration::from_secs(body.after_seconds);
    let behavior = match body.behavior.as_str() {
        "runs" => EntrypointBehavior::Runs,
        "exits" => EntrypointBehavior::Exits { after, code: body.code },
        "never-starts" => EntrypointBehavior::NeverStarts,
        "daemon-dead" => EntrypointBehavior::DaemonDead,
        "loses-network" => EntrypointBehavior::LosesNetwork { after },
        other => {
            return Err(format!(
                "unknown behavior {other:?}; known are runs, exits, never-starts, daemon-dead, loses-network"
            ));
        }
    };
    match (body.sandbox, body.name, body.label) {
        (Some(id), None, None) if !fake.set_entrypoint(&id, behavior.clone()) => {
            return Err(format!("there never was a sandbox {id}"));
        }
        (Some(_), None, None) => {}
        (None, Some(name), None) => fake.entrypoints_named(&name, behavior),
        (None, None, Some((key, value))) => fake.entrypoints_labelled(&key, &value, behavior),
        (None, None, None) => fake.entrypoints_of_new(behavior),
        _ => return Err("only one of sandbox, name and label can be given".to_owned()),
    }
    Ok(json!({}))
}
