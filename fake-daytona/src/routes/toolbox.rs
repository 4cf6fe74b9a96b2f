//! The toolbox inside of a sandbox: its launch command and what else can be run there.
//!
//! It has a host of its own, its own envelope, and every call to it counts as activity.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::access::preview_token;
use crate::core::Core;
use crate::daemon::interpreter::{self, Outcome, Progress};
use crate::daemon::{Daemon, Runner, line, shell};
use crate::http::authentication::bearer;
use crate::http::call::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;
use crate::world::entrypoint::{Fate, ToldCode};
use crate::world::state::State;
use crate::world::{Key, World};

/// The identifier of the session that runs the launch command.
const SESSION: &str = "entrypoint";

/// Calls of the toolbox closer together than this are no new activity.
const TOOLBOX_THROTTLE: Duration = Duration::from_secs(45);

/// A call at the toolbox's own address: `/toolbox/{id}/…`.
pub(crate) async fn answer(core: &Arc<Core>, request: &RecordedRequest, id: &str, path: &str) -> Reply {
    if !core.generation.has_activity() {
        return refused(core, request, 404, "not found");
    }
    // Whatever goes wrong in the look-up of the sandbox is a bad key to the proxy, an unknown sandbox too.
    match admitted(core, request, id) {
        Some(core) => dispatch(&core, request, id, path).await,
        None => refused(core, request, 401, "unauthorized: invalid or missing authentication token"),
    }
}

/// A call through the main API, whose key was checked there.
pub(super) async fn through_api(call: &Call<'_>, id: &str, path: &str) -> Reply {
    dispatch(call.core, call.request, id, path).await
}

/// The organization in which the caller may reach this sandbox.
fn admitted(core: &Arc<Core>, request: &RecordedRequest, id: &str) -> Option<Arc<Core>> {
    let now = core.now();
    let token = preview_token(id);
    if request.header("x-daytona-preview-token") == Some(token.as_str()) {
        return Some(core.clone());
    }
    let core = core.with_key(bearer(request)?, now)?;
    let is_there = core.world().live_by_id(id).is_ok();
    is_there.then_some(core)
}

async fn dispatch(core: &Arc<Core>, request: &RecordedRequest, id: &str, path: &str) -> Reply {
    if request.method == "POST" && path == "process/execute" {
        return execute(core, request, id).await;
    }
    other(core, request, id, path)
}

/// The sandbox of a call that gets through to its daemon; an answer where it does not.
fn reached(core: &Arc<Core>, request: &RecordedRequest, id: &str, world: &mut World) -> Result<Key, Reply> {
    let now = core.now();
    let Ok(key) = world.live_by_id(id) else {
        return Err(refused(core, request, 404, "sandbox container not found"));
    };
    let row = world.sandbox(key);
    if row.state != State::Started || row.is_busy() {
        let text = "bad request: failed to reach the sandbox: no address found. Is the Sandbox started?";
        return Err(refused(core, request, 400, text));
    }
    if row.entrypoint.is_cut_off(now) {
        return Err(Reply::new(502));
    }
    // Reads that must not keep a sandbox alive say so.
    if request.header("x-daytona-skip-last-activity-update").is_none_or(|value| value != "true") {
        world.touch(key, now, TOOLBOX_THROTTLE);
    }
    Ok(key)
}

fn other(core: &Arc<Core>, request: &RecordedRequest, id: &str, path: &str) -> Reply {
    let now = core.now();
    let mut world = core.world();
    let key = match reached(core, request, id, &mut world) {
        Ok(key) => key,
        Err(reply) => return reply,
    };
    let daemon = daemon_of(&world, core);
    let entrypoint = &world.sandbox(key).entrypoint;
    let has_session = core.generation.has_entrypoint_session()
        && daemon.has_session()
        && entrypoint.fate != Fate::NeverStarts
        && !entrypoint.command.is_empty();
    let missing = || refused(core, request, 404, "session not found");
    match (request.method.as_str(), path) {
        ("GET", "process/session/entrypoint") if has_session => {
            let mut command = Object::with_nulls();
            command.set("id", format!("{SESSION}_command"));
            command.set("command", entrypoint.command.join(" "));
            match entrypoint.told_code(now) {
                ToldCode::None => {}
                ToldCode::Code(code) => command.set("exitCode", code),
                ToldCode::Unreadable => {
                    return refused(core, request, 500, "failed to convert exit code to int");
                }
            }
            let mut body = Object::with_nulls();
            body.set("sessionId", SESSION);
            body.set("commands", vec![Value::from(command)]);
            Reply::json(200, &body)
        }
        ("GET", "process/session/entrypoint/logs") if has_session => {
            // Clients of old get the bare text.
            if modern_client(request) {
                let logs = entrypoint.logs.as_str();
                Reply::json(200, &json!({"output": logs, "stdout": logs, "stderr": ""}))
            } else {
                Reply::new(200).header("content-type", "text/plain; charset=utf-8").body(entrypoint.logs.clone())
            }
        }
        ("GET", path) if path.starts_with("process/session/") => missing(),
        ("GET", "version") => Reply::json(
            200,
            &json!({"version": world.daemon.map_or(core.generation.version(), |daemon| Some(daemon.version()))}),
        ),
        ("GET", "work-dir" | "user-home-dir") => Reply::json(200, &json!({"dir": "/home/daytona"})),
        _ => refused(core, request, 404, "not found"),
    }
}

/// The daemon of a server that nobody gave another.
fn daemon_of(world: &World, core: &Core) -> Daemon {
    let usual = if core.generation.has_entrypoint_session() { Daemon::V0_190 } else { Daemon::V0_110 };
    world.daemon.unwrap_or(usual)
}

/// Runs a command and answers when it has ended, or when its time is up.
async fn execute(core: &Arc<Core>, request: &RecordedRequest, id: &str) -> Reply {
    let body = request.json();
    let key = match reached(core, request, id, &mut core.world()) {
        Ok(key) => key,
        Err(reply) => return reply,
    };
    let Some(command) = body.get("command").and_then(Value::as_str).filter(|command| !command.is_empty()) else {
        return refused(core, request, 400, "command is required");
    };
    let (daemon, runner, lacks_shell, run, scripted) = {
        let world = core.world();
        let run = world.sandbox(key).entrypoint.started_at.map_or(0, |at| at.as_millis());
        let scripted = world.executions.get(command).cloned();
        (daemon_of(&world, core), world.runner.clone(), world.lacks_shell, run, scripted)
    };
    let asked = body.get("timeout").and_then(Value::as_u64).filter(|seconds| *seconds > 0);
    let limit = asked.or(daemon.default_timeout()).map(Duration::from_secs);
    let done = |(code, output): (i32, String)| Reply::json(200, &json!({daemon.code_field(): code, "result": output}));
    if lacks_shell {
        return done(if daemon.splits() { (-1, String::new()) } else { (127, "sh: not found\n".to_owned()) });
    }
    if let Some(scripted) = scripted {
        return done(scripted);
    }
    if let Runner::Machine(directory) = runner {
        let line = command.to_owned();
        let ran = tokio::task::spawn_blocking(move || shell::execute(daemon, &directory, run, &line)).await;
        return done(ran.unwrap_or((-1, String::new())));
    }
    let words = line::words(command);
    let (began, boot) = (core.now(), core.world().sandbox(key).entrypoint.started_at);
    let mut progress = Progress::default();
    loop {
        let now = core.now();
        let outcome = {
            let mut world = core.world();
            // A stop ends what runs, and the connection with it. A snapshot of its file system does not.
            if world.sandbox(key).entrypoint.started_at != boot {
                return Reply::new(502);
            }
            interpreter::run(&mut world, key, &words, now, &mut progress)
        };
        let until = match outcome {
            // Any other command is silent and succeeds.
            None => return done((0, String::new())),
            Some(Outcome::Done(code, output)) => return done((code, output)),
            Some(Outcome::Waits(until)) => until,
        };
        let over = limit.map(|limit| began + limit);
        if over.is_some_and(|over| now >= over) {
            return timed_out(daemon, request);
        }
        let until = over.map_or(until, |over| over.min(until));
        tokio::time::sleep((until - now).min(Duration::from_secs(1)).max(Duration::from_millis(1))).await;
    }
}

fn timed_out(daemon: Daemon, request: &RecordedRequest) -> Reply {
    let mut body = Object::with_nulls();
    body.set("statusCode", daemon.told_timeout_status());
    body.set("message", "command execution timeout");
    body.set("path", request.path_and_query());
    Reply::json(408, &body)
}

/// SDKs since 0.161 get JSON logs.
fn modern_client(request: &RecordedRequest) -> bool {
    let minor = request
        .header("x-daytona-sdk-version")
        .and_then(|version| version.trim_start_matches('v').split('.').nth(1))
        .and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| minor >= 161)
}

fn refused(core: &Core, request: &RecordedRequest, status: u16, message: &str) -> Reply {
    let mut body = Object::with_nulls();
    body.set("statusCode", status);
    body.set("message", message);
    body.set("path", request.path_and_query());
    body.set("timestamp", core.now().rfc3339());
    body.set("method", request.method.as_str());
    body.set("source", if status == 401 { "DAYTONA_PROXY" } else { "DAYTONA_DAEMON" });
    Reply::json(status, &body)
}
