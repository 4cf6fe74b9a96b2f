//! Rate limits: the buckets, their windows and their headers.

use std::collections::HashMap;
use std::time::Duration;

use super::reply::Reply;
use crate::clock::Timestamp;

/// A rate-limit bucket, by the suffix of its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// `sandbox-create`: creating sandboxes.
    SandboxCreate,
    /// `sandbox-lifecycle`: delete, start, stop, archive and their like.
    SandboxLifecycle,
    /// `authenticated`: every other call with a key.
    Authenticated,
    /// `failed-auth`: refused keys, counted by client address.
    FailedAuth,
}

impl Bucket {
    /// All of them.
    pub(crate) const ALL: [Self; 4] =
        [Self::SandboxCreate, Self::SandboxLifecycle, Self::Authenticated, Self::FailedAuth];

    /// The suffix of its headers.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::SandboxCreate => "sandbox-create",
            Self::SandboxLifecycle => "sandbox-lifecycle",
            Self::Authenticated => "authenticated",
            Self::FailedAuth => "failed-auth",
        }
    }

    /// Requests per window on the recorded servers.
    pub(crate) fn usual_limit(self) -> u64 {
        match self {
            Self::SandboxCreate => 300,
            Self::FailedAuth => 1_000,
            Self::SandboxLifecycle | Self::Authenticated => 10_000,
        }
    }
}

const WINDOW: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
struct Window {
    since: Timestamp,
    hits: u64,
}

/// All counters of one fake.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    limits: HashMap<Bucket, u64>,
    /// By bucket and, for refused keys, the client's address.
    windows: HashMap<(Bucket, String), Window>,
    exhausted_until: HashMap<Bucket, Timestamp>,
}

/// The state of a window after a request, as the reply's headers show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimitStatus {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// Seconds.
    pub(crate) reset: u64,
}

impl Throttle {
    pub(crate) fn set_limit(&mut self, bucket: Bucket, limit: u64) {
        self.limits.insert(bucket, limit);
    }

    pub(crate) fn limit(&self, bucket: Bucket) -> u64 {
        self.limits.get(&bucket).copied().unwrap_or(bucket.usual_limit())
    }

    pub(crate) fn exhaust(&mut self, bucket: Bucket, until: Timestamp) {
        self.exhausted_until.insert(bucket, until);
    }

    /// Counts a request; the error is the number of seconds to wait.
    pub(crate) fn count(&mut self, bucket: Bucket, client: &str, now: Timestamp) -> Result<RateLimitStatus, u64> {
        self.check(bucket, client, now)?;
        let limit = self.limit(bucket);
        let window = self.windows.entry((bucket, client.to_owned())).or_insert(Window { since: now, hits: 0 });
        if now - window.since >= WINDOW {
            *window = Window { since: now, hits: 0 };
        }
        window.hits += 1;
        let reset = seconds(window.since + WINDOW - now);
        Ok(RateLimitStatus { limit, remaining: limit.saturating_sub(window.hits), reset })
    }

    /// Counts a refused key against its client's address. The error is the number of seconds for which everything from
    /// there is refused from now on, good keys included: the one that reaches the limit is refused so already.
    pub(crate) fn fail(&mut self, client: &str, now: Timestamp) -> Result<RateLimitStatus, u64> {
        let rate = self.count(Bucket::FailedAuth, client, now)?;
        if rate.remaining > 0 {
            return Ok(rate);
        }
        let window =
            self.windows.entry((Bucket::FailedAuth, client.to_owned())).or_insert(Window { since: now, hits: 0 });
        window.since = now;
        Err(seconds(WINDOW))
    }

    /// Whether a request would be refused, without counting it.
    pub(crate) fn check(&self, bucket: Bucket, client: &str, now: Timestamp) -> Result<(), u64> {
        if let Some(until) = self.exhausted_until.get(&bucket)
            && now < *until
        {
            return Err(seconds(*until - now));
        }
        match self.windows.get(&(bucket, client.to_owned())) {
            Some(window) if now - window.since < WINDOW && window.hits >= self.limit(bucket) => {
                Err(seconds(window.since + WINDOW - now))
            }
            _ => Ok(()),
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1000) as u64
}

impl RateLimitStatus {
    /// Adds the three headers of the bucket.
    pub(crate) fn announce(self, bucket: Bucket, reply: Reply) -> Reply {
        let name = bucket.suffix();
        reply
            .header(&format!("X-RateLimit-Limit-{name}"), &self.limit.to_string())
            .header(&format!("X-RateLimit-Remaining-{name}"), &self.remaining.to_string())
            .header(&format!("X-RateLimit-Reset-{name}"), &self.reset.to_string())
    }
}
