//! Organizations: keys, suspension, rates.

use std::time::Duration;

use crate::FakeDaytona;
use crate::clock::Timestamp;
use crate::http::throttle::Bucket;
use crate::world::organization::{ApiKey, Suspension};

/// Organizations and their keys.
impl FakeDaytona {
    /// Suspends the organization: creates and starts are refused, and a day later the server stops what runs. An empty
    /// reason is none.
    pub fn suspend(&self, reason: &str) {
        self.suspend_since(reason, self.now(), None);
    }

    /// Suspends the organization from this moment, which may be past, until another one.
    pub fn suspend_since(&self, reason: &str, since: Timestamp, until: Option<Timestamp>) {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        self.change(|world, _| {
            world.organization.seen_by_creates = None;
            world.suspend(Some(Suspension { reason, since, until }));
        });
    }

    /// Suspends the organization as the real server does: creates go by what they saw up to ten seconds ago.
    pub fn suspend_unnoticed(&self, reason: &str) {
        let suspension = Suspension { reason: Some(reason.to_owned()), since: self.now(), until: None };
        self.change(|world, _| world.suspend(Some(suspension)));
    }

    /// Ends a suspension.
    pub fn unsuspend(&self) {
        self.change(|world, _| {
            world.organization.seen_by_creates = None;
            world.suspend(None);
        });
    }

    /// One more organization on this server, with this key and sandboxes of its own. What is returned looks into it and
    /// scripts it; requests go to the server as ever, and their key decides where they belong.
    pub fn another_organization(&self, key: &str) -> Self {
        Self { core: self.core.add_organization(key) }
    }

    /// One more key of the organization, with these scopes only.
    pub fn add_key(&self, key: &str, scopes: &[&str]) {
        let row = ApiKey::new(scopes.iter().map(|scope| (*scope).to_owned()).collect(), self.now());
        self.change(|world, _| world.organization.keys.insert(key.to_owned(), row));
    }

    /// A key is deleted, and works on for ten seconds, as long as the server has it in its cache. Returns whether there
    /// was such a key.
    pub fn delete_key(&self, key: &str) -> bool {
        self.change(|world, now| world.organization.change_late(key, None, now))
    }

    /// A key keeps these scopes only, ten seconds from now. Returns whether there is such a key.
    pub fn take_scopes(&self, key: &str, scopes: &[&str]) -> bool {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.change(|world, now| world.organization.change_late(key, Some(scopes), now))
    }

    /// The scopes of a key, at once. Returns whether there is such a key.
    pub fn set_scopes(&self, key: &str, scopes: &[&str]) -> bool {
        self.change(|world, _| {
            let found = world.organization.keys.get_mut(key);
            found.map(|row| row.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect()).is_some()
        })
    }

    /// A key stops working now. Returns whether there is such a key.
    pub fn expire_key(&self, key: &str) -> bool {
        self.expire_key_at(key, self.now())
    }

    /// A key stops working at this moment. Returns whether there is such a key.
    pub fn expire_key_at(&self, key: &str, at: Timestamp) -> bool {
        self.change(|world, _| world.organization.keys.get_mut(key).map(|row| row.expires_at = Some(at)).is_some())
    }

    /// Requests of this bucket are 429 for this long.
    pub fn exhaust(&self, bucket: Bucket, duration: Duration) {
        let until = self.now() + duration;
        self.core.throttle().exhaust(bucket, until);
    }

    /// Requests per minute of this bucket.
    pub fn set_rate_limit(&self, bucket: Bucket, limit: u64) {
        self.core.throttle().set_limit(bucket, limit);
    }

    /// No request is 429 for coming too often.
    pub fn lift_rate_limits(&self) {
        for bucket in Bucket::ALL {
            self.set_rate_limit(bucket, u64::MAX);
        }
    }
}
