//! The promises about what ran in sandboxes, held against what really ran.

use std::collections::BTreeMap;

use fake_daytona::{ProgramRun, SandboxView, Timestamp};

use super::evidence::Evidence;
use super::journal::{Expected, Violation};
use super::organization::Organization;

/// What runs, or has run, of these words since the sandbox was started last.
pub fn current_run(organization: &Organization, sandbox: &str, argv: &[String]) -> Option<ProgramRun> {
    let boot = organization.fake.sandbox(sandbox)?.booted_at?;
    let runs = organization.fake.program_runs();
    runs.into_iter().find(|run| run.sandbox_id == sandbox && run.argv == argv && run.boot == Some(boot))
}

/// Whether something that was launched before that moment works now.
pub fn works(organization: &Organization, view: &SandboxView, before: Timestamp) -> bool {
    organization
        .fake
        .program_runs()
        .iter()
        .any(|run| run.launched && run.sandbox_id == view.id && run.ended_at.is_none() && run.started_at < before)
}

/// Whether something that was launched was at work when the sandbox stopped.
pub fn was_stopped_at_work(evidence: &Evidence<'_>, view: &SandboxView, stop: Timestamp, until: Timestamp) -> bool {
    evidence.programs.iter().any(|run| {
        let ended = run.ended_at.is_some_and(|at| stop <= at && at <= until);
        run.launched && run.sandbox_id == view.id && ended && run.exit_code.is_none()
    })
}

/// Since when nothing that was launched in the last boot of a sandbox works; none where something does.
pub fn idle_since(evidence: &Evidence<'_>, view: &SandboxView) -> Option<Timestamp> {
    let boot = view.runs.last().map(|run| run.started_at);
    let launched = evidence.programs.iter().filter(|run| run.launched && run.sandbox_id == view.id && run.boot == boot);
    // What the stop itself has ended was at work.
    let ends: Vec<_> = launched.map(|run| run.ended_at.filter(|_| run.exit_code.is_some())).collect();
    if ends.iter().any(Option::is_none) {
        return None;
    }
    let called = evidence.about(view).filter(|request| request.method == "POST" && is_toolbox_activity(request));
    let called = called.map(|request| request.at);
    Some(ends.into_iter().flatten().chain(called).max().unwrap_or(view.created_at))
}

/// A call of the toolbox that counts as activity.
pub fn is_toolbox_activity(request: &fake_daytona::RecordedRequest) -> bool {
    request.route.starts_with("/toolbox") && request.header("x-daytona-skip-last-activity-update").is_none()
}

/// Every promise that was not kept.
pub fn check(evidence: &Evidence<'_>, found: &mut Vec<Violation>) {
    let mut runs: BTreeMap<_, usize> = BTreeMap::new();
    for run in evidence.programs {
        *runs.entry((&run.sandbox_id, run.boot.map(|at| at.as_millis()), &run.argv)).or_default() += 1;
    }
    for ((sandbox, _, argv), count) in runs.into_iter().filter(|(_, count)| *count > 1) {
        let at = evidence.programs.iter().rfind(|run| run.argv == *argv).map(|run| run.started_at);
        let what = format!("{argv:?} ran {count} times in {sandbox}");
        found.push(violation("twice", at.unwrap_or_else(|| evidence.organization.now()), what));
    }
    for expected in evidence.organization.expectations() {
        match expected {
            Expected::NotRun { sandbox, argv, at } if !may_come_late(evidence, &sandbox, at) => {
                if let Some(run) = evidence.programs.iter().find(|run| run.argv == argv) {
                    let what = format!("{argv:?} was refused, and ran at {}", run.started_at.rfc3339());
                    found.push(violation("refused", at, what));
                }
            }
            Expected::NotCaptured { name, source, at } if !may_come_late(evidence, &source, at) => {
                let snapshots = evidence.organization.fake.snapshots();
                let is_of_it = |source_id: &Option<String>| source_id.as_deref() == Some(source.as_str());
                if snapshots.iter().any(|view| view.name == name && is_of_it(&view.source_sandbox_id)) {
                    found.push(violation("refused", at, format!("the capture {name} was refused, and is there")));
                }
            }
            Expected::NotRun { .. } | Expected::NotCaptured { .. } => {}
        }
    }
}

/// Whether something was sent to a sandbox until then that a proxy delivers later, or once more.
fn may_come_late(evidence: &Evidence<'_>, sandbox: &str, at: Timestamp) -> bool {
    evidence.requests.iter().any(|request| {
        let late = matches!(request.fault, Some("delay" | "reset-then-apply" | "apply-again-after"));
        late && request.method == "POST" && request.at <= at && request.route.contains(sandbox)
    })
}

fn violation(promise: &'static str, at: Timestamp, what: String) -> Violation {
    Violation { promise, session: None, at, what }
}
