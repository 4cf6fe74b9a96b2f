//! When a session ends, whatever happens in it: the bound of everything that keeps a sandbox alive.
//!
//! A label of the sandbox says it, counted in seconds from the server's own creation date, because at its creation no
//! server date is known yet.

use super::labels::EXPIRY;
use crate::daytona::Sandbox;
use crate::http::digits;
use crate::moment::Moment;

/// Longest session in seconds when nobody says: seven days.
pub const DEFAULT_LIFETIME_SEC: u64 = 7 * 24 * 60 * 60;

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
    fn a_session_whose_label_says_nothing_ends_after_seven_days() {
        for label in [None, Some(""), Some("600"), Some("created+-1s"), Some("created+s"), Some("created+1m")] {
            assert_eq!(end(label), Some(1000 + 604_800), "{label:?}");
        }
        assert_eq!(of(&Sandbox::default()), None);
    }
}
