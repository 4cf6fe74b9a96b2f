//! When a session ends, whatever happens in it: the bound of everything that keeps a sandbox alive.
//!
//! A label of the sandbox says it, counted in seconds from the server's own creation date, because at its creation no
//! server date is known yet.

use super::labels::EXPIRY;
use crate::daytona::{Sandbox, SandboxState};
use crate::digits::digits;
use crate::moment::Moment;

/// Longest session in seconds when nobody says: seven days.
pub const DEFAULT_LIFETIME_SEC: u64 = 7 * 24 * 60 * 60;

/// Longest session in seconds that somebody can ask for: a year. More is a number in a wrong unit, or a negative one that
/// was wrapped.
pub const MAX_LIFETIME_SEC: u32 = 365 * 24 * 60 * 60;

const BEFORE: &str = "created+";
const AFTER: &str = "s";

/// The label's value.
pub fn label(seconds: u64) -> String {
    format!("{}{seconds}{}", BEFORE, AFTER)
}

/// The end of a sandbox's session; none when the server does not say when it was created.
pub fn of(sandbox: &Sandbox) -> Option<Moment> {
    let written = sandbox.label(EXPIRY).and_then(|text| digits(text.strip_prefix(BEFORE)?.strip_suffix(AFTER)?));
    let seconds = written.unwrap_or(DEFAULT_LIFETIME_SEC);
    Some(sandbox.created_at?.plus(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// Seconds by which a sandbox's activity may be later than the server's date: dates of headers are whole seconds, and
/// parts of a server have clocks of their own.
const TOLERANCE_SEC: i64 = 5;

/// Seconds by which a server may be late to write an activity down and to stop what is idle.
const LATE_STOP_SEC: i64 = 120;

const SECONDS_PER_MINUTE: i64 = 60;

/// When something happened in a sandbox last. The oldest servers name no activity; it is no earlier than the creation.
pub fn last_activity(sandbox: &Sandbox) -> Option<Moment> {
    sandbox.last_activity_at.or(sandbox.created_at)
}

/// The time, from the date of a reply and the activity in a sandbox, which cannot be in the future. A date that is shown to
/// be ahead counts for nothing: then it is no earlier than the activity, which is enough to renew in doubt. None where
/// neither is known.
pub fn now(date: Option<Moment>, sandbox: &Sandbox) -> Option<Moment> {
    date.filter(|_| !is_ahead(date, sandbox)).max(latest(sandbox))
}

/// The latest moment of the past that a reply tells.
fn latest(sandbox: &Sandbox) -> Option<Moment> {
    sandbox.last_activity_at.or_else(|| sandbox.updated_at()).or(sandbox.created_at)
}

/// Until when it stays in its state, as long as nothing more happens in it: a running one until it is stopped as idle, one that
/// comes up for a moment, beyond which its last activity counts for the time, which is too early by what a start takes. None
/// where the server does not say.
fn state_end(sandbox: &Sandbox) -> Option<Moment> {
    use SandboxState as Is;
    let minutes = match sandbox.known_state() {
        Is::Started | Is::Running => sandbox.auto_stop_minutes.filter(|minutes| *minutes > 0)?,
        Is::PendingBuild | Is::BuildingSnapshot | Is::PullingSnapshot => 0,
        Is::Creating | Is::Starting | Is::Restoring | Is::Resuming => 0,
        _ => return None,
    };
    Some(sandbox.last_activity_at?.plus(i64::from(minutes) * SECONDS_PER_MINUTE + LATE_STOP_SEC))
}

/// Whether the dates of a server's replies are shown to be ahead of the clock that it changes sandboxes by.
pub fn is_ahead(date: Option<Moment>, sandbox: &Sandbox) -> bool {
    date.zip(state_end(sandbox)).is_some_and(|(date, end)| date > end)
}

/// Whether the dates of a server's replies are shown to be behind the clock that it writes activity by. How far is not
/// known, and neither are times that were measured with them.
pub fn is_behind(date: Option<Moment>, sandbox: &Sandbox) -> bool {
    date.zip(latest(sandbox)).is_some_and(|(date, last)| last.since(date) > TOLERANCE_SEC)
}

/// Whether a sandbox that showed its last write before was written again at this time, by the server's own clock. Not so where
/// the server does not tell writes of this kind.
pub fn is_later_write(before: &Sandbox, written: Moment) -> bool {
    before.updated_at().is_none_or(|last| written > last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(label: Option<&str>) -> Option<i64> {
        let labels = label.map(|text| (EXPIRY.to_owned(), text.to_owned())).into_iter().collect();
        of(&Sandbox { created_at: Some(Moment::at(1000)), labels, ..Sandbox::default() })
            .map(|moment| moment.since(Moment::at(0)))
    }

    #[test]
    fn a_session_ends_when_its_label_says() {
        assert_eq!(end(Some(&label(600))), Some(1600));
        assert!(end(Some(&label(u64::MAX))).is_some_and(|end| end > 1_000_000_000_000));
    }

    #[test]
    fn an_activity_later_than_the_servers_date_shows_that_the_date_is_behind() {
        let sandbox = |last| Sandbox { last_activity_at: Some(Moment::at(last)), ..Sandbox::default() };
        let date = Some(Moment::at(1000));
        for (last, behind, expected) in
            [(900, false, 1000), (1005, false, 1005), (1006, true, 1006), (9999, true, 9999)]
        {
            let sandbox = sandbox(last);
            assert_eq!(
                (is_behind(date, &sandbox), now(date, &sandbox)),
                (behind, Some(Moment::at(expected))),
                "{last}"
            );
        }
        assert_eq!(now(None, &sandbox(7)), Some(Moment::at(7)));
        assert!(!is_behind(None, &sandbox(7)) && now(None, &Sandbox::default()).is_none());
    }

    #[test]
    fn a_sandbox_that_runs_after_it_would_have_been_stopped_shows_that_the_date_is_ahead() {
        let sandbox = |state: &str| Sandbox {
            state: Some(state.to_owned()),
            last_activity_at: Some(Moment::at(1000)),
            auto_stop_minutes: Some(10),
            ..Sandbox::default()
        };
        for (date, state, expected) in [
            (1720, "started", (false, 1720)),
            (1721, "started", (true, 1000)),
            (99_999, "started", (true, 1000)),
            (99_999, "stopped", (false, 99_999)),
            (1120, "creating", (false, 1120)),
            (1121, "creating", (true, 1000)),
            (99_999, "creating", (true, 1000)),
            (99_999, "restoring", (true, 1000)),
            (99_999, "pending_build", (true, 1000)),
        ] {
            let (date, sandbox) = (Some(Moment::at(date)), sandbox(state));
            let (ahead, now) = (is_ahead(date, &sandbox), now(date, &sandbox));
            assert_eq!((ahead, now), (expected.0, Some(Moment::at(expected.1))), "{date:?} {state}");
        }
        let never = Sandbox { auto_stop_minutes: Some(0), ..sandbox("started") };
        assert!(!is_ahead(Some(Moment::at(99_999)), &never));
    }

    #[test]
    fn a_session_whose_label_says_nothing_ends_after_seven_days() {
        for label in [None, Some(""), Some("600"), Some("created+-1s"), Some("created+s"), Some("created+1m")] {
            assert_eq!(end(label), Some(1000 + 604_800), "{label:?}");
        }
        assert_eq!(of(&Sandbox::default()), None);
    }
}
