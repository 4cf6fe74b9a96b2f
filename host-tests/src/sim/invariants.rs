//! The promises, held against the ground truth after a simulation.

use std::collections::BTreeMap;
use std::time::Duration;

use fake_daytona::{Cause, RecordedRequest, SandboxView, Timestamp};

use super::evidence::{Evidence, given_up, is_duplicate, shows_past};
use super::identity::{self, KEY};
use super::journal::{Outcome, Violation};
use super::lifetimes;
use super::performed;
use super::session::{End, Session};
use super::witness::is_live;

/// Every promise that was not kept.
pub fn check(evidence: &Evidence<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for session in &evidence.organization.plan.sessions {
        once(evidence, session, &mut found);
        asked_for(evidence, session, &mut found);
        lifetimes::check(evidence, session, &mut found);
        ended(evidence, session, &mut found);
        honest(evidence, session, &mut found);
        if evidence.features.adoption {
            agreed(evidence, session, &mut found);
        }
    }
    performed::check(evidence, &mut found);
    strangers(evidence, &mut found);
    secret(evidence, &mut found);
    found
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
    for view in evidence.of(session) {
        if let Some(earlier) = last
            && given_up(earlier).is_none_or(|end| end > view.created_at)
            && !is_duplicate(evidence, view)
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
    let asked: Vec<Timestamp> = evidence
        .calls(session)
        .filter(|entry| {
            matches!(entry.outcome, Outcome::Event("asks for the end" | "forgets" | "parks" | "has ended it"))
        })
        .map(|entry| entry.begun)
        .collect();
    for view in evidence.of(session) {
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
    !evidence.organization.plan.generation.has_names() && evidence.of(session).any(rival)
}

/// What the platform has ended or forgotten is gone in the end: in calm weather by its own ending, else by the clean-up.
fn ended(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    let calm = evidence.organization.plan.is_calm() && session.end == End::Terminate && session.crashes.is_empty();
    let by_itself = calm && is_promised_whole(evidence, session);
    if !evidence.features.inventory && !by_itself {
        return;
    }
    if let Some(view) = evidence.of(session).find(|view| is_live(view)) {
        let what = format!("{} is {} after the platform has ended the session", view.id, view.state);
        found.push(Violation { promise: "left", session: Some(session.number), at: evidence.organization.now(), what });
    }
}

/// How late a request may arrive that seemed lost.
const LATEST: Duration = Duration::from_secs(70);

/// An error without `maybe-applied` has created nothing.
fn honest(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    if session.twin.is_some() {
        return;
    }
    for entry in evidence.calls(session).filter(|entry| entry.verb == "provision") {
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
        if let Some(view) = evidence.of(session).find(during) {
            let what = format!("{} was created by a call that says it did nothing: {error}", view.id);
            found.push(Violation { promise: "honest", session: Some(session.number), at: entry.ended, what });
        }
    }
}

/// Provisioning a session that is there gives the handle of what is there.
fn agreed(evidence: &Evidence<'_>, session: &Session, found: &mut Vec<Violation>) {
    if !evidence.organization.plan.generation.has_names() {
        return;
    }
    let name = identity::name(&session.id);
    let ids: Vec<String> = evidence.of(session).map(|view| view.id.clone()).collect();
    for entry in evidence.calls(session).filter(|entry| entry.verb == "provision") {
        let Outcome::Handle(handle) = &entry.outcome else { continue };
        // What a server shows of the past cannot be told from the present.
        let during = |at: Timestamp| entry.begun <= at && at <= entry.ended;
        if evidence.requests.iter().any(|request| during(request.at) && shows_past(request, &name, &ids)) {
            continue;
        }
        let other = evidence.of(session).find(|view| {
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
    for id in &evidence.organization.of_others() {
        let touched =
            evidence.requests.iter().find(|request| request.method != "GET" && request.route.contains(id.as_str()));
        // A copy has the time to live of what it was copied from.
        let ended = |view: &&SandboxView| {
            !view.alive && view.history.last().is_none_or(|moment| moment.cause != Cause::TimeToLive)
        };
        let gone = evidence.sandboxes.iter().find(|view| view.id == *id).filter(ended);
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
