//! Whether the agent of a sandbox works, and the labels that remember it.
//!
//! An exit code that the toolbox shows is not always one of the present run. When a sandbox is killed rather than stopped,
//! the file with the code of an agent that had ended before stays, the next start only appends to it, and the old code
//! shows at once although the command runs again. So each start of ours writes a label first. While it is there a code is
//! in doubt, which means that the sandbox is kept alive; it is taken off as soon as the command has once been seen without a
//! code. The first look after a start is made at the first poll, so that only an agent that ends before that poll stays
//! in doubt, until the session expires.
//!
//! What remains: a sandbox that was killed and then started from Daytona's dashboard has no such label, so an old code of
//! it is believed.

use crate::daytona::{Dialect, Entrypoint, Rejection, Sandbox};
use crate::http::url::BaseUrl;
use crate::http::{Instant, Transport};
use crate::moment::Moment;
use crate::sandbox::labels::{AGENT_EXIT, STARTED_AGAIN};
use crate::sandbox::{expiry, state};
use crate::verbs::call::Call;
use crate::verbs::relabel::{relabel, reread};
use crate::verbs::target::Target;
use crate::verbs::toolbox;

/// Longest time that a look into the sandbox may take, in milliseconds.
const MAX_LOOK_MS: u64 = 5_000;

/// A look may take this part of what is left of the call.
const LOOK_PART: u64 = 3;

/// Idle intervals, and seconds in addition, between a mark and what counts as activity after it. The mark has the last
/// activity before the look that found the end. The look is activity too, and so is the stop that follows it, each up to
/// an interval later; and servers write activity late.
const SETTLING_INTERVALS: i64 = 2;
const SETTLING_SEC: i64 = 60;

const SECONDS_PER_MINUTE: i64 = 60;

/// Values of [`STARTED_AGAIN`].
const NEW: &str = "new";
const UNSEEN: &str = "unseen";

/// The label that is written before a start.
pub const STARTED: (&str, &str) = (STARTED_AGAIN, NEW);

/// What is known of the agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Agent {
    Running,
    Exited(i64),
    Unknown,
}

/// The exit code that was marked, unless something has happened in the sandbox since: then the command may run again.
///
/// One that somebody starts from Daytona's dashboard while its mark still holds is therefore not kept alive.
pub fn marked_exit(sandbox: &Sandbox) -> Option<i64> {
    let (code, date) = sandbox.label(AGENT_EXIT)?.split_once('@')?;
    let interval = i64::from(sandbox.auto_stop_minutes.unwrap_or_default()) * SECONDS_PER_MINUTE;
    let holds = interval * SETTLING_INTERVALS + SETTLING_SEC;
    let marked = Moment::parse_rfc3339(date);
    let stale = marked.zip(sandbox.last_activity_at).is_some_and(|(marked, last)| last.since(marked) > holds);
    if stale { None } else { code.parse().ok() }
}

/// Whether the sandbox was started again and nobody has looked into it since.
pub fn first_look(sandbox: &Sandbox) -> bool {
    sandbox.label(STARTED_AGAIN) == Some(NEW)
}

/// What an answer of the toolbox proves.
pub fn judge(sandbox: &Sandbox, answer: Option<Entrypoint>) -> Agent {
    match answer {
        Some(Entrypoint::Running) => Agent::Running,
        Some(Entrypoint::Exited(code)) if is_proof(sandbox, code) => Agent::Exited(code),
        Some(Entrypoint::Exited(_)) | None => Agent::Unknown,
    }
}

/// Whether a code is one of the present run. Where an old one was left behind, a readable code is that one: the file of a
/// run that has ended as well has two of them, which the toolbox cannot read.
fn is_proof(sandbox: &Sandbox, code: i64) -> bool {
    let known = sandbox.label(STARTED_AGAIN);
    known.is_none_or(|known| known.parse::<i64>().is_ok_and(|left_behind| left_behind != code))
}

/// Asks the toolbox, where it may be called. An error says why there is no answer, where somebody can do something
/// about it.
pub fn ask<T: Transport>(call: &Call<'_, T>, target: &Target, sandbox: &Sandbox) -> Result<Entrypoint, Option<String>> {
    let url = toolbox_url(call, target, sandbox)?;
    let now = call.client.transport().now();
    let left_ms = call.client.deadline().ms_since(now);
    let max_ms = (left_ms / LOOK_PART).min(MAX_LOOK_MS);
    // What took longer so far would take as long again, and leave no time to keep the sandbox alive without an answer.
    if u64::from(call.deadline_ms).saturating_sub(left_ms) > max_ms {
        return Err(Some(
            "Daytona answers so slowly that the call's deadline leaves no time to ask the toolbox.".to_owned(),
        ));
    }
    call.client
        .entrypoint(&url, &target.id, now.plus_ms(max_ms))
        .ok_or_else(|| Some(toolbox::problem(url.origin(), "does not tell whether the agent runs")))
}

/// Until when a look into the sandbox may take.
pub fn look_until<T: Transport>(call: &Call<'_, T>) -> Instant {
    let max_ms = (call.client.left_ms() / LOOK_PART).min(MAX_LOOK_MS);
    call.client.transport().now().plus_ms(max_ms)
}

/// Where the toolbox may be called. An error says why nowhere, where somebody can do something about it.
pub fn toolbox_url<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    sandbox: &Sandbox,
) -> Result<BaseUrl, Option<String>> {
    toolbox::of(call, target, sandbox).map(|toolbox| toolbox.url).map_err(|unreached| unreached.problem())
}

/// Writes down what a look found: the end of an agent, or what it means for later codes.
///
/// Labels are replaced all at once, so they are read again directly before; what somebody else writes between that and the
/// write is lost. Nothing is written where the sandbox runs no longer, or where others were faster.
pub fn note<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    answer: Option<Entrypoint>,
    agent: Agent,
) -> Result<(), Rejection> {
    let again = sandbox.label(STARTED_AGAIN);
    let (label, value) = match (agent, answer) {
        (Agent::Exited(code), _) => {
            let last = expiry::last_activity(sandbox).map(Moment::to_rfc3339);
            (AGENT_EXIT, Some(format!("{code}@{}", last.unwrap_or_default())))
        }
        // What was launched may run as well, which says nothing of the launch command's codes.
        (_, Some(Entrypoint::Running)) if again.is_some() => (STARTED_AGAIN, None),
        (_, answer) if again == Some(NEW) && target.toolbox(call).is_some() => {
            let seen = match answer {
                Some(Entrypoint::Exited(code)) => code.to_string(),
                _ => UNSEEN.to_owned(),
            };
            (STARTED_AGAIN, Some(seen))
        }
        _ => return Ok(()),
    };
    match reread(call, target, dialect)? {
        Some(fresh)
            if state::is_running(dialect, &fresh)
                && marked_exit(&fresh).is_none()
                && fresh.label(STARTED_AGAIN) == again =>
        {
            let with = value.as_deref().map(|value| (label, value));
            relabel(call, target, dialect, &fresh, &[label], with.as_slice())
        }
        _ => Ok(()),
    }
}
