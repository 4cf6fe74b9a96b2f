//! The promises, held against the ground truth after a simulation.

use std::collections::BTreeMap;
use std::time::Duration;

use fake_daytona::{Cause, Desired, RecordedRequest, SandboxView, State, Timestamp};

use super::features::Features;
use super::journal::{Entry, Outcome, Violation};
use super::organization::{KEY, Organization};
use super::plan::{End, Session};
use super::rng::minutes;
use super::witness::{is_live, is_of};

/// The server looks for idle sandboxes every ten seconds, writes activity as often, counts in whole minutes, and requests
/// take their time.
const SLACK: Duration = Duration::from_secs(120);

/// Whether the end of idle sessions is promised on servers without `last-activity`, too. Not yet: there the interval is
/// raised instead, and what was raised outlives a restart.
const OLD_SERVERS: bool = false;

/// Everything that can be asked after the end.
pub struct Evidence<'a> {
    pub organization: &'a Organization,
    pub features: Features,
    pub entries: &'a [Entry],
    pub sandboxes: &'a [SandboxView],
    pub requests: &'a [RecordedRequest],
}

/// Every promise that was not kept.
pub fn check(evidence: &Evidence<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for session in &evidence.organization.plan.sessions {
        once(evidence, session, &mut found);
        asked_for(evidence, session, &mut found);
        let modern = evidence.organization.plan.generation.has_activity() || OLD_SERVERS;
        if modern {
            idle(evidence, session, &mut found);
        }
        ended(evidence, session, &mut found);
        honest(evidence, session, &mut found);
        if evidence.features.keep_alive {
            at_work(evidence, session, &mut found);
        }
        if evidence.features.keep_alive && modern {
            finished(evidence, session, &mut found);
        }
        if evidence.features.inventory {
            late(evidence, session, &mut found);
        }
        if evidence.features.adoption {
            agreed(evidence, session, &mut found);
        }
    }
    strangers(evidence, &mut found);
    secret(evidence, &mut found);
    found
}

fn of<'a>(evidence: &'a Evidence<'_>, session: &'a Session) -> impl Iterator<Item = &'a SandboxView> {
    evidence.sandboxes.iter().filter(|view| is_of(view, session))
}

fn calls<'a>(evidence: &'a Evidence<'_>, session: &'a Session) -> impl Iterator<Item = &'a Entry> {
    evidence.entries.iter().filter(|entry| entry.session == session.number)
}

/// Since when nobody means it to exist any more.
fn given_up(view: &SandboxView) -> Option<Timestamp> {
    let ends =
        |moment: &&fake_daytona::Moment| moment.desired == Desired::Destroyed || moment.state == State::Destroyed;
    view.history.iter().find(ends).map(|moment| moment.at)
}

/// Requests about this sandbox, by id or name.
fn about<'a>(evidence: &'a Evidence<'_>, view: &'a SandboxView) -> impl Iterator<Item = &'a RecordedRequest> {
    let named = view.created_name != view.id;
    evidence.requests.iter().filter(move |request| {
        request.route.contains(&view.id) || (named && request.route.contains(&view.created_name))
    })
}

/// Whether everything is promised of this session. On servers without names, labels and lists have to do, and only what
/// nobody disturbs can be promised.
fn is_promised_whole(evidence: &Evidence<'_>, session: &Session) -> bool {
    let plan = &evidence.organization.plan;
    let undisturbed = plan.is_calm() && plan.lag.is_zero() && session.twin.is_none() && session.crashes.is_empty();
    plan.generation.has_names() || (evidence.features.adoption && undisturbed)
}

/// No session ever has two live sandboxes.
fn once(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    if !is_promised_whole(evidence, session) {
        return;
    }
    let mut last: Option<&SandboxView> = None;
    for view in of(evidence, session) {
        if let Some(earlier) = last
            && given_up(earlier).is_none_or(|end| end > view.created_at)
            && !given_up(view).is_some_and(|end| is_rival(evidence, session, view, end))
        {
            let what = format!("{} was created while {} was there", view.id, earlier.id);
            found.push(Violation { promise: "once", session: Some(session.number), at: view.created_at, what });
        }
        if last.is_none_or(|earlier| given_up(earlier) < given_up(view)) || given_up(view).is_none() {
            last = Some(view);
        }
    }
}

/// Nothing is stopped or destroyed by request unless the platform asked for it.
fn asked_for(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    let asked: Vec<Timestamp> = calls(evidence, session)
        .filter(|entry| {
            matches!(entry.outcome, Outcome::Event("asks for the end" | "forgets" | "parks" | "has ended it"))
        })
        .map(|entry| entry.begun)
        .collect();
    for view in of(evidence, session) {
        let broke = view.history.iter().find(|moment| moment.state.is_errored()).map(|moment| moment.at);
        for stop in view.stops().filter(|moment| moment.cause == Cause::Request) {
            let meant = asked.iter().any(|at| *at <= stop.at)
                || broke.is_some_and(|at| at <= stop.at)
                || is_rival(evidence, session, view, stop.at);
            if !meant {
                let what = format!("{} was ended or stopped, and nobody had asked for it", view.id);
                found.push(Violation { promise: "asked", session: Some(session.number), at: stop.at, what });
            }
        }
    }
}

/// On a server without names a session may get a second sandbox, and one of the two is taken away again.
fn is_rival(evidence: &Evidence<'_>, session: &Session, view: &SandboxView, at: Timestamp) -> bool {
    let rival = |other: &SandboxView| {
        other.id != view.id && other.created_at <= at && given_up(other).is_none_or(|end| end >= at)
    };
    !evidence.organization.plan.generation.has_names() && of(evidence, session).any(rival)
}

/// Nothing runs on for longer than its interval after its start and the last that was done to it; looks are nothing.
fn idle(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    for view in of(evidence, session) {
        let acts =
            about(evidence, view).filter(|request| request.method == "POST" || request.route.starts_with("/toolbox"));
        let contact = acts.map(|request| request.at).max().unwrap_or(view.created_at);
        let limit = |since: Timestamp| contact.max(since) + session.interval() + SLACK;
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

/// What the platform has ended or forgotten is gone in the end: in calm weather by its own ending, else by the clean-up.
fn ended(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    let calm = evidence.organization.plan.is_calm() && session.end == End::Terminate && session.crashes.is_empty();
    let by_itself = calm && is_promised_whole(evidence, session);
    if !evidence.features.inventory && !by_itself {
        return;
    }
    if let Some(view) = of(evidence, session).find(|view| is_live(view)) {
        let what = format!("{} is {} after the platform has ended the session", view.id, view.state);
        found.push(Violation { promise: "left", session: Some(session.number), at: evidence.organization.now(), what });
    }
}

/// In calm weather nothing outlives the platform's interest by more than it takes to find it twice.
fn late(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    let plan = &evidence.organization.plan;
    let forgets = |entry: &&Entry| matches!(entry.outcome, Outcome::Event("forgets"));
    let Some(forgotten) = calls(evidence, session).filter(forgets).map(|entry| entry.ended).max() else { return };
    if !plan.is_calm() || !plan.generation.has_names() {
        return;
    }
    for view in of(evidence, session) {
        let orphan = forgotten.max(view.created_at + Duration::from_secs(plan.min_age_sec.into()));
        let limit = orphan + plan.reconciles * 2 + SLACK * 2;
        let end = given_up(view).unwrap_or_else(|| evidence.organization.now());
        if end > limit {
            let what = format!("{} was there until {}, though nobody knew its session", view.id, end.rfc3339());
            found.push(Violation { promise: "late", session: Some(session.number), at: end, what });
        }
    }
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

/// How late a request may arrive that seemed lost.
const LATEST: Duration = Duration::from_secs(70);

/// An error without `maybe-applied` has created nothing.
fn honest(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    if session.twin.is_some() {
        return;
    }
    for entry in calls(evidence, session).filter(|entry| entry.verb == "provision") {
        let Outcome::Refused(error) = &entry.outcome else { continue };
        let during = |view: &&SandboxView| {
            entry.begun <= view.created_at
                && view.created_at <= entry.ended
                && given_up(view).is_none_or(|end| end > entry.ended)
        };
        // What an earlier call sent may arrive a minute late.
        let earlier = |request: &&RecordedRequest| {
            let late = matches!(request.fault, Some("delay" | "reset-then-apply" | "apply-again-after"));
            late && request.method == "POST" && request.at < entry.begun && entry.begun - request.at < LATEST
        };
        if evidence.requests.iter().any(|request| earlier(&request)) || error.maybe_applied {
            continue;
        }
        if let Some(view) = of(evidence, session).find(during) {
            let what = format!("{} was created by a call that says it did nothing: {error}", view.id);
            found.push(Violation { promise: "honest", session: Some(session.number), at: entry.ended, what });
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
        about(evidence, view).filter(|request| request.fault.is_some()).map(|request| request.at).collect();
    calls(evidence, session)
        .filter(
            |entry| matches!(&entry.outcome, Outcome::State(state) if state.status == sandbox_host::Status::Running),
        )
        .filter(move |entry| !disturbed.iter().any(|at| entry.begun <= *at && *at <= entry.ended))
}

/// No working agent is stopped by idleness as long as its session is looked at and its deadline is not reached.
fn at_work(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    if !evidence.organization.plan.generation.has_activity() {
        return;
    }
    // A look renews when a third of the interval has passed, so after one two thirds are left at least.
    let window = (session.interval() * 2 / 3).saturating_sub(SLACK);
    for view in of(evidence, session) {
        // An extension may also shorten.
        let deadline = deadlines(evidence, session, view, true).into_iter().min().unwrap_or(view.created_at);
        for stop in view.stops().filter(|moment| moment.cause == Cause::Idle && moment.at < deadline) {
            let killed = view
                .runs
                .iter()
                .any(|run| run.was_killed() && run.ended_at.is_some_and(|at| stop.at <= at && at <= stop.at + SLACK));
            let since =
                running_since(view, stop.at).into_iter().map(|(since, _)| since).rfind(|since| *since <= stop.at);
            let since = since.unwrap_or(view.created_at);
            let looked = good_looks(evidence, session, view)
                .find(|look| since <= look.begun && look.begun < stop.at && stop.at - look.begun < window);
            if let Some(look) = looked.filter(|_| killed) {
                let what = format!("{} was stopped at work, looked at only at {}", view.id, look.begun.rfc3339());
                found.push(Violation { promise: "killed", session: Some(session.number), at: stop.at, what });
            }
        }
    }
}

/// How long a session may last, counted from its creation.
fn lifetime(session: &Session) -> Duration {
    session.max_duration_sec.map_or(minutes(7 * 24 * 60), |seconds| Duration::from_secs(seconds.into()))
}

/// When a session's time is over: its deadline, or the one that it was given later. `doubtful`: also where it is not sure
/// that the extension arrived.
fn deadlines(evidence: &Evidence<'_>, session: &Session, view: &SandboxView, doubtful: bool) -> Vec<Timestamp> {
    let seconds = session.extends.map_or(0, |(_, seconds)| seconds);
    let extended = calls(evidence, session)
        .filter(|entry| entry.verb == "extend" && (doubtful || matches!(entry.outcome, Outcome::State(_))))
        .map(|entry| entry.ended + Duration::from_secs(seconds.into()));
    std::iter::once(view.created_at + lifetime(session)).chain(extended).collect()
}

/// What has finished, or hangs past its deadline, is not kept.
fn finished(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    for view in of(evidence, session) {
        let exit = view.runs.last().filter(|run| run.exit_code.is_some()).and_then(|run| run.ended_at);
        let interval = session.interval();
        let latest = deadlines(evidence, session, view, true).into_iter().max();
        let limits = [
            (exit.map(|at| at + interval * 4 / 3 + session.poll + SLACK), Duration::ZERO, "its agent had ended"),
            // Whoever provisions a parked session again gives it its time anew.
            (latest.map(|deadline| deadline + interval + SLACK), lifetime(session), "its deadline had passed"),
        ];
        for (limit, anew, why) in limits {
            let Some(limit) = limit else { continue };
            // A run that began later was asked for, and has an interval of its own.
            let over = running_since(view, evidence.organization.now())
                .into_iter()
                .find(|(since, until)| *until > limit.max(*since + anew + interval + SLACK));
            let disturbed = about(evidence, view).any(|request| request.fault.is_some());
            if let Some((_, until)) = over.filter(|_| !disturbed) {
                let what = format!("{} ran until {}, though {why}", view.id, until.rfc3339());
                found.push(Violation { promise: "kept", session: Some(session.number), at: until, what });
            }
        }
    }
}

/// Provisioning a session that is there gives the handle of what is there.
fn agreed(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    if !evidence.organization.plan.generation.has_names() {
        return;
    }
    for entry in calls(evidence, session).filter(|entry| entry.verb == "provision") {
        let Outcome::Handle(handle) = &entry.outcome else { continue };
        let other = of(evidence, session).find(|view| {
            view.id != handle.external_id
                && view.created_at < entry.begun
                && given_up(view).is_none_or(|end| end > entry.ended)
        });
        if let Some(view) = other {
            let what = format!("{} was handed out, while {} was there before and after", handle.external_id, view.id);
            found.push(Violation { promise: "agree", session: Some(session.number), at: entry.ended, what });
        }
    }
}

/// Nothing that is not ours is ever touched.
fn strangers(evidence: &Evidence<'_>, found: &mut Vec<Violation>) {
    let begun = evidence.entries.first().map(|entry| entry.begun);
    for id in &evidence.organization.strangers {
        let touched =
            evidence.requests.iter().find(|request| request.method != "GET" && request.route.contains(id.as_str()));
        let gone = evidence.sandboxes.iter().find(|view| view.id == *id).filter(|view| !view.alive);
        if touched.is_some() || gone.is_some() {
            let at = touched.map(|request| request.at).or(begun).unwrap_or_else(|| evidence.organization.now());
            let what = format!("{id} of somebody else was touched: {:?}", touched.map(|request| &request.route));
            found.push(Violation { promise: "strangers", session: None, at, what });
        }
    }
}

/// The key is in the Authorization header and nowhere else.
fn secret(evidence: &Evidence<'_>, found: &mut Vec<Violation>) {
    for request in evidence.requests {
        let in_body = request.body.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        let in_line = request.path_and_query().contains(KEY);
        let elsewhere = request.headers.iter().any(|(name, value)| name != "authorization" && value.contains(KEY));
        if in_body || in_line || elsewhere {
            let what = format!("the key is in {} {}", request.method, request.route);
            found.push(Violation { promise: "secret", session: None, at: request.at, what });
        }
    }
}

/// Violations by promise.
pub fn by_promise(found: &[Violation]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for violation in found {
        *counts.entry(violation.promise).or_default() += 1;
    }
    counts
}
