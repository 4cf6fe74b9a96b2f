//! Virtual time: the runtime's clock against a wall-clock epoch.
//!
//! Under tokio's paused clock nothing in the fake moves unless the test moves it, and every timestamp is the same in
//! every run.

use std::ops::{Add, Sub};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A moment of the fake's wall clock, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub fn as_millis(self) -> u64 {
        self.0
    }

    /// As in Daytona's JSON: `2026-11-23T12:00:00.000Z`.
    pub fn rfc3339(self) -> String {
        humantime::format_rfc3339_millis(self.system_time()).to_string()
    }

    /// As in the header `Date`: `Mon, 23 Nov 2026 12:00:00 GMT`.
    pub fn http_date(self) -> String {
        httpdate::fmt_http_date(self.system_time())
    }

    /// The next multiple of `step` at or after this moment: when a periodic job of the server notices it.
    pub(crate) fn round_up(self, step: Duration) -> Self {
        let step = (step.as_millis() as u64).max(1);
        Self(self.0.div_ceil(step) * step)
    }

    fn system_time(self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.0)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// The time since `earlier`; zero when it is later.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// The epoch of a fake that nobody gave another: 2026-11-23T12:00:00Z.
pub const DEFAULT_EPOCH: Timestamp = Timestamp(1_795_435_200_000);

/// Translates between the runtime's clock and the fake's wall clock.
#[derive(Debug)]
pub(crate) struct Clock {
    epoch: Timestamp,
    origin: OnceLock<Instant>,
    /// Milliseconds that were skipped: the wall clock is ahead of the runtime's by them.
    skipped: AtomicU64,
}

impl Clock {
    /// The epoch is now, or, outside of a runtime, the first moment that somebody asks for the time.
    pub(crate) fn new(epoch: Timestamp) -> Self {
        let origin = OnceLock::new();
        if tokio::runtime::Handle::try_current().is_ok() {
            let _ = origin.set(Instant::now());
        }
        Self { epoch, origin, skipped: AtomicU64::new(0) }
    }

    pub(crate) fn epoch(&self) -> Timestamp {
        self.epoch
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.epoch + Instant::now().saturating_duration_since(self.origin()) + self.skipped()
    }

    /// The runtime's moment at which this clock shows `at`.
    pub(crate) fn instant(&self, at: Timestamp) -> Instant {
        let after = (at - self.epoch).saturating_sub(self.skipped());
        let origin = self.origin();
        // Moments centuries ahead do not fit every platform's Instant; nobody lives to see them.
        origin.checked_add(after).unwrap_or(origin + Duration::from_secs(86_400 * 365 * 30))
    }

    /// Sets the wall clock forward.
    pub(crate) fn skip(&self, duration: Duration) {
        self.skipped.fetch_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn skipped(&self) -> Duration {
        Duration::from_millis(self.skipped.load(Ordering::Relaxed))
    }

    fn origin(&self) -> Instant {
        *self.origin.get_or_init(Instant::now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_as_daytona_and_as_http_write_it() {
        assert_eq!(DEFAULT_EPOCH.rfc3339(), "2026-11-23T12:00:00.000Z");
        assert_eq!((DEFAULT_EPOCH + Duration::from_millis(7)).rfc3339(), "2026-11-23T12:00:00.007Z");
        assert_eq!(DEFAULT_EPOCH.http_date(), "Mon, 23 Nov 2026 12:00:00 GMT");
    }

    #[tokio::test(start_paused = true)]
    async fn the_clock_follows_the_runtime_and_nothing_else() {
        let clock = Clock::new(DEFAULT_EPOCH);
        assert_eq!(clock.now(), DEFAULT_EPOCH);
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(clock.now().rfc3339(), "2026-11-23T12:01:30.000Z");
        assert_eq!(clock.instant(clock.now()), Instant::now());
    }

    #[test]
    fn a_periodic_job_notices_at_its_next_run() {
        let ten = Duration::from_secs(10);
        assert_eq!(Timestamp(12_345).round_up(ten), Timestamp(20_000));
        assert_eq!(Timestamp(20_000).round_up(ten), Timestamp(20_000));
    }
}
