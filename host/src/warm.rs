//! Instances that stay between calls.
//!
//! A fresh instance per call isolates calls from each other, and costs some tens of microseconds. Where that counts, an
//! instance can serve one pool's calls one after the other: never those of two pools or of two organizations, because
//! what a provider keeps of one caller must not reach another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use crate::call::fresh;
use crate::error::CallError;
use crate::guard::Guard;
use crate::instance::Instance;
use crate::limits::WarmLimits;
use crate::shared::ProviderInner;
use crate::types::Context;
use crate::verbs::{Value, Verb};
use crate::waiting::Keeper;

/// A provider whose instances are kept between calls of the same pool; see
/// [`Provider::warm`](crate::Provider::warm). Cheap to clone; clones share the instances.
///
/// ```no_run
/// use sandbox_host::{Context, Handle, Provider, WarmLimits};
///
/// # async fn example(provider: &Provider, context: &Context, handle: &Handle) -> Result<(), sandbox_host::CallError> {
/// let warm = provider.warm(WarmLimits::default());
/// println!("{}", warm.status(context, handle).await?.status);
/// assert!(warm.idle() <= 1);
/// # Ok(())
/// # }
/// ```
///
/// An instance in which a call broke, timed out or was cancelled is never used again. Functions that send nothing are for no
/// pool's account, and run in fresh instances.
///
/// # Errors
/// As the provider's.
#[derive(Clone)]
pub struct Warm {
    provider: Arc<ProviderInner>,
    limits: WarmLimits,
    idle: Arc<Mutex<Idle>>,
}

/// Whom an instance has served and may serve again: an organization of the platform, where it named one, and its pool.
#[derive(PartialEq, Eq, Hash)]
struct Owner {
    organization: Option<String>,
    pool: String,
}

impl Owner {
    fn of(context: &Context) -> Self {
        Self { organization: context.organization_id.clone(), pool: context.pool_id.clone() }
    }
}

/// The instances of a [`Warm`] that wait.
#[derive(Default)]
struct Idle {
    pools: HashMap<Owner, Vec<Kept>>,
    /// Nothing is kept any more.
    closed: bool,
}

impl Idle {
    fn count(&self) -> usize {
        self.pools.values().map(Vec::len).sum()
    }

    /// Drops those that are too old, of every pool.
    fn drop_aged(&mut self, age: Duration) {
        self.pools.retain(|_, waiting| {
            waiting.retain(|kept| kept.made.elapsed() < age);
            !waiting.is_empty()
        });
    }
}

impl Keeper for Mutex<Idle> {
    fn give_up(&self) -> bool {
        lock(self).pools.drain().count() > 0
    }
}

fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An instance and its past.
struct Kept {
    instance: Instance,
    calls: u32,
    made: Instant,
}

impl Warm {
    pub(crate) fn new(provider: Arc<ProviderInner>, limits: WarmLimits) -> Self {
        let idle: Arc<Mutex<Idle>> = Arc::default();
        let keeper: Weak<Mutex<Idle>> = Arc::downgrade(&idle);
        provider.shared.waiting.add(keeper);
        Self { provider, limits, idle }
    }

    /// How many instances are waiting.
    pub fn idle(&self) -> usize {
        lock(&self.idle).count()
    }

    /// Gives up all instances that are waiting.
    pub fn clear(&self) {
        lock(&self.idle).pools.clear();
    }

    /// Gives them up, and keeps none any more.
    pub(crate) fn close(&self) {
        let mut idle = lock(&self.idle);
        idle.closed = true;
        idle.pools.clear();
    }

    pub(crate) async fn call<V: Verb>(&self, verb: V) -> Result<Value<V>, CallError> {
        let Some(owner) = verb.owner().map(Owner::of) else {
            return fresh(&self.provider, verb).await;
        };
        let guard = Guard::enter(&self.provider.shared, &verb)?;
        guard.leave(self.guarded(owner, verb).await)
    }

    async fn guarded<V: Verb>(&self, owner: Owner, verb: V) -> Result<Value<V>, CallError> {
        // Before an instance: a pool that is over its quota must not make any.
        let _pass = self.provider.shared.quotas.enter(verb.pool())?;
        let mut kept = match self.take(&owner) {
            Some(kept) => kept,
            None => Kept { instance: Instance::open(&self.provider).await?, calls: 0, made: Instant::now() },
        };
        let result = kept.instance.call_admitted(verb).await;
        kept.calls += 1;
        self.keep(owner, kept);
        result
    }

    /// The instance that was used last, whose memory is still in the caches.
    fn take(&self, owner: &Owner) -> Option<Kept> {
        let mut idle = lock(&self.idle);
        let waiting = idle.pools.get_mut(owner)?;
        waiting.retain(|kept| kept.made.elapsed() < self.limits.age);
        let taken = waiting.pop();
        if waiting.is_empty() {
            idle.pools.remove(owner);
        }
        taken
    }

    fn keep(&self, owner: Owner, kept: Kept) {
        if !kept.instance.is_usable() || kept.calls >= self.limits.calls || kept.made.elapsed() >= self.limits.age {
            return;
        }
        let mut idle = lock(&self.idle);
        if idle.count() >= self.limits.idle {
            // Pools that are not called any more must not keep the others cold.
            idle.drop_aged(self.limits.age);
        }
        if !idle.closed && idle.count() < self.limits.idle {
            idle.pools.entry(owner).or_default().push(kept);
        }
    }
}
