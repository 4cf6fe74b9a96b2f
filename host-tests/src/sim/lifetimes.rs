//! The promises about time: who works is kept, who has ended or is forgotten is not.

use std::time::Duration;

use fake_daytona::{Cause, Generation, SandboxView, State, Timestamp};

use super::evidence::{Evidence, given_up, is_duplicate, undoes_labels};
use super::journal::{Entry, Outcome, Violation};
use super::performed;
use super::plan::Plan;
use super::rng::minutes;
use super::session::Session;

/// The server looks for idle sandboxes every ten seconds, writes activity as often, counts in whole minutes, and requests
/// take their time.
const SLACK: Duration = Duration::from_secs(120);

/// Every promise about time that was not kept for a session.
pub fn check(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    idle(evidence, session, found);
    if evidence.features.keep_alive {
        at_work(evidence, session, found);
        finished(evidence, session, found);
    }
    if evidence.features.inventory {
        late(evidence, session, found);
    }
}

/// Nothing runs on for longer than its interval after its start and the last that was done to it; looks are nothing.
fn idle(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    for view in evidence.of(session) {
        // Without `last-activity`, the interval that was asked for is known from a label alone once it was raised.
        let undone = evidence.requests.iter().any(|request| undoes_labels(request, view));
        if undone && !evidence.organization.plan.generation.has_activity() {
            continue;
        }
        let acts =
            evidence.about(view).filter(|request| request.method == "POST" || request.route.starts_with("/toolbox"));
        let acts = acts.filter(|request| request.header("x-daytona-skip-last-activity-update").is_none());
        let contact = acts.map(|request| request.at).max().unwrap_or(view.created_at);
        // Undisturbed, one that is too many is made to stop soon.
        let soon = is_duplicate(evidence, view) && evidence.organization.plan.is_calm();
        let interval = if soon { minutes(1) } else { session.interval() };
        let limit = |since: Timestamp| contact.max(since) + interval + excess(evidence, view, since) + SLACK;
        let stretches = running_since(view, evidence.organization.now());
        if let Some((since, until)) = stretches.into_iter().find(|(since, until)| *until > limit(*since)) {
            let (since, until, contact) = (since.rfc3339(), until.rfc3339(), contact.rfc3339());
            let what = format!("{} ran from {since} to {until}, with nobody there since {contact}", view.id);
            found.push(Violation {
                promise: "leak",
                session: Some(session.number),
                at: evidence.organization.now(),
                what,
            });
        }
    }
}

/// Calls of `status` that went through undisturbed, while the sandbox ran.
fn good_looks<'a>(
    evidence: &'a Evidence<'_>,
    session: &'a Session,
    view: &'a SandboxView,
) -> impl Iterator<Item = &'a Entry> {
    let disturbed: Vec<Timestamp> =
        evidence.about(view).filter(|request| request.fault.is_some()).map(|request| request.at).collect();
    // On servers without names a session may have a second sandbox, and a look at that one says nothing of this one.
    let looks: Vec<Timestamp> =
        evidence.about(view).filter(|request| request.method == "GET").map(|request| request.at).collect();
    let during = |entry: &Entry, at: &Timestamp| entry.begun <= *at && *at <= entry.ended;
    evidence
        .calls(session)
        .filter(
            |entry| matches!(&entry.outcome, Outcome::State(state) if state.status == sandbox_host::Status::Running),
        )
        .filter(move |entry| !disturbed.iter().any(|at| during(entry, at)))
        .filter(move |entry| looks.iter().any(|at| during(entry, at)))
}

/// No working agent is stopped by idleness as long as its session is looked at and its deadline is not reached.
fn at_work(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    let plan = &evidence.organization.plan;
    if !plan.generation.has_activity() && (!plan.oddities.drawn || !can_be_kept(plan, session)) {
        return;
    }
    // A look renews when a third of the interval has passed, so after one two thirds are left at least.
    let window = (session.interval() * 2 / 3).saturating_sub(SLACK + unseen_by(plan));
    for view in evidence.of(session) {
        // An extension may also shorten.
        let deadline = deadlines(evidence, session, view, true).into_iter().min().unwrap_or(view.created_at);
        let early = early_by(plan, session);
        for stop in view.stops().filter(|moment| moment.cause == Cause::Idle && moment.at + early < deadline) {
            let by_stop = |run: &fake_daytona::Run| {
                run.was_killed() && run.ended_at.is_some_and(|at| stop.at <= at && at <= stop.at + SLACK)
            };
            let killed = (!view.entrypoint.is_empty() && view.runs.iter().any(by_stop))
                || performed::was_stopped_at_work(evidence, view, stop.at, stop.at + SLACK);
            let since =
                running_since(view, stop.at).into_iter().map(|(since, _)| since).rfind(|since| *since <= stop.at);
            let since = since.unwrap_or(view.created_at);
            // One that is under way when the sandbox is stopped was too late to renew anything.
            let looked = good_looks(evidence, session, view)
                .find(|look| since <= look.begun && look.ended < stop.at && stop.at - look.begun < window);
            let missed = plan.oddities.date_ahead < 0 && !is_polled(evidence, session, view, stop.at);
            if let Some(look) = looked.filter(|_| killed && !missed) {
                let what = format!("{} was stopped at work, looked at only at {}", view.id, look.begun.rfc3339());
                found.push(Violation { promise: "killed", session: Some(session.number), at: stop.at, what });
            }
        }
    }
}

/// Whether a sandbox was looked at in every third of its interval before this. By a date that is behind, a renewal seems due
/// later than it is, unless the last activity is later than the date: then one look that is missed may be one too many.
fn is_polled(evidence: &Evidence<'_>, session: &Session, view: &SandboxView, until: Timestamp) -> bool {
    let longest = session.interval() / 3 + SLACK;
    let started = running_since(view, until).into_iter().map(|(since, _)| since).rfind(|since| *since <= until);
    // One that is missed at the beginning is missed as well.
    let mut last = Some(started.unwrap_or(view.created_at));
    for look in good_looks(evidence, session, view).filter(|look| look.ended < until) {
        let recent = until - look.begun < session.interval() + SLACK;
        if recent && last.is_some_and(|last| look.begun - last > longest) {
            return false;
        }
        last = last.max(Some(look.begun));
    }
    last.is_some_and(|last| until - last <= longest)
}

/// Whether a server without `last-activity` can be made to keep a sandbox. Renewing it takes up to eight requests there, and
/// the time since the last renewal, which the server of the provider description tells by nothing but the header `Date`.
fn can_be_kept(plan: &Plan, session: &Session) -> bool {
    let in_time = plan.oddities.delay * 9 < session.deadline.unwrap_or(DEADLINE);
    in_time && (plan.generation != Generation::Documented || plan.oddities.date_ahead == 0)
}

/// How late a look may be told that a renewal is due. On a server that tells no activity, a date that is behind shows only
/// while something of the sandbox was written later than it.
fn unseen_by(plan: &Plan) -> Duration {
    let behind = Duration::from_millis(plan.oddities.date_ahead.min(0).unsigned_abs());
    if plan.generation.has_activity() { Duration::ZERO } else { behind }
}

/// How much too early a session's deadline may be taken for reached, where the dates of replies are off. An extension counts
/// from what the server last wrote of the sandbox then. Only servers that tell the last activity show that a date is ahead.
fn early_by(plan: &Plan, session: &Session) -> Duration {
    let off = Duration::from_millis(plan.oddities.date_ahead.unsigned_abs());
    let ahead = plan.oddities.date_ahead > 0 && !plan.generation.has_activity();
    if ahead { off } else { off.min(session.poll * 2) }
}

/// How much too late a deadline may be taken for reached, where dates are off: once an activity after it is seen, which the
/// first look after it is, or on servers that tell none, by the date.
fn late_by(evidence: &Evidence<'_>, session: &Session, deadline: Timestamp) -> Duration {
    let plan = &evidence.organization.plan;
    let off = Duration::from_millis(plan.oddities.date_ahead.unsigned_abs());
    if !plan.generation.has_activity() {
        return off;
    }
    let looks = evidence.calls(session).filter(|entry| matches!(entry.outcome, Outcome::State(_)));
    let looked = looks.map(|entry| entry.ended).filter(|at| *at > deadline).min();
    // One that is ahead by less than an idle interval shows nowhere, and what is given a new deadline then is given more.
    let unseen = if plan.oddities.date_ahead > 0 { session.interval() } else { Duration::ZERO };
    off.min(looked.map_or(Duration::ZERO, |at| at - deadline) + session.poll * 2) + off.min(unseen)
}

/// How long a session may last, counted from its creation.
fn lifetime(session: &Session) -> Duration {
    session.max_duration_sec.map_or(minutes(7 * 24 * 60), |seconds| Duration::from_secs(seconds.into()))
}

/// When a session's time is over: its deadline, or the one that it was given later. `ambiguous`: also where it is not sure
/// that the extension arrived.
fn deadlines(evidence: &Evidence<'_>, session: &Session, view: &SandboxView, ambiguous: bool) -> Vec<Timestamp> {
    let seconds = session.extends.map_or(0, |(_, seconds)| seconds);
    let extended = evidence
        .calls(session)
        .filter(|entry| entry.verb == "extend" && (ambiguous || matches!(entry.outcome, Outcome::State(_))))
        .map(|entry| entry.ended + Duration::from_secs(seconds.into()));
    let first = view.created_at + lifetime(session);
    // Whoever provisions a session again after its time was over gives it its time anew.
    let anew = evidence
        .calls(session)
        .filter(|entry| entry.verb == "provision" && entry.ended >= first)
        .filter(|entry| matches!(&entry.outcome, Outcome::Handle(handle) if handle.external_id == view.id))
        .map(|entry| entry.ended + lifetime(session));
    std::iter::once(first).chain(extended).chain(anew).collect()
}

/// What has finished, or hangs past its deadline, is not kept.
fn finished(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    for view in evidence.of(session) {
        let exits = view.runs.last().filter(|run| run.exit_code.is_some() && ends_are_seen(evidence, session, view));
        // What was launched in it counts as its agent, and what was done in it as activity.
        let exit = exits.and_then(|run| run.ended_at).zip(performed::idle_since(evidence, view));
        let exit = exit.map(|(command, others)| command.max(others));
        let interval = session.interval();
        let latest = deadlines(evidence, session, view, true).into_iter().max();
        let limits = [
            (exit.map(|at| at + interval * 4 / 3 + session.poll + SLACK), Duration::ZERO, "its agent had ended"),
            // Whoever provisions a parked session again gives it its time anew.
            (
                latest.map(|deadline| deadline + interval + late_by(evidence, session, deadline) + SLACK),
                lifetime(session),
                "its deadline had passed",
            ),
        ];
        for (limit, anew, why) in limits {
            let Some(limit) = limit else { continue };
            // A run that began later was asked for, and has an interval of its own.
            let over = running_since(view, evidence.organization.now()).into_iter().find(|(since, until)| {
                *until > limit.max(*since + anew + interval + SLACK) + excess(evidence, view, *since)
            });
            let disturbed = evidence.about(view).any(|request| request.fault.is_some());
            if let Some((_, until)) = over.filter(|_| !disturbed) {
                let what = format!("{} ran until {}, though {why}", view.id, until.rfc3339());
                found.push(Violation { promise: "kept", session: Some(session.number), at: until, what });
            }
        }
    }
}

/// Whether the toolbox tells in time how the last run of an agent has ended.
fn ends_are_seen(evidence: &Evidence<'_>, session: &Session, view: &SandboxView) -> bool {
    let plan = &evidence.organization.plan;
    // After a hard stop the daemon finds two codes where it expects one, and tells none.
    let unreadable = plan.oddities.hard_stops && view.runs.iter().filter(|run| run.exit_code.is_some()).count() > 1;
    // Replies of servers without `last-activity` name no toolbox.
    // A look may take a third of what is left of a call, which is not asked for where the request before it took longer.
    let deadline = session.deadline.unwrap_or(DEADLINE);
    let in_time = plan.oddities.delay < TOO_SLOW && plan.oddities.delay * 4 < deadline;
    plan.generation.has_activity() && !unreadable && in_time && plan.tasks.daemon_tells_ends()
}

/// How long a look may take that has no deadline of its own.
const DEADLINE: Duration = Duration::from_secs(30);

/// A toolbox that takes so long for every request counts as unreachable.
const TOO_SLOW: Duration = Duration::from_secs(5);

/// In calm weather nothing outlives the platform's interest by more than it takes to find it twice.
fn late(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    let plan = &evidence.organization.plan;
    let forgets = |entry: &&Entry| matches!(entry.outcome, Outcome::Event("forgets"));
    let Some(forgotten) = evidence.calls(session).filter(forgets).map(|entry| entry.ended).max() else { return };
    if !plan.is_calm() || !plan.generation.has_names() {
        return;
    }
    for view in evidence.of(session) {
        let orphan = forgotten.max(view.created_at + Duration::from_secs(plan.min_age_sec.into()));
        let limit = orphan + plan.reconciles * 2 + SLACK * 2;
        let end = given_up(view).unwrap_or_else(|| evidence.organization.now());
        if end > limit {
            let what = format!("{} was there until {}, though nobody knew its session", view.id, end.rfc3339());
            found.push(Violation { promise: "late", session: Some(session.number), at: end, what });
        }
    }
}

/// By how much the end of an idle sandbox may come late that was started at `since`.
///
/// A server without `last-activity` does not say when a sandbox was started, so a raised interval is counted from the
/// creation, and is too long by the time between the two. The server of the provider description tells no time but the header
/// `Date`. Where that is ahead, an interval is raised by as much. Where it is behind, nobody knows how much time has passed,
/// so each look adds a minute, until the session's end at most.
fn excess(evidence: &Evidence<'_>, view: &SandboxView, since: Timestamp) -> Duration {
    let plan = &evidence.organization.plan;
    if plan.generation.has_activity() || !evidence.features.keep_alive {
        return Duration::ZERO;
    }
    let unmeasured = match plan.oddities.date_ahead {
        _ if plan.generation != Generation::Documented => Duration::ZERO,
        ahead @ 0.. => Duration::from_millis(ahead.unsigned_abs()),
        _ => minutes(evidence.about(view).filter(|request| request.route.contains("/autostop/")).count() as u64),
    };
    since - view.created_at + unmeasured
}

/// Stretches in which it was started.
fn running_since(view: &SandboxView, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut stretches = Vec::new();
    let mut since = None;
    for moment in &view.history {
        match (since, moment.state == State::Started) {
            (None, true) => since = Some(moment.at),
            (Some(begun), false) => {
                stretches.push((begun, moment.at));
                since = None;
            }
            _ => {}
        }
    }
    // A broken one that was deleted is hidden: no runner has it.
    if let Some(begun) = since.filter(|_| view.alive) {
        stretches.push((begun, now));
    }
    stretches
}
