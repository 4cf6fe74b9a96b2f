//! Ending what nobody wants any more, in two steps, so that one mistake is not enough to end a session that lives.

use super::list::managed;
use crate::contract::ErrorCode;
use crate::contract::inventory::{Action, Mode, Outcome, Report};
use crate::daytona::{Dialect, Reaction, Rejection, Sandbox};
use crate::error::Error;
use crate::http::Transport;
use crate::http::url::Segment;
use crate::moment::Moment;
use crate::sandbox::labels::{DUPLICATE_OF, ORPHAN_SINCE, SESSION};
use crate::verbs::call::Call;
use crate::verbs::locate::is_managed;
use crate::verbs::pages::Cursors;
use crate::verbs::relabel::relabel;
use crate::verbs::target::Target;

/// Nothing more is begun when less than this is left of the deadline, in milliseconds.
const MIN_LEFT_MS: u64 = 1_000;

/// Seconds that `known-as-of` may be ahead of the server's time: clocks differ a little.
const MAX_AHEAD_SEC: i64 = 60;

/// Longest age that can be asked for, in seconds: a year. A longer one is a wrapped negative or another unit.
const MAX_MIN_AGE_SEC: u32 = 366 * 24 * 60 * 60;

/// What the platform knows.
pub struct Known<'a> {
    /// All sessions of the pool that may live.
    pub sessions: &'a [String],
    /// When they were read, RFC 3339 by the server's clock.
    pub as_of: &'a str,
    /// Seconds that a sandbox has to be older than that.
    pub min_age_sec: u32,
}

/// Looks at every sandbox of the pool and does with it what the mode allows.
pub fn reconcile<T: Transport>(call: &Call<'_, T>, known: &Known<'_>, mode: Mode) -> Result<Report, Error> {
    let Some(as_of) = Moment::parse_rfc3339(known.as_of) else {
        return Err(Error::spec("known-as-of is not a date such as 2026-11-23T12:00:00Z.")
            .rule("not-a-date")
            .detail("path", "known-as-of")
            .remedy("Use the server-time of a list that was made before the sessions were read."));
    };
    if known.min_age_sec > MAX_MIN_AGE_SEC {
        return Err(Error::spec(format!("min-age-sec is {}, more than a year.", known.min_age_sec))
            .rule("out-of-range")
            .detail("path", "min-age-sec")
            .remedy("Ask for a year at most."));
    }
    call.bound_requests();
    let mut report = Report { outcomes: Vec::new(), complete: false, server_time: None };
    let mut cursors = Cursors::default();
    loop {
        let (dialect, page) = match managed(call, cursors.current()) {
            Ok(page) => page,
            Err(failed) if report.outcomes.is_empty() => return Err(failed),
            // What was done on earlier pages must not be lost.
            Err(_) => return Ok(dated(call, report)),
        };
        check_as_of(call, as_of)?;
        for listed in page.items {
            if call.client.left_ms() < MIN_LEFT_MS || is_bounded(call, known, as_of, &listed) {
                return Ok(dated(call, report));
            }
            let session_id = listed.label(SESSION).map(str::to_owned);
            let external_id = listed.id.clone();
            let (action, reason) = match treat(call, known, as_of, mode, dialect, listed) {
                Ok((action, reason)) => (action, reason.to_owned()),
                // With such an error, nothing else would work either.
                Err(fatal) if is_fatal(&fatal) && report.outcomes.is_empty() => return Err(fatal),
                Err(fatal) if is_fatal(&fatal) => return Ok(dated(call, report)),
                Err(error) => (Action::Failed, error.get("rule").unwrap_or("internal").to_owned()),
            };
            report.outcomes.push(Outcome { external_id, session_id, action, reason });
        }
        match cursors.advance(page.next) {
            Ok(true) if call.client.requests_left() == 0 => return Ok(dated(call, report)),
            Ok(true) => {}
            Ok(false) => {
                report.complete = true;
                return Ok(dated(call, report));
            }
            Err(failed) if report.outcomes.is_empty() => return Err(failed),
            Err(_) => return Ok(dated(call, report)),
        }
    }
}

/// Most requests that one sandbox takes: a look, a change, and a look after a change whose reply is empty.
const MAX_REQUESTS: u32 = 3;

/// Whether the requests that are left may not be enough for a sandbox, so that something would be left half done.
fn is_bounded<T: Transport>(call: &Call<'_, T>, known: &Known<'_>, as_of: Moment, listed: &Sandbox) -> bool {
    call.client.requests_left() < MAX_REQUESTS && !matches!(plan(known, as_of, listed), Plan::Keep(_))
}

/// Refuses a list of sessions from the future: with it, a list that is old already would confirm a mark that is set after it
/// was read.
fn check_as_of<T: Transport>(call: &Call<'_, T>, as_of: Moment) -> Result<(), Error> {
    let ahead_sec = call.client.server_time().map_or(0, |now| as_of.since(now));
    if ahead_sec <= MAX_AHEAD_SEC {
        return Ok(());
    }
    Err(Error::spec(format!("known-as-of is {ahead_sec} s later than the server's own time."))
        .rule("as-of-in-the-future")
        .detail("path", "known-as-of")
        .remedy("Use the server-time of a list that was made before the sessions were read."))
}

fn is_fatal(error: &Error) -> bool {
    matches!(error.code, ErrorCode::Unauthenticated | ErrorCode::EgressDenied)
}

fn dated<T: Transport>(call: &Call<'_, T>, report: Report) -> Report {
    Report { server_time: call.client.server_time().map(Moment::to_rfc3339), ..report }
}

/// What is done with one sandbox, and why.
fn treat<T: Transport>(
    call: &Call<'_, T>,
    known: &Known<'_>,
    as_of: Moment,
    mode: Mode,
    dialect: Dialect,
    listed: Sandbox,
) -> Result<(Action, &'static str), Error> {
    let kept = |reason| Ok((Action::Kept, reason));
    let plan = plan(known, as_of, &listed);
    if let Plan::Keep(reason) = plan {
        return kept(reason);
    }
    // The list may lie; what is about to be changed is looked at by its id.
    let target = Target::of(dialect, &listed)?;
    let Some(sandbox) = call.client.get(dialect, &target.id, &target.external_id)? else {
        return kept("gone");
    };
    if !is_managed(call, &sandbox) || sandbox.label(SESSION) != listed.label(SESSION) {
        return kept("changed");
    }
    match self::plan(known, as_of, &sandbox) {
        Plan::DeleteDuplicate if !has_original(call, dialect, &sandbox)? => kept("known"),
        Plan::DeleteDuplicate if mode != Mode::Act => kept("would-delete"),
        Plan::DeleteDuplicate => delete(call, &target, dialect, "duplicate"),
        Plan::Keep(reason) => kept(reason),
        Plan::Unmark if mode == Mode::Look => kept("would-unmark"),
        Plan::Mark if mode == Mode::Look => kept("would-mark"),
        Plan::Delete if mode == Mode::Look => kept("would-delete"),
        Plan::Delete if mode == Mode::Mark => kept("marked-before"),
        Plan::Unmark => {
            relabel(call, &target, dialect, &sandbox, &[ORPHAN_SINCE], &[])?;
            Ok((Action::Unmarked, "known"))
        }
        Plan::Mark => {
            let Some(now) = call.client.server_time() else {
                return kept("no-server-time");
            };
            // With the later of both times, so that no list can confirm the mark that it led to.
            let date = now.max(as_of).to_rfc3339();
            relabel(call, &target, dialect, &sandbox, &[], &[(ORPHAN_SINCE, &date)])?;
            Ok((Action::Marked, "orphan"))
        }
        Plan::Delete => delete(call, &target, dialect, "orphan"),
    }
}

fn delete<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    reason: &'static str,
) -> Result<(Action, &'static str), Error> {
    match call.client.delete(dialect, &target.id, &target.external_id) {
        Ok(()) => Ok((Action::Deleted, reason)),
        Err(Rejection { reaction: Reaction::NotFound, .. }) => Ok((Action::Kept, "gone")),
        Err(refused) => Err(refused.error),
    }
}

/// Whether the session still has the sandbox of which this one is marked as a duplicate.
fn has_original<T: Transport>(call: &Call<'_, T>, dialect: Dialect, duplicate: &Sandbox) -> Result<bool, Error> {
    let Some(id) = duplicate.label(DUPLICATE_OF) else { return Ok(false) };
    let Some(segment) = Segment::new(id) else { return Ok(false) };
    let original = call.client.get(dialect, &segment, id)?;
    Ok(original.is_some_and(|original| {
        original.id != duplicate.id
            && is_managed(call, &original)
            && original.label(SESSION) == duplicate.label(SESSION)
            && !original.is_being_destroyed()
    }))
}

/// What a sandbox is due, from what is seen of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plan {
    Keep(&'static str),
    Unmark,
    Mark,
    Delete,
    /// The session lives, in another sandbox.
    DeleteDuplicate,
}

fn plan(known: &Known<'_>, as_of: Moment, sandbox: &Sandbox) -> Plan {
    if sandbox.is_being_destroyed() {
        return Plan::Keep("ending");
    }
    let Some(session) = sandbox.label(SESSION) else {
        return Plan::Keep("no-session");
    };
    let mark = sandbox.label(ORPHAN_SINCE);
    if known.sessions.iter().any(|known| known == session) {
        return match mark {
            _ if sandbox.label(DUPLICATE_OF).is_some() => Plan::DeleteDuplicate,
            Some(_) => Plan::Unmark,
            None => Plan::Keep("known"),
        };
    }
    let Some(created) = sandbox.created_at else {
        return Plan::Keep("age-unknown");
    };
    if as_of.since(created) < i64::from(known.min_age_sec) {
        return Plan::Keep("too-young");
    }
    match mark.and_then(Moment::parse_rfc3339) {
        None => Plan::Mark,
        // Only sessions that were read after the mark was set can confirm it.
        Some(marked) if as_of > marked => Plan::Delete,
        Some(_) => Plan::Keep("marked-too-late"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: Moment = Moment::at(1_000_000);

    fn sandbox(labels: &[(&str, &str)]) -> Sandbox {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Sandbox { created_at: Some(CREATED), labels, ..Sandbox::default() }
    }

    fn due(sandbox: &Sandbox, as_of: Moment) -> Plan {
        let sessions = ["alive".to_owned()];
        plan(&Known { sessions: &sessions, as_of: "", min_age_sec: 600 }, as_of, sandbox)
    }

    #[test]
    fn a_session_that_the_platform_knows_is_kept_and_loses_its_mark() {
        let as_of = CREATED.plus(10_000);
        assert_eq!(due(&sandbox(&[(SESSION, "alive")]), as_of), Plan::Keep("known"));
        assert_eq!(due(&sandbox(&[(SESSION, "alive"), (ORPHAN_SINCE, "x")]), as_of), Plan::Unmark);
        assert_eq!(due(&sandbox(&[(SESSION, "alive"), (DUPLICATE_OF, "x")]), as_of), Plan::DeleteDuplicate);
        assert_eq!(due(&sandbox(&[(SESSION, "lost"), (DUPLICATE_OF, "x")]), as_of), Plan::Mark);
    }

    #[test]
    fn a_session_that_has_just_started_is_too_young_to_be_an_orphan() {
        let orphan = sandbox(&[(SESSION, "lost")]);
        assert_eq!(due(&orphan, CREATED.plus(599)), Plan::Keep("too-young"));
        assert_eq!(due(&orphan, CREATED.plus(-5)), Plan::Keep("too-young"));
        assert_eq!(due(&orphan, CREATED.plus(600)), Plan::Mark);
    }

    #[test]
    fn only_a_mark_from_before_the_sessions_were_read_lets_an_orphan_be_deleted() {
        let marked = CREATED.plus(1_000);
        let orphan = sandbox(&[(SESSION, "lost"), (ORPHAN_SINCE, &marked.to_rfc3339())]);
        assert_eq!(due(&orphan, marked), Plan::Keep("marked-too-late"));
        assert_eq!(due(&orphan, marked.plus(-1)), Plan::Keep("marked-too-late"));
        assert_eq!(due(&orphan, marked.plus(1)), Plan::Delete);
        let garbled = sandbox(&[(SESSION, "lost"), (ORPHAN_SINCE, "yesterday")]);
        assert_eq!(due(&garbled, marked.plus(1)), Plan::Mark);
    }

    #[test]
    fn what_cannot_be_judged_is_kept() {
        let as_of = CREATED.plus(10_000);
        assert_eq!(due(&sandbox(&[]), as_of), Plan::Keep("no-session"));
        let ageless = Sandbox { created_at: None, ..sandbox(&[(SESSION, "lost")]) };
        assert_eq!(due(&ageless, as_of), Plan::Keep("age-unknown"));
        let ending = Sandbox { desired_state: Some("destroyed".to_owned()), ..sandbox(&[(SESSION, "lost")]) };
        assert_eq!(due(&ending, as_of), Plan::Keep("ending"));
    }
}
