//! `/__fake/…`: the ground truth over HTTP, for clients that run in another process. Needs no key.

use std::sync::Arc;

use serde_json::{Value, json};

use super::remote;
use crate::FakeDaytona;
use crate::core::Core;
use crate::http::reply::Reply;
use crate::inspect::{RecordedRequest, SandboxView, Summary};
use crate::surface;

const ROUTES: [&str; 20] = [
    "GET /__fake/summary",
    "GET /__fake/sandboxes",
    "GET /__fake/sandboxes/{idOrName}",
    "GET /__fake/requests",
    "GET /__fake/faults",
    "POST /__fake/faults",
    "DELETE /__fake/faults",
    "POST /__fake/clock",
    "POST /__fake/keys",
    "POST /__fake/entrypoints",
    "POST /__fake/next-start",
    "POST /__fake/next-build",
    "POST /__fake/sandboxes/{idOrName}/state",
    "POST /__fake/sandboxes/{idOrName}/copy",
    "POST /__fake/sandboxes/{idOrName}/kill",
    "POST /__fake/replies",
    "POST /__fake/server",
    "POST /__fake/organization",
    "POST /__fake/organizations",
    "POST /__fake/regions",
];

pub(crate) fn answer(core: &Arc<Core>, request: &RecordedRequest) -> Reply {
    let words: Vec<&str> = request.path.split('/').filter(|word| !word.is_empty()).skip(1).collect();
    if let Some(reply) = remote::answer(&FakeDaytona { core: core.clone() }, request, &words) {
        return reply;
    }
    match words.as_slice() {
        ["summary"] => Reply::json(200, &summary(core)),
        ["sandboxes"] => {
            let now = core.now();
            let rows: Vec<Value> = core.world().sandboxes().map(|row| described(&SandboxView::of(row, now))).collect();
            Reply::json(200, &rows)
        }
        ["requests"] => {
            let log = core.log();
            let rows: Vec<Value> = log
                .requests()
                .into_iter()
                .map(|request| {
                    json!({
                        "number": request.number,
                        "at": request.at.rfc3339(),
                        "method": request.method,
                        "path": request.path_and_query(),
                        "body": request.json(),
                        "fault": request.fault,
                        "status": request.status,
                        "ignored": surface::ignored(core.generation, &request),
                    })
                })
                .collect();
            Reply::json(200, &rows)
        }
        ["sandboxes", id] => {
            let now = core.now();
            let world = core.world();
            match world.find_ever(id) {
                Some(key) => Reply::json(200, &described(&SandboxView::of(world.sandbox(key), now))),
                None => Reply::json(404, &json!({"problem": format!("there never was a sandbox {id}")})),
            }
        }
        _ => Reply::json(404, &json!({"problem": "no such route", "routes": ROUTES})),
    }
}

pub(crate) fn summary(core: &Core) -> Summary {
    let now = core.now();
    let world = core.world();
    let views = || world.sandboxes().map(|row| SandboxView::of(row, now));
    // Taken once: a second guard in the same expression would wait for the first for ever.
    let log = core.log();
    Summary {
        generation: core.generation.to_string(),
        now: now.rfc3339(),
        created: world.sandboxes().count(),
        alive: views().filter(|view| view.alive).count(),
        billed_minutes: views().map(|view| view.billed_minutes).sum(),
        connections: core.connections(),
        requests: log.received(),
        faults: log.faults(),
        by_route: log.by_route().clone(),
    }
}

fn described(view: &SandboxView) -> Value {
    json!({
        "id": view.id,
        "name": view.name,
        "createdName": view.created_name,
        "snapshot": view.snapshot,
        "dockerfile": view.dockerfile,
        "state": view.state,
        "desiredState": view.desired_state,
        "errorReason": view.error_reason,
        "labels": view.labels,
        "cpu": view.cpu,
        "memory": view.memory,
        "disk": view.disk,
        "entrypoint": view.entrypoint,
        "entrypointRuns": view.entrypoint_runs,
        "runs": view.runs.iter().map(|run| {
            json!({
                "startedAt": run.started_at.rfc3339(),
                "endedAt": run.ended_at.map(|at| at.rfc3339()),
                "exitCode": run.exit_code,
            })
        }).collect::<Vec<_>>(),
        "autoStopInterval": view.auto_stop_interval,
        "createdAt": view.created_at.rfc3339(),
        "lastActivityAt": view.last_activity_at.rfc3339(),
        "destroyedAt": view.destroyed_at.map(|at| at.rfc3339()),
        "alive": view.alive,
        "billedMinutes": view.billed_minutes,
        "history": view.history.iter().map(|moment| {
            json!({
                "at": moment.at.rfc3339(),
                "state": moment.state.as_str(),
                "desired": moment.desired.as_str(),
                "cause": moment.cause.as_str(),
            })
        }).collect::<Vec<_>>(),
    })
}
