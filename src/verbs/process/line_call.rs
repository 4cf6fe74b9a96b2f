//! What all verbs about processes do: look whether the sandbox runs, run a line in it, and understand what came of that.

use crate::contract::{ErrorCode, Status};
use crate::daytona::{Dialect, Executed, Execution, Sandbox, Toolbox};
use crate::error::Error;
use crate::http::Transport;
use crate::sandbox::{expiry, shell, state};
use crate::verbs::call::Call;
use crate::verbs::lifecycle::gone;
use crate::verbs::lookup::by_id;
use crate::verbs::target::Target;
use crate::verbs::{organization, toolbox};

/// Seconds that the daemon gives a line beyond what the line takes by itself.
pub const BACKSTOP_SEC: u64 = 30;

/// A sandbox that runs.
pub struct Running<'t> {
    pub dialect: Dialect,
    pub sandbox: Box<Sandbox>,
    pub toolbox: Toolbox<'t>,
}

/// Looks at the sandbox. One request.
pub fn running<'t, T: Transport>(call: &Call<'_, T>, target: &'t Target) -> Result<Running<'t>, Error> {
    let (dialect, sandbox) = by_id(call, target)?;
    let Some(sandbox) = sandbox else {
        organization::verify_absence(call, target)?;
        return Err(gone(target));
    };
    if !state::is_running(dialect, &sandbox) {
        let seen = state::of(dialect, &sandbox);
        let message = format!("The sandbox does not run: its state is {}.", seen.provider_state);
        return Err(Error::new(ErrorCode::Conflict, message)
            .retryable(seen.status == Status::Provisioning)
            .rule("not-running")
            .remedy("Start it, or wait until its status is running."));
    }
    let toolbox = toolbox::of(call, target, &sandbox)?;
    Ok(Running { dialect, sandbox, toolbox })
}

/// Refuses to begin anything in a session that is over.
pub fn check_session<T: Transport>(call: &Call<'_, T>, sandbox: &Sandbox) -> Result<(), Error> {
    let now = expiry::now(call.client.server_time(), sandbox);
    let end = expiry::of(sandbox);
    match now.zip(end) {
        Some((now, end)) if now >= end => {
            Err(Error::new(ErrorCode::Conflict, format!("The session ended at {}.", end.to_rfc3339()))
                .rule("session-over")
                .remedy("Extend it first."))
        }
        _ => Ok(()),
    }
}

/// What a line of ours was answered with.
pub struct Answered {
    pub executed: Executed,
    pub mark: String,
}

/// The words by which the script said how it went; an error where it did not run.
pub fn verdict(answered: &Answered) -> Result<Vec<&str>, Error> {
    let Answered { executed, mark } = answered;
    shell::reply::verdict(&executed.output, mark).ok_or_else(|| {
        let (code, output) = (executed.code, executed.output.as_str());
        if matches!(code, -1 | 126 | 127) {
            return Error::new(ErrorCode::Unsupported, "The sandbox has no sh, by which programs are run in it.")
                .rule("no-shell")
                .remedy("Use an image with a shell and the usual small tools, such as busybox or debian.");
        }
        let message =
            format!("The sandbox's shell said nothing of the process, and {} bytes of something else.", output.len());
        Error::new(ErrorCode::Protocol, message)
            .maybe_applied(true)
            .rule("bad-reply")
            .remedy("Check that the image's sh is a usual one, and that /proc is there.")
    })
}

/// Adds which process it was that may run.
pub fn about(mut error: Error, process_id: &str) -> Error {
    if error.maybe_applied {
        error = error.detail("process-id", process_id);
    }
    error
}

pub fn execute<T: Transport>(
    call: &Call<'_, T>,
    toolbox: &Toolbox<'_>,
    mark: String,
    execution: &Execution<'_>,
) -> Result<Answered, Error> {
    let executed = call.client.execute(toolbox, execution)?;
    Ok(Answered { executed, mark })
}

/// The mark of the lines of one request.
pub fn new_mark<T: Transport>(call: &Call<'_, T>, process_id: &str) -> String {
    shell::mark(process_id, call.client.transport().now().0)
}

/// The process is not known.
pub fn unknown(process_id: &str) -> Error {
    Error::new(ErrorCode::NotFound, format!("The sandbox knows no process {}.", printable(process_id)))
        .rule("process-not-found")
        .remedy("It was never started, or the sandbox was stopped since, which ends and forgets processes.")
}

/// The script was answered, but not to its end.
pub fn incomplete() -> Error {
    Error::new(ErrorCode::Protocol, "What the sandbox tells of the process is not complete.").rule("bad-reply")
}

/// The cursor is not one that a read gave.
pub fn malformed_cursor() -> Error {
    Error::spec("The cursor is not one that a read of this process gave.")
        .rule("malformed-cursor")
        .detail("path", "cursor")
        .remedy("Leave it out to read from the beginning.")
}

/// An id of the caller's as it is shown to people.
pub fn printable(process_id: &str) -> String {
    process_id.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
