//! Whether what was launched in a sandbox works: it counts as the agent, beside the launch command.

use super::agent::Agent;
use crate::daytona::{Execution, Sandbox, Toolbox};
use crate::http::{MAX_REPLY, Repeat, Transport};
use crate::sandbox::shell::{self, Line, Script, reply};
use crate::verbs::call::Call;
use crate::verbs::target::Target;
use crate::verbs::toolbox;

/// What is known of the agent together with all that was launched; none where that cannot be told. `agent` is what is known of
/// the launch command, which is not seen to run; `answered`: the toolbox said so just before.
pub fn judge<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    sandbox: &Sandbox,
    agent: Agent,
    answered: bool,
) -> Option<Agent> {
    let left_ms = call.client.left_ms();
    let took_ms = u64::from(call.deadline_ms).saturating_sub(left_ms) / if answered { 2 } else { 1 };
    // Where that would take as long again, no time would be left to keep the sandbox alive without an answer.
    if took_ms > left_ms / LOOK_PART {
        return None;
    }
    let toolbox = toolbox::of(call, target, sandbox).ok()?;
    let seen = look(call, &toolbox)?;
    if seen.running > 0 {
        return Some(Agent::Running);
    }
    match (agent, seen.last_code) {
        (Agent::Unknown, Some(code)) if has_no_command(call, &toolbox) => Some(Agent::Exited(code)),
        (agent, _) => Some(agent),
    }
}

/// Whether the daemon says that there is no launch command. Older ones have no session of it although there is one.
fn has_no_command<T: Transport>(call: &Call<'_, T>, toolbox: &Toolbox<'_>) -> bool {
    let answer = call.client.launch_command(toolbox, call.client.deadline());
    matches!(answer, Ok(None)) && call.client.knows_sessions(toolbox) == Some(true)
}

/// What was launched in this run of the sandbox.
struct Seen {
    running: u32,
    /// Of the one that ended last; none where none has ended, or nobody knows with which code.
    last_code: Option<i64>,
}

/// Longest time that a look may take, in seconds, and the part of what is left of the call.
const MAX_LOOK_SEC: u64 = 10;
const LOOK_PART: u64 = 2;

fn look<T: Transport>(call: &Call<'_, T>, toolbox: &Toolbox<'_>) -> Option<Seen> {
    let now = call.client.transport().now();
    let mark = shell::mark("look", now.0);
    let mut line = Line::new(Script::Look, "");
    line.words([mark.as_str(), "-"]);
    let execution = Execution {
        line: &line.finish(),
        timeout_sec: MAX_LOOK_SEC,
        is_activity: true,
        repeat: Repeat::Never,
        until: now.plus_ms((call.client.left_ms() / LOOK_PART).min(MAX_LOOK_SEC * 1_000)),
        max_reply: MAX_REPLY,
    };
    let executed = call.client.execute(toolbox, &execution).ok()?;
    match reply::verdict(&executed.output, &mark)?.as_slice() {
        ["end", running, _ended, code] => Some(Seen { running: running.parse().ok()?, last_code: code.parse().ok() }),
        _ => None,
    }
}
