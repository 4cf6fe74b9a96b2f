//! The toolbox inside of a sandbox: its launch command and what else can be run there.
//!
//! It has a host of its own, its own envelope, and every call to it counts as activity.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::access::preview_token;
use super::sessions;
use crate::core::Core;
use crate::daemon::interpreter::{self, Outcome, Progress};
use crate::daemon::{Daemon, Runner, line, shell};
use crate::http::authentication::bearer;
use crate::http::call::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;
use crate::world::state::State;
use crate::world::{Key, World};

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
    if let Some(rest) = path.strip_prefix("process/session") {
        return sessions::answer(core, request, id, rest).await;
    }
    other(core, request, id, path)
}

/// The sandbox of a call that gets through to its daemon; an answer where it does not.
pub(super) fn reached(core: &Arc<Core>, request: &RecordedRequest, id: &str, world: &mut World) -> Result<Key, Reply> {
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
    let mut world = core.world();
    if let Err(reply) = reached(core, request, id, &mut world) {
        return reply;
    }
    match (request.method.as_str(), path) {
        ("GET", "version") => Reply::json(
            200,
            &json!({"version": world.daemon.map_or(core.generation.version(), |daemon| Some(daemon.version()))}),
        ),
        ("GET", "work-dir" | "user-home-dir") => Reply::json(200, &json!({"dir": "/home/daytona"})),
        _ => refused(core, request, 404, "not found"),
    }
}

/// The daemon of a server that nobody gave another.
pub(super) fn daemon_of(world: &World, core: &Core) -> Daemon {
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
            None => return done(plain(&core.world(), &words)),
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

/// A command that is none of ours: one of the few that every image has, at once; any other is silent and succeeds.
fn plain(world: &World, words: &[String]) -> (i32, String) {
    let program = world.program(words);
    match program.takes {
        Some(takes) if takes.is_zero() && program.code != NOT_FOUND => (program.code, program.stdout + &program.stderr),
        _ => (0, String::new()),
    }
}

const NOT_FOUND: i32 = 127;

fn timed_out(daemon: Daemon, request: &RecordedRequest) -> Reply {
    let mut body = Object::with_nulls();
    body.set("statusCode", daemon.told_timeout_status());
    body.set("message", "command execution timeout");
    body.set("path", request.path_and_query());
    Reply::json(408, &body)
}

pub(super) fn refused(core: &Core, request: &RecordedRequest, status: u16, message: &str) -> Reply {
    let mut body = Object::with_nulls();
    body.set("statusCode", status);
    body.set("message", message);
    body.set("path", request.path_and_query());
    body.set("timestamp", core.now().rfc3339());
    body.set("method", request.method.as_str());
    body.set("source", if status == 401 { "DAYTONA_PROXY" } else { "DAYTONA_DAEMON" });
    Reply::json(status, &body)
}
