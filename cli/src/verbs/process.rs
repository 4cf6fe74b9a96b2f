//! Running programs in a sandbox, and what they write.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sandbox_host::{CallError, Command, Completion, ErrorCode, Function, Output};
use serde_json::json;
use tokio::time::sleep;

use super::sandbox::Sandbox;
use crate::Done;
use crate::args::{Exec, Global, Kill, Launch, Logs, Program};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::out;
use crate::output::print_json;

/// What a call gets beyond the time that its command may take.
const SPARE: Duration = Duration::from_secs(30);

/// How often a command that is to be ended is looked for before it counts as never begun.
const NOT_BEGUN: usize = 2;

/// How long a call may take by the contract.
const LONGEST: Duration = Duration::from_secs(3_600);

/// What shells return for a command that is not there.
const NOT_FOUND: i32 = 127;

pub async fn exec(global: &Global, own: &Exec) -> Done {
    let mut sandbox = open(global, &own.on)?;
    let mut command = command(&own.program)?;
    // By an id of its own a command can be ended, although its result never came.
    let id = unique("exec");
    command.extensions.push("exec-id", id.clone());
    if let (None, Some(timeout)) = (global.deadline, own.program.timeout) {
        if timeout + SPARE > LONGEST {
            return Err(Failure::usage(
                "--timeout is longer than exec can wait, which is an hour with some time to spare.",
            )
            .remedy("Start the command with `launch`, which does not wait, and read it with `logs --follow`."));
        }
        sandbox.context.deadline_ms = Some(milliseconds(timeout + SPARE));
    }
    let running = sandbox.provider.exec(&sandbox.context, &sandbox.handle, &command);
    let done = tokio::select! {
        done = running => done?,
        signal = ended() => {
            sandbox.context.deadline_ms = None;
            // Whoever sends a second signal does not wait for what the first one asked for.
            tokio::select! {
                () = end(&sandbox, &id) => {}
                _ = ended() => out::note("(the command may run on)\n"),
            }
            return Ok(Exit::Program(signal));
        }
    };
    if global.json {
        print_json(&done)?;
    } else {
        show(&done)?;
        // A shell would have divided it.
        let is_line = matches!(own.program.command.as_slice(), [word] if word.trim().contains(char::is_whitespace));
        if is_line && done.exit_code == Some(NOT_FOUND) {
            out::note("(no shell reads the command: write each word by itself after --, or sh -c 'the whole line')\n");
        }
    }
    Ok(match done.exit_code {
        Some(code) => Exit::Program(u8::try_from(code).unwrap_or(u8::MAX)),
        None => Exit::TimedOut,
    })
}

/// Ends a command of which the result is not waited for. What cannot be ended ends with its own time.
async fn end(sandbox: &Sandbox, id: &str) {
    let mut tries = 0;
    loop {
        match sandbox.provider.kill(&sandbox.context, &sandbox.handle, id).await {
            Ok(()) => return,
            // Its beginning may be on its way.
            Err(CallError::Provider(error)) if error.code == ErrorCode::NotFound && tries < NOT_BEGUN => {
                tries += 1;
                sleep(Duration::from_secs(1)).await;
            }
            Err(problem) => {
                out::note(format!("(the command may run on: {problem})\n"));
                return;
            }
        }
    }
}

fn show(done: &Completion) -> Result<(), Failure> {
    out::print(&done.stdout)?;
    out::note(&done.stderr);
    if done.truncated {
        out::note("(it wrote more than is shown: --max-output keeps more)\n");
    }
    if done.exit_code.is_none() {
        let why = done.details.get("ended-by").unwrap_or("unknown");
        out::note(if why == "timeout" {
            "(its time was up, so it was ended)\n"
        } else {
            "(nobody knows how it ended)\n"
        });
    }
    Ok(())
}

pub async fn launch(global: &Global, own: &Launch) -> Done {
    let sandbox = open(global, &own.on)?;
    let command = command(&own.program)?;
    let id = sandbox.provider.launch(&sandbox.context, &sandbox.handle, &command, own.id.as_deref()).await?;
    if global.json {
        print_json(&json!({ "processId": id }))?;
    } else {
        out::line(id)?;
    }
    Ok(Exit::Ok)
}

pub async fn logs(global: &Global, own: &Logs) -> Done {
    let sandbox = open(global, &own.on)?;
    let mut cursor: Option<String> = None;
    let mut whole: Option<Output> = None;
    loop {
        let read = sandbox.provider.read(&sandbox.context, &sandbox.handle, own.id.as_deref(), cursor.as_deref(), None);
        let output = match read.await {
            Ok(output) => output,
            Err(CallError::Provider(error)) if own.follow && error.retryable => {
                out::note(format!("{}: {}\n", error.code, error.message));
                sleep(error.retry_after().unwrap_or_default().max(own.interval)).await;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let is_silent = output.stdout.is_empty() && output.stderr.is_empty();
        cursor.clone_from(&output.next_cursor);
        match (global.json, own.follow) {
            (true, true) => out::line(json!(output))?,
            (true, false) => whole = Some(appended(whole, output)),
            (false, _) => print(&output)?,
        }
        if cursor.is_none() || (is_silent && !own.follow) {
            break;
        }
        if is_silent {
            sleep(own.interval).await;
        }
    }
    if let Some(whole) = whole {
        print_json(&whole)?;
    }
    Ok(Exit::Ok)
}

/// What was written so far, with what was read after it.
fn appended(before: Option<Output>, after: Output) -> Output {
    match before {
        None => after,
        Some(before) => Output {
            stdout: before.stdout + &after.stdout,
            stderr: before.stderr + &after.stderr,
            details: before.details.iter().chain(after.details.iter()).collect(),
            ..after
        },
    }
}

fn print(output: &Output) -> Result<(), Failure> {
    if output.details.get("restarted").is_some() {
        out::note("(it was started anew)\n");
    }
    out::print(&output.stdout)?;
    out::note(&output.stderr);
    if output.details.get("truncated").is_some() {
        out::note("(it wrote more than is kept)\n");
    }
    Ok(())
}

pub async fn kill(global: &Global, own: &Kill) -> Done {
    let sandbox = open(global, &own.on)?;
    sandbox.provider.kill(&sandbox.context, &sandbox.handle, &own.id).await?;
    if global.json {
        print_json(&json!({ "ended": true }))?;
    } else {
        out::line("ended")?;
    }
    Ok(Exit::Ok)
}

fn open(global: &Global, on: &crate::args::OnHandle) -> Result<Sandbox, Failure> {
    let sandbox = Sandbox::open(global, on)?;
    if sandbox.provider.offers(Function::Exec) {
        return Ok(sandbox);
    }
    Err(Failure::component("The component does not offer to run programs in a sandbox.")
        .remedy("Use a component that exports the interface `process`."))
}

fn command(program: &Program) -> Result<Command, Failure> {
    let mut command = Command::new(program.command.iter().cloned());
    for (name, value) in &program.env {
        command.env.push(name.clone(), value.clone());
    }
    command.working_directory.clone_from(&program.workdir);
    command.timeout_ms = program.timeout.map(milliseconds);
    command.max_output_bytes = program.max_output;
    Ok(command)
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// An id that no other process has.
fn unique(kind: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{kind}-{:x}-{:x}", now.as_nanos(), std::process::id())
}

/// Waits for a signal that ends this program, and returns the exit code that goes with it.
async fn ended() -> u8 {
    const INTERRUPTED: u8 = 130;
    #[cfg(unix)]
    {
        const TERMINATED: u8 = 143;
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => INTERRUPTED,
                _ = term.recv() => TERMINATED,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    INTERRUPTED
}
