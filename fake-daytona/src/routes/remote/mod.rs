//! `/__fake/…` for scripts: the handle of the library, for tests that run in another process. Needs no key.

mod wishes;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;
use crate::{Dashboard, FakeDaytona, Fate, FaultKind, Matcher, Region, Storm};
use wishes::{
    Entrypoints, Faults, Forced, Key, Manner, Named, NewOrganization, Next, OrganizationWish, Problem, RegionWish,
    ServerWish, Skip,
};

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
        ("POST", ["sandboxes", id, "copy"]) => read(request).and_then(|Named { name }| {
            let copy = fake.copy(id, &name);
            copy.map(|id| json!({"id": id})).ok_or_else(|| format!("there never was a sandbox {id}"))
        }),
        ("POST", ["sandboxes", id, "kill"]) => {
            let known = fake.kill(id);
            known.then(|| json!({})).ok_or_else(|| format!("there never was a sandbox {id}"))
        }
        ("POST", ["manner"]) => read(request).map(|manner: Manner| {
            fake.delay_requests(Duration::from_millis(manner.delay_millis));
            fake.date_is_ahead(manner.date_ahead_seconds.saturating_mul(1_000));
            fake.write_offsets(manner.offset_minutes);
            json!({})
        }),
        ("POST", ["organizations"]) => read(request).map(|NewOrganization { key }| {
            let other = fake.another_organization(&key);
            json!({"id": other.organization_id()})
        }),
        ("POST", ["organization"]) => read(request).map(|wish: OrganizationWish| {
            match wish.suspended {
                Some(Some(reason)) => fake.suspend(&reason),
                Some(None) => fake.unsuspend(),
                None => {}
            }
            if let Some(has) = wish.default_region {
                fake.has_default_region(has);
            }
            json!({})
        }),
        ("POST", ["regions"]) => read(request).map(|wish: RegionWish| {
            fake.set_region(Region {
                has_quota: wish.has_quota,
                has_snapshots: wish.has_snapshots,
                ephemeral_only: wish.ephemeral_only,
                non_ephemeral_disk: wish.non_ephemeral_disk,
                ..Region::new(&wish.id)
            });
            json!({})
        }),
        ("POST", ["server"]) => read(request).and_then(|wish: ServerWish| server(fake, &wish)),
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

fn server(fake: &FakeDaytona, wish: &ServerWish) -> Result<Value, Problem> {
    match wish.dashboard.as_deref() {
        None => {}
        Some("page") => fake.set_dashboard(Dashboard::Page),
        Some("missing") => fake.set_dashboard(Dashboard::Missing),
        Some(other) => return Err(format!("unknown dashboard {other:?}; known are page and missing")),
    }
    if let Some(on) = wish.maintenance {
        fake.maintenance(on);
    }
    if let Some(kill) = wish.stops_kill {
        fake.stops_kill(kill);
    }
    Ok(json!({}))
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
