//! Ending a process.

use super::command::check_id;
use super::line_call::{BACKSTOP_SEC, Running, execute, new_mark, running, unknown, verdict};
use crate::contract::ErrorCode;
use crate::daytona::Execution;
use crate::error::Error;
use crate::http::{MAX_REPLY, Repeat, Transport};
use crate::sandbox::shell::{self, Line, Script};
use crate::verbs::call::Call;
use crate::verbs::target::Target;

/// Longest time between TERM and KILL, and after KILL, in tenths of a second.
const MAX_GRACE: u64 = 50;

/// Ends a process and all of its group. Two requests in the good case.
pub fn kill<T: Transport>(call: &Call<'_, T>, target: &Target, process_id: &str) -> Result<(), Error> {
    check_id("process-id", process_id, call.client.secret())?;
    let Running { toolbox, .. } = running(call, target)?;
    let mark = new_mark(call, process_id);
    let grace = (call.client.left_ms() / 4 / 100).clamp(1, MAX_GRACE).to_string();
    let mut line = Line::new(Script::Kill, "");
    line.words([mark.as_str(), &shell::directory(process_id), &grace, &grace]);
    let execution = Execution {
        line: &line.finish(),
        timeout_sec: BACKSTOP_SEC,
        is_activity: false,
        repeat: Repeat::Broken,
        until: call.client.deadline(),
        max_reply: MAX_REPLY,
    };
    let answered = execute(call, &toolbox, mark, &execution)?;
    match verdict(&answered)?.as_slice() {
        ["unknown"] => Err(unknown(process_id)),
        ["end", "running"] => Err(Error::new(ErrorCode::Timeout, "The process has not ended yet.")
            .retryable(true)
            .maybe_applied(true)
            .rule("still-running")
            .remedy("Call again; a process that waits for a broken device ends only with the sandbox.")),
        _ => Ok(()),
    }
}
