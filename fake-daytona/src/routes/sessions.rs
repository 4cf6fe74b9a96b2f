//! The toolbox's sessions: that of the launch command, and those that clients create.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::toolbox::{daemon_of, reached, refused};
use crate::core::Core;
use crate::daemon::session::SessionCommand;
use crate::daemon::{Daemon, line, marks};
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;
use crate::world::entrypoint::{EntrypointBehavior, ShownExitCode};
use crate::world::{Key, World};

/// The session that runs the launch command. Nothing else can be done with it than to look at it.
const LAUNCH: &str = "entrypoint";

/// A call below `process/session`; `path` is what comes after that.
pub(super) async fn answer(core: &Arc<Core>, request: &RecordedRequest, id: &str, path: &str) -> Reply {
    let key = match reached(core, request, id, &mut core.world()) {
        Ok(key) => key,
        Err(reply) => return reply,
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let method = request.method.as_str();
    match (method, parts.as_slice()) {
        ("POST", [session, "exec"]) => execute(core, request, key, session).await,
        _ => at_once(core, request, key, method, &parts),
    }
}

fn at_once(core: &Arc<Core>, request: &RecordedRequest, key: Key, method: &str, parts: &[&str]) -> Reply {
    let now = core.now();
    let mut world = core.world();
    let daemon = daemon_of(&world, core);
    world.forget_sessions_of_earlier_runs(key);
    let missing = || refused(core, request, 404, "session not found");
    let cannot = || refused(core, request, 400, "the session of the launch command cannot be changed");
    match (method, parts) {
        ("GET", [LAUNCH]) if has_launch_session(core, &world, key) => launch_session(core, request, &world, key),
        ("GET", [LAUNCH, "logs"]) if has_launch_session(core, &world, key) => {
            let log = world.sandbox(key).entrypoint.logs.clone();
            told_log(daemon, request, &log, true)
        }
        ("GET", [LAUNCH, ..]) => missing(),
        ("POST", []) => {
            let name = request.json().get("sessionId").and_then(Value::as_str).map(str::to_owned);
            let Some(name) = name.filter(|name| !name.is_empty()) else {
                return refused(core, request, 400, "sessionId is required");
            };
            if name == LAUNCH {
                return cannot();
            }
            let sessions = &mut world.sessions_mut(key).all;
            if sessions.contains_key(&name) {
                return refused(core, request, 409, "session already exists");
            }
            sessions.insert(name, Vec::new());
            Reply::new(201)
        }
        (_, [LAUNCH, ..]) => cannot(),
        ("GET", []) => {
            let sessions = &world.sessions_mut(key).all;
            let all: Vec<Value> = sessions.iter().map(|(name, commands)| session(name, commands, now)).collect();
            Reply::json(200, &json!(all))
        }
        ("GET", [name]) => {
            let sessions = &world.sessions_mut(key).all;
            sessions.get(*name).map_or_else(missing, |commands| Reply::json(200, &session(name, commands, now)))
        }
        ("DELETE", [name]) => world.sessions_mut(key).all.remove(*name).map_or_else(missing, |_| Reply::new(204)),
        ("GET", [name, "command", id, rest @ ..]) => {
            let found = world.sessions_mut(key).all.get(*name).and_then(|all| all.iter().find(|one| one.id == *id));
            match (found, rest) {
                (None, _) => refused(core, request, 404, "command not found"),
                (Some(found), ["logs"]) => told_log(daemon, request, &found.log(now), false),
                (Some(found), _) => Reply::json(200, &command(found, now)),
            }
        }
        _ => missing(),
    }
}

fn session(name: &str, commands: &[SessionCommand], now: crate::clock::Timestamp) -> Value {
    json!({"sessionId": name, "commands": commands.iter().map(|one| command(one, now)).collect::<Vec<_>>()})
}

fn command(one: &SessionCommand, now: crate::clock::Timestamp) -> Value {
    let mut shown = json!({"id": one.id, "command": one.text});
    if let Some(code) = one.exit_code(now) {
        shown["exitCode"] = json!(code);
    }
    shown
}

/// Runs a command in a session, and waits for it unless it is to run in the background.
async fn execute(core: &Arc<Core>, request: &RecordedRequest, key: Key, name: &str) -> Reply {
    let body = request.json();
    let text = body.get("command").and_then(Value::as_str).unwrap_or_default().to_owned();
    let in_background =
        ["runAsync", "async"].iter().any(|field| body.get(field).and_then(Value::as_bool) == Some(true));
    if name == LAUNCH {
        return refused(core, request, 400, "the session of the launch command cannot be changed");
    }
    if text.is_empty() {
        return refused(core, request, 400, "command is required");
    }
    let (begun, boot, daemon) = {
        let mut world = core.world();
        world.forget_sessions_of_earlier_runs(key);
        let daemon = daemon_of(&world, core);
        let (id, program) = (world.mint_id(), world.program(&line::words(&text)));
        let begun = world.sessions_mut(key).run(name, &id, &text, program, core.now());
        (begun, world.sandbox(key).entrypoint.started_at, daemon)
    };
    let Some(begun) = begun else {
        // Since 0.136 it is the daemon's own fault.
        let status = if daemon < Daemon::V0_138 { 404 } else { 500 };
        return refused(core, request, status, "session not found");
    };
    if in_background {
        return Reply::json(202, &json!({"cmdId": begun.id}));
    }
    loop {
        let now = core.now();
        if core.world().sandbox(key).entrypoint.started_at != boot {
            return Reply::new(502);
        }
        if let Some(code) = begun.exit_code(now) {
            let log = begun.log(now);
            let mut told = json!({"cmdId": begun.id, "exitCode": code, "output": marks::unmarked(&log)});
            if minor(request).is_some_and(|minor| minor >= SPLITS) && daemon >= Daemon::V0_190 {
                let (stdout, stderr) = marks::streams(&log);
                (told["output"], told["stdout"], told["stderr"]) = (json!(log), json!(stdout), json!(stderr));
            } else if minor(request).is_some_and(|minor| minor >= MARKS) {
                told["output"] = json!(log);
            }
            return Reply::json(200, &told);
        }
        let left = begun.ends().map_or(Duration::from_secs(1), |end| end - now);
        tokio::time::sleep(left.clamp(Duration::from_millis(1), Duration::from_secs(1))).await;
    }
}

fn has_launch_session(core: &Core, world: &World, key: Key) -> bool {
    let entrypoint = &world.sandbox(key).entrypoint;
    core.generation.has_entrypoint_session()
        && daemon_of(world, core).has_session()
        && entrypoint.behavior != EntrypointBehavior::NeverStarts
        && !entrypoint.command.is_empty()
}

fn launch_session(core: &Core, request: &RecordedRequest, world: &World, key: Key) -> Reply {
    let entrypoint = &world.sandbox(key).entrypoint;
    let mut command = Object::with_nulls();
    command.set("id", format!("{LAUNCH}_command"));
    command.set("command", entrypoint.command.join(" "));
    match entrypoint.told_code(core.now()) {
        ShownExitCode::None => {}
        ShownExitCode::Code(code) => command.set("exitCode", code),
        ShownExitCode::Unreadable => return refused(core, request, 500, "failed to convert exit code to int"),
    }
    let mut body = Object::with_nulls();
    body.set("sessionId", LAUNCH);
    body.set("commands", vec![Value::from(command)]);
    Reply::json(200, &body)
}

/// SDKs from these minor versions on read marks, and streams of their own.
const MARKS: u32 = 27;
const SPLITS: u32 = 167;

/// A log as this client reads it.
fn told_log(daemon: Daemon, request: &RecordedRequest, log: &str, of_launch_command: bool) -> Reply {
    let minor = minor(request).unwrap_or_default();
    // Daemons from 0.167 on; of those that are played here the newest one.
    if minor >= SPLITS && daemon >= Daemon::V0_190 {
        let (stdout, stderr) = marks::streams(log);
        return Reply::json(200, &json!({"output": log, "stdout": stdout, "stderr": stderr}));
    }
    let asks_for_marks = request.header("x-daytona-split-output") == Some("true");
    let keeps_marks = of_launch_command || minor >= MARKS || asks_for_marks;
    let text = if keeps_marks { log.to_owned() } else { marks::unmarked(log) };
    Reply::new(200).header("content-type", "text/plain; charset=utf-8").body(text)
}

/// The minor version of the SDK that asks.
fn minor(request: &RecordedRequest) -> Option<u32> {
    let version = request.header("x-daytona-sdk-version")?;
    version.trim_start_matches('v').split('.').nth(1)?.parse().ok()
}
