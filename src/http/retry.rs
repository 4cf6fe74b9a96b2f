//! When a request is sent again.
//!
//! A throttled one always may be: the server says that it did nothing. A broken one only when repeating it is harmless,
//! and only a few times, because the platform that polls will come back anyway.

use std::cell::Cell;

use super::{Failure, FailureKind, Instant, Method, Reply, Request, Transport};

/// Attempts at a request that fails for reasons of the server or the way to it.
const MAX_ATTEMPTS: u32 = 5;

/// First pause of the back-off, in milliseconds; it doubles with each attempt.
const FIRST_PAUSE_MS: u64 = 250;

/// Longest pause of the back-off, in milliseconds.
const MAX_PAUSE_MS: u64 = 8_000;

/// What may be sent again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing.
    Never,
    /// Only what was throttled: nothing was done.
    Throttled,
    /// Also what broke: doing it twice is the same as doing it once.
    Broken,
}

impl Repeat {
    /// What HTTP promises of a method.
    pub fn for_method(method: Method) -> Self {
        match method {
            Method::Get | Method::Put | Method::Delete => Self::Broken,
            Method::Post => Self::Throttled,
        }
    }
}

/// What came of an exchange.
pub struct Outcome {
    /// The last answer that says something.
    pub result: Result<Reply, Failure>,
    /// Whether a later attempt was never answered: the answer above does not say what that one did.
    pub unanswered: bool,
}

/// Sends a request, again where that is harmless, and returns what came of it by `deadline`.
///
/// When the deadline ends in an attempt, the answer to the attempt before says more than "too late" and is returned.
/// Each attempt takes one of the requests that are left; where none is, nothing is sent.
pub fn exchange(
    transport: &impl Transport,
    request: &Request,
    repeat: Repeat,
    deadline: Instant,
    requests_left: &Cell<u32>,
) -> Outcome {
    let mut earlier = None;
    let mut attempt = 0;
    loop {
        let Some(left) = requests_left.get().checked_sub(1) else {
            let spent = || Err(Failure::new(FailureKind::Spent, ""));
            return Outcome { result: earlier.unwrap_or_else(spent), unanswered: false };
        };
        requests_left.set(left);
        let outcome = transport.send(request, deadline);
        if matches!(&outcome, Err(failure) if failure.kind == FailureKind::Deadline) {
            let unanswered = earlier.is_some();
            return Outcome { result: earlier.unwrap_or(outcome), unanswered };
        }
        if matches!(&outcome, Ok(reply) if reply.status < 300) {
            return Outcome { result: outcome, unanswered: false };
        }
        attempt += 1;
        let now = transport.now();
        let Some(pause_ms) = pause_after(&outcome, repeat, attempt, now) else {
            return Outcome { result: outcome, unanswered: false };
        };
        let resume = now.plus_ms(pause_ms);
        if resume >= deadline {
            return Outcome { result: outcome, unanswered: false };
        }
        transport.sleep_until(resume);
        earlier = Some(outcome);
    }
}

/// Milliseconds to wait before the next attempt; none when there shall be none.
fn pause_after(outcome: &Result<Reply, Failure>, repeat: Repeat, attempt: u32, now: Instant) -> Option<u64> {
    let backoff = back_off_ms(attempt, now);
    match outcome {
        _ if repeat == Repeat::Never => None,
        Ok(reply) if reply.status == 429 => {
            let asked = reply.headers.retry_after_ms().map_or(0, u64::from);
            Some(backoff.max(asked.saturating_add(backoff / 4)))
        }
        _ if repeat == Repeat::Throttled || attempt >= MAX_ATTEMPTS => None,
        Ok(reply) if matches!(reply.status, 502..=504) => {
            Some(backoff.max(reply.headers.retry_after_ms().map_or(0, u64::from)))
        }
        Ok(_) => None,
        Err(failure) => match failure.kind {
            FailureKind::Dns | FailureKind::Connect | FailureKind::Broken | FailureKind::TimedOut => Some(backoff),
            FailureKind::Tls
            | FailureKind::Denied
            | FailureKind::Deadline
            | FailureKind::TooLarge
            | FailureKind::Spent
            | FailureKind::Malformed => None,
        },
    }
}

/// The pause before an attempt, doubling from one to the next and spread so that many callers do not return together.
fn back_off_ms(attempt: u32, now: Instant) -> u64 {
    let doubled = FIRST_PAUSE_MS.checked_shl(attempt.saturating_sub(1)).unwrap_or(MAX_PAUSE_MS);
    jittered(doubled.min(MAX_PAUSE_MS), now)
}

/// A pause between three quarters and five quarters of the given one.
///
/// There is no source of randomness in the sandbox; the nanoseconds of the clock, well mixed, spread callers as well.
pub fn jittered(ms: u64, now: Instant) -> u64 {
    let mut bits = now.0 ^ 0x9e37_79b9_7f4a_7c15;
    bits ^= bits >> 30;
    bits = bits.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits ^= bits >> 27;
    ms - ms / 4 + bits % (ms / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::scripted::{Answer, Scripted, get, post};
    use super::*;

    const MINUTE: u64 = 60_000;

    fn run(transport: &Scripted, request: &Request, deadline_ms: u64) -> Result<u16, FailureKind> {
        let deadline = transport.now().plus_ms(deadline_ms);
        let outcome = exchange(transport, request, Repeat::for_method(request.method), deadline, &Cell::new(u32::MAX));
        outcome.result.map(|reply| reply.status).map_err(|failure| failure.kind)
    }

    #[test]
    fn a_throttled_create_is_sent_again_after_the_time_the_server_asks_for() {
        let transport =
            Scripted::new([Answer::status(429).header("retry-after-sandbox-create", "7"), Answer::status(200)]);
        assert_eq!(run(&transport, &post("/sandbox"), MINUTE), Ok(200));
        let waited = transport.elapsed_ms();
        assert!((7_000..8_000).contains(&waited), "waited {waited} ms");
    }

    #[test]
    fn a_wait_longer_than_the_deadline_is_not_begun() {
        let transport = Scripted::new([Answer::status(429).header("retry-after", "61")]);
        assert_eq!(run(&transport, &get("/sandbox/x"), MINUTE), Ok(429));
        assert_eq!(transport.elapsed_ms(), 0);
    }

    #[test]
    fn a_broken_create_is_never_sent_again() {
        for answer in [Answer::status(502), Answer::failure(FailureKind::Broken), Answer::failure(FailureKind::Connect)]
        {
            let transport = Scripted::new([answer, Answer::status(200)]);
            assert_ne!(run(&transport, &post("/sandbox"), MINUTE), Ok(200));
            assert_eq!(transport.requests(), 1);
        }
    }

    #[test]
    fn a_broken_read_is_sent_again() {
        for answer in [502, 503, 504].map(Answer::status).into_iter().chain([
            Answer::failure(FailureKind::Dns),
            Answer::failure(FailureKind::Connect),
            Answer::failure(FailureKind::Broken),
        ]) {
            let transport = Scripted::new([answer, Answer::status(200)]);
            assert_eq!(run(&transport, &get("/sandbox/x"), MINUTE), Ok(200));
            assert!(transport.elapsed_ms() >= FIRST_PAUSE_MS / 2);
        }
    }

    #[test]
    fn what_will_not_change_is_not_sent_again() {
        for answer in [
            Answer::status(500),
            Answer::status(401),
            Answer::failure(FailureKind::Tls),
            Answer::failure(FailureKind::Denied),
        ] {
            let transport = Scripted::new([answer]);
            assert_ne!(run(&transport, &get("/sandbox/x"), MINUTE), Ok(200));
            assert_eq!(transport.requests(), 1);
        }
    }

    #[test]
    fn attempts_at_a_broken_server_end_after_five() {
        let transport = Scripted::new((0..9).map(|_| Answer::status(503)));
        assert_eq!(run(&transport, &get("/sandbox/x"), MINUTE), Ok(503));
        assert_eq!(transport.requests(), 5);
    }

    #[test]
    fn a_deadline_that_ends_in_a_later_attempt_reports_the_cause_seen_before() {
        let transport = Scripted::new([Answer::status(503), Answer::silence()]);
        assert_eq!(run(&transport, &get("/sandbox/x"), MINUTE), Ok(503));
        assert_eq!(transport.elapsed_ms(), MINUTE);
    }

    #[test]
    fn a_deadline_that_ends_in_the_first_attempt_is_too_late() {
        let transport = Scripted::new([Answer::silence()]);
        assert_eq!(run(&transport, &get("/sandbox/x"), MINUTE), Err(FailureKind::Deadline));
    }

    #[test]
    fn pauses_are_spread_but_never_far_from_the_mark() {
        let pauses: Vec<_> = (0..1000).map(|step| jittered(1000, Instant(step * 1_000_003))).collect();
        assert!(pauses.iter().all(|pause| (750..=1250).contains(pause)));
        assert!(pauses.iter().any(|pause| *pause < 800) && pauses.iter().any(|pause| *pause > 1200));
    }
}
