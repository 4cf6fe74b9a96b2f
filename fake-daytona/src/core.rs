//! What all parts of one fake share: the clock, the world, the script, the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::{Clock, Timestamp};
use crate::fault::script::Script;
use crate::generation::Generation;
use crate::http::throttle::Throttle;
use crate::inspect::Log;
use crate::settings::{Dashboard, ReplySettings};
use crate::world::sandbox::Sandbox;
use crate::world::{Key, World};

/// The inside of a `FakeDaytona`.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) generation: Generation,
    pub(crate) clock: Arc<Clock>,
    pub(crate) api_path: String,
    pub(crate) key: String,
    organization_id: String,
    toolbox_url: Mutex<String>,
    world: Mutex<World>,
    throttle: Mutex<Throttle>,
    script: Mutex<Script>,
    log: Mutex<Log>,
    /// Wakes those who wait for a sandbox, after every request and every script that changed something.
    changed: Notify,
    /// Accepted by the server so far.
    connections: AtomicU64,
    dashboard: Mutex<Dashboard>,
    /// Other organizations of the same server, each with keys and sandboxes of its own.
    other_organizations: Mutex<Vec<Arc<Core>>>,
    /// How every reply is written: delayed, dated otherwise.
    reply_settings: Mutex<ReplySettings>,
}

impl Core {
    pub(crate) fn new(
        world: World,
        clock: Arc<Clock>,
        api_path: String,
        key: String,
        toolbox_url: String,
        log: Log,
    ) -> Self {
        Self {
            generation: world.generation,
            clock,
            api_path,
            key,
            organization_id: world.organization.id.clone(),
            toolbox_url: Mutex::new(toolbox_url),
            world: Mutex::new(world),
            throttle: Mutex::default(),
            script: Mutex::default(),
            log: Mutex::new(log),
            changed: Notify::new(),
            connections: AtomicU64::new(0),
            dashboard: Mutex::default(),
            other_organizations: Mutex::default(),
            reply_settings: Mutex::default(),
        }
    }

    pub(crate) fn dashboard(&self) -> Dashboard {
        *lock(&self.dashboard)
    }

    pub(crate) fn set_dashboard(&self, dashboard: Dashboard) {
        *lock(&self.dashboard) = dashboard;
    }

    pub(crate) fn reply_settings(&self) -> ReplySettings {
        *lock(&self.reply_settings)
    }

    pub(crate) fn change_reply_settings(&self, change: impl FnOnce(&mut ReplySettings)) {
        change(&mut lock(&self.reply_settings));
    }

    /// One more organization of this server: everything in it is its own, the clock is the same.
    pub(crate) fn add_organization(self: &Arc<Self>, key: &str) -> Arc<Self> {
        let world = self.world().another(key, self.now());
        let toolbox = self.toolbox_url();
        let log = Log::new(true);
        let clock = self.clock.clone();
        let other = Arc::new(Self::new(world, clock, self.api_path.clone(), key.to_owned(), toolbox, log));
        lock(&self.other_organizations).push(other.clone());
        other
    }

    /// The organization that a key belongs to; the use of the key is noted.
    pub(crate) fn with_key(self: &Arc<Self>, secret: &str, now: Timestamp) -> Option<Arc<Self>> {
        let uses = |core: &Arc<Self>| core.world().organization.uses(secret, now);
        if uses(self) {
            return Some(self.clone());
        }
        let other_organizations = lock(&self.other_organizations).clone();
        other_organizations.into_iter().find(|other| uses(other))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The world as it is now: everything that is due has happened.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = lock(&self.world);
        world.advance(self.now());
        world
    }

    pub(crate) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        lock(&self.throttle)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }

    pub(crate) fn organization_id(&self) -> &str {
        &self.organization_id
    }

    pub(crate) fn toolbox_url(&self) -> String {
        lock(&self.toolbox_url).clone()
    }

    pub(crate) fn set_toolbox_url(&self, url: String) {
        *lock(&self.toolbox_url) = url;
    }

    /// Notes a connection that was accepted.
    pub(crate) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Tells those who wait that something may have changed.
    pub(crate) fn announce(&self) {
        self.changed.notify_waiters();
        for other in lock(&self.other_organizations).iter() {
            other.announce();
        }
    }

    /// Waits until `done` holds for a sandbox, or `limit` has passed.
    pub(crate) async fn wait(&self, key: Key, limit: Duration, done: impl Fn(&Sandbox) -> bool) {
        let deadline = self.now() + limit;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let wake = {
                let world = self.world();
                if done(world.sandbox(key)) || self.now() >= deadline {
                    return;
                }
                world.next_change(key).map_or(deadline, |due| due.min(deadline))
            };
            tokio::select! {
                () = tokio::time::sleep_until(self.clock.instant(wake)) => {}
                () = changed => {}
            }
        }
    }
}

/// A lock whose holder panicked is still good here: the test that panicked has failed already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
