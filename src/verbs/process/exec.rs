//! Running a command to its end.

use super::command::{Limit, check, check_id};
use super::line_call::{
    BACKSTOP_SEC, Running, about, check_session, execute, new_mark, printable, running, unknown, verdict,
};
use crate::contract::ErrorCode;
use crate::contract::process::{Command, Completion};
use crate::daytona::Execution;
use crate::error::Error;
use crate::http::{Repeat, Transport};
use crate::pairs;
use crate::sandbox::shell::reply::{Standing, Told, told};
use crate::sandbox::shell::{self, Program};
use crate::verbs::call::{Call, LONG_DEADLINE_MS};
use crate::verbs::target::Target;

const LIMIT: Limit = Limit { default: 256 * 1024, max: 1024 * 1024 };

/// Longest timeout in milliseconds: an hour, which is the longest deadline, without what is kept back of it.
const MAX_TIMEOUT_MS: u32 = 3_590_000;

/// What is kept of a deadline for the way to the sandbox and back and for ending what has to be ended: a fifth, and no
/// more than so many milliseconds.
const SPARE_PART: u32 = 5;
const MAX_SPARE_MS: u32 = 10_000;

/// Longest time between TERM and KILL, in tenths of a second.
const MAX_GRACE: u32 = 20;

/// A reply may need six bytes for one of the output, and has numbers of its own.
const JSON_FACTOR: usize = 6;
const JSON_REST: usize = 64 * 1024;

/// The deadline of a call that names none, in milliseconds: the usual one, or what the command's timeout needs.
pub fn deadline_ms(command: &Command) -> u32 {
    match command.timeout_ms {
        Some(timeout) if timeout <= MAX_TIMEOUT_MS => (timeout + MAX_SPARE_MS).max(LONG_DEADLINE_MS),
        _ => LONG_DEADLINE_MS,
    }
}

/// Runs a command and waits for its end. Two requests in the good case.
pub fn exec<T: Transport>(call: &Call<'_, T>, target: &Target, command: &Command) -> Result<Completion, Error> {
    let checked = check(command, &LIMIT, MAX_TIMEOUT_MS, call.client.secret())?;
    let spare_ms = (call.deadline_ms / SPARE_PART).min(MAX_SPARE_MS);
    if let Some(timeout) = checked.timeout_ms.filter(|timeout| timeout.saturating_add(spare_ms) > call.deadline_ms) {
        let message = format!(
            "A command of {timeout} ms does not fit into a deadline of {} ms, of which {spare_ms} are for the way there and back.",
            call.deadline_ms
        );
        return Err(Error::spec(message)
            .rule("deadline-too-short")
            .detail("path", "command.timeout-ms")
            .remedy("Give the call more time than the command, or launch it in the background."));
    }
    let given = pairs::get(&command.extensions, "exec-id");
    if let Some(id) = given {
        check_id("command.extensions.exec-id", id, call.client.secret())?;
    }
    let Running { sandbox, toolbox, .. } = running(call, target)?;
    check_session(call, &sandbox)?;
    let spare_ms = u64::from(spare_ms);
    let timeout_ms = checked.timeout_ms.map_or(call.client.left_ms().saturating_sub(spare_ms).max(1), u64::from);
    let grace = (spare_ms / 2 / 100).clamp(1, u64::from(MAX_GRACE));
    let process_id = given.map_or_else(|| new_id(call, target, "exec", &command.argv), str::to_owned);
    let mark = new_mark(call, &process_id);
    let line = start_line(&checked.program, &process_id, &mark, "exec", checked.limit, Some(timeout_ms), grace);
    let execution = Execution {
        line: &line,
        timeout_sec: timeout_ms.div_ceil(1_000) + grace / 10 + BACKSTOP_SEC,
        is_activity: true,
        // Sent once, although the sandbox would find that it is the same: a second one could not tell more.
        repeat: Repeat::Throttled,
        until: call.client.deadline(),
        max_reply: checked.limit as usize * 2 * JSON_FACTOR + JSON_REST,
    };
    let answered = execute(call, &toolbox, mark, &execution).map_err(|error| about(error, &process_id))?;
    refused(&verdict(&answered)?, &process_id)?;
    let told = told(&answered.executed.output, &answered.mark).ok_or_else(|| unknown(&process_id))?;
    completion(told, process_id)
}

fn completion(told: Told, process_id: String) -> Result<Completion, Error> {
    let truncated = told.stdout.size > told.stdout.bytes || told.stderr.size > told.stderr.bytes;
    let mut details = Vec::new();
    let exit_code = match told.standing {
        Standing::Ended(code) => Some(code),
        Standing::TimedOut => {
            pairs::set(&mut details, "ended-by", "timeout".to_owned());
            None
        }
        Standing::Lost => {
            pairs::set(&mut details, "ended-by", "unknown".to_owned());
            None
        }
        Standing::Running => {
            let error = Error::new(ErrorCode::Timeout, "The command still runs.").retryable(true).maybe_applied(true);
            let error = error.rule("still-running").remedy("Read it by its process-id, or kill it.");
            return Err(about(error, &process_id));
        }
    };
    pairs::set(&mut details, "process-id", process_id);
    Ok(Completion { exit_code, stdout: told.stdout.text, stderr: told.stderr.text, truncated, details })
}

/// What the script that starts a program says instead of starting it.
pub fn refused(verdict: &[&str], process_id: &str) -> Result<(), Error> {
    match verdict {
        ["no-directory"] => Err(Error::spec("The working directory does not exist in the sandbox.")
            .rule("no-such-directory")
            .detail("path", "command.working-directory")
            .remedy("Create it first, or leave it out for the image's own.")),
        ["no-place"] => Err(Error::new(ErrorCode::Unsupported, "Nothing can be written below /tmp in the sandbox.")
            .rule("no-tmp")
            .remedy("Use an image and a user for which /tmp can be written, and look whether the disk is full.")),
        ["other"] => {
            let message = format!("The id {} belongs to another command.", printable(process_id));
            Err(Error::new(ErrorCode::Conflict, message)
                .rule("process-differs")
                .detail("process-id", process_id)
                .remedy("Use another id, or the command that it was first used with."))
        }
        _ => Ok(()),
    }
}

/// An id for a process that the caller gave none.
///
/// There is no randomness, so what differs from call to call has to do: the nanoseconds at which it began and at which the
/// server had answered, the server's date, the sandbox and the command.
pub fn new_id<T: Transport>(call: &Call<'_, T>, target: &Target, kind: &str, argv: &[String]) -> String {
    let (begun, now) = (call.client.deadline().0, call.client.transport().now().0);
    let date = call.client.server_time().map(crate::moment::Moment::to_rfc3339).unwrap_or_default();
    let unique = format!("{kind} {begun} {now} {date} {} {}", target.external_id, argv.join("\0"));
    format!("{kind}-{}", shell::directory(&unique).get(..16).unwrap_or_default())
}

/// The line that starts a program. `timeout_ms`: none for never; `grace`: tenths of a second.
pub fn start_line(
    program: &Program<'_>,
    process_id: &str,
    mark: &str,
    mode: &str,
    limit: u32,
    timeout_ms: Option<u64>,
    grace: u64,
) -> String {
    // What it was, so that another command under the same id is seen. Values of variables rotate, so only their names count.
    let mut parts: Vec<&str> = program.argv.iter().map(String::as_str).collect();
    parts.push(program.directory.unwrap_or_default());
    parts.extend(program.env.iter().map(|(name, _)| name.as_str()));
    // No word has a NUL in it.
    let digest = shell::directory(&format!("{}\0{}", program.argv.len(), parts.join("\0")));
    let (directory, limit, grace) = (shell::directory(process_id), limit.to_string(), grace.to_string());
    let timeout = timeout_ms.map_or("0".to_owned(), |ms| format!("{}.{:03}", ms / 1_000, ms % 1_000));
    program.line([mark, &directory, &digest, mode, &limit, &timeout, &grace])
}
