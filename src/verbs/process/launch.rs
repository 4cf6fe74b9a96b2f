//! Starting a command in the background.

use super::command::{Limit, check, check_id};
use super::exec::{new_id, refused, start_line};
use super::line_call::{BACKSTOP_SEC, Running, about, check_session, execute, new_mark, running, verdict};
use crate::contract::process::Command;
use crate::daytona::Execution;
use crate::error::Error;
use crate::http::{MAX_REPLY, Repeat, Transport};
use crate::sandbox::labels::{AGENT_EXIT, LAUNCHED};
use crate::sandbox::shell::MAX_KEPT;
use crate::verbs::call::Call;
use crate::verbs::relabel::relabel;
use crate::verbs::target::Target;

const LIMIT: Limit = Limit { default: 16 * 1024 * 1024, max: MAX_KEPT };

/// Longest timeout in milliseconds: as long as the number allows.
const MAX_TIMEOUT_MS: u32 = u32::MAX;

/// Tenths of a second between TERM and KILL when its time is up.
const GRACE: u64 = 50;

/// The value of [`LAUNCHED`].
const YES: &str = "true";

/// Starts a command and returns its id. Three requests in the good case, one of them for a label that the sandbox needs once.
pub fn launch<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    command: &Command,
    process_id: Option<String>,
) -> Result<String, Error> {
    let checked = check(command, &LIMIT, MAX_TIMEOUT_MS, call.client.secret())?;
    if let Some(id) = &process_id {
        check_id("process-id", id, call.client.secret())?;
    }
    let Running { dialect, sandbox, toolbox } = running(call, target)?;
    check_session(call, &sandbox)?;
    // Written before it starts: whatever happens then, the sandbox is looked into.
    if sandbox.label(LAUNCHED) != Some(YES) || sandbox.label(AGENT_EXIT).is_some() {
        relabel(call, target, dialect, &sandbox, &[AGENT_EXIT, LAUNCHED], &[(LAUNCHED, YES)])?;
    }
    let repeat = if process_id.is_some() { Repeat::Broken } else { Repeat::Throttled };
    let process_id = process_id.unwrap_or_else(|| new_id(call, target, "launch", &command.argv));
    let mark = new_mark(call, &process_id);
    let timeout_ms = checked.timeout_ms.map(u64::from);
    let line = start_line(&checked.program, &process_id, &mark, "launch", checked.limit, timeout_ms, GRACE);
    let execution = Execution {
        line: &line,
        timeout_sec: BACKSTOP_SEC,
        is_activity: true,
        repeat,
        until: call.client.deadline(),
        max_reply: MAX_REPLY,
    };
    let answered = execute(call, &toolbox, mark, &execution).map_err(|error| about(error, &process_id))?;
    let said = verdict(&answered).map_err(|error| about(error, &process_id))?;
    refused(&said, &process_id)?;
    Ok(process_id)
}
