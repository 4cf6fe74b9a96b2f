//! Instances that stay between calls.
//!
//! A fresh instance per call isolates calls from each other, and costs some tens of microseconds. Where that counts, an
//! instance can serve one pool's calls one after the other: never two pools', because what a provider keeps of one
//! caller must not reach another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::call::fresh;
use crate::error::CallError;
use crate::instance::Instance;
use crate::provider::Loading;
use crate::types::{Context, Handle, Spec, State, Termination};
use crate::verbs::{Archive, Locate, Provision, Start, Status, Stop, Terminate, Verb};

/// How long instances are kept, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WarmLimits {
    /// Instances that wait for a call, of all pools together. Default 64. Each takes one of
    /// [`Limits::concurrent_calls`](crate::Limits::concurrent_calls), and is given up when a call finds no room.
    pub idle: usize,
    /// Calls that one instance serves. Default 1,000: what it did not give back is gone after that.
    pub calls: u32,
    /// Age at which an instance is not used again. Default 5 min.
    pub age: Duration,
}

impl Default for WarmLimits {
    fn default() -> Self {
        Self { idle: 64, calls: 1_000, age: Duration::from_secs(300) }
    }
}

/// A provider whose instances are kept between calls of the same pool; see
/// [`Provider::warm`](crate::Provider::warm). Cheap to clone; clones share the instances.
///
/// An instance in which a call broke, timed out or was cancelled is never used again. Functions that are not here are not
/// for a pool, and run in fresh instances.
///
/// # Errors
/// As the provider's.
#[derive(Clone)]
pub struct Warm {
    provider: Arc<Loading>,
    limits: WarmLimits,
    idle: Arc<Mutex<HashMap<String, Vec<Kept>>>>,
}

/// An instance and its past.
struct Kept {
    instance: Instance,
    calls: u32,
    made: Instant,
}

impl Warm {
    pub(crate) fn new(provider: Arc<Loading>, limits: WarmLimits) -> Self {
        Self { provider, limits, idle: Arc::default() }
    }

    /// How many instances are waiting.
    pub fn idle(&self) -> usize {
        self.kept().values().map(Vec::len).sum()
    }

    /// Gives up all instances that are waiting.
    pub fn clear(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<Kept>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn call<V: Verb>(&self, verb: V) -> Result<V::Output, CallError> {
        let Some(pool) = verb.pool().map(str::to_owned) else {
            return fresh(&self.provider, verb).await;
        };
        let mut kept = match self.take(&pool) {
            Some(kept) => kept,
            None => self.make().await?,
        };
        let result = kept.instance.call(verb).await;
        kept.calls += 1;
        self.keep(pool, kept);
        result
    }

    /// The instance that was used last, whose memory is still in the caches.
    fn take(&self, pool: &str) -> Option<Kept> {
        let mut idle = self.kept();
        let waiting = idle.get_mut(pool)?;
        waiting.retain(|kept| kept.made.elapsed() < self.limits.age);
        let taken = waiting.pop();
        if waiting.is_empty() {
            idle.remove(pool);
        }
        taken
    }

    async fn make(&self) -> Result<Kept, CallError> {
        let instance = match Instance::open(&self.provider).await {
            // Those that wait take room, too.
            Err(CallError::Busy { .. }) if self.idle() > 0 => {
                self.clear();
                Instance::open(&self.provider).await?
            }
            made => made?,
        };
        Ok(Kept { instance, calls: 0, made: Instant::now() })
    }

    fn keep(&self, pool: String, kept: Kept) {
        let good = kept.instance.is_usable() && kept.calls < self.limits.calls && kept.made.elapsed() < self.limits.age;
        let mut idle = self.kept();
        if good && idle.values().map(Vec::len).sum::<usize>() < self.limits.idle {
            idle.entry(pool).or_default().push(kept);
        }
    }

    /// As [`Provider::provision`](crate::Provider::provision).
    pub async fn provision(&self, context: &Context, spec: &Spec) -> Result<Handle, CallError> {
        self.call(Provision { context, spec }).await
    }

    /// As [`Provider::locate`](crate::Provider::locate).
    pub async fn locate(&self, context: &Context, session_id: &str) -> Result<Option<Handle>, CallError> {
        self.call(Locate { context, session_id }).await
    }

    /// As [`Provider::status`](crate::Provider::status).
    pub async fn status(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Status { context, handle }).await
    }

    /// As [`Provider::terminate`](crate::Provider::terminate).
    pub async fn terminate(&self, context: &Context, handle: &Handle) -> Result<Termination, CallError> {
        self.call(Terminate { context, handle }).await
    }

    /// As [`Lifecycle::stop`](crate::Lifecycle::stop); [`CallError::NotOffered`] where the provider has no lifecycle.
    pub async fn stop(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Stop { context, handle }).await
    }

    /// As [`Lifecycle::start`](crate::Lifecycle::start); [`CallError::NotOffered`] where the provider has no lifecycle.
    pub async fn start(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Start { context, handle }).await
    }

    /// As [`Lifecycle::archive`](crate::Lifecycle::archive); [`CallError::NotOffered`] where the provider has no
    /// lifecycle.
    pub async fn archive(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Archive { context, handle }).await
    }
}
