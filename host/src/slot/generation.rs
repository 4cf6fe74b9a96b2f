//! One version in a slot: what serves it, and how many calls it has.

use tokio::sync::watch;

use super::event::Version;
use crate::call::fresh;
use crate::error::CallError;
use crate::limits::WarmLimits;
use crate::provider::Provider;
use crate::types::Descriptor;
use crate::verbs::{Value, Verb};
use crate::warm::Warm;

/// A version that serves or has served.
pub(crate) struct Generation {
    number: u64,
    provider: Provider,
    descriptor: Descriptor,
    /// Its instances, where they stay between calls.
    warm: Option<Warm>,
    calls: watch::Sender<usize>,
    /// Becomes true when its calls have had their time.
    ended: watch::Sender<bool>,
}

impl Generation {
    pub(super) fn new(number: u64, provider: Provider, descriptor: Descriptor, warm: Option<WarmLimits>) -> Self {
        let warm = warm.map(|limits| provider.warm(limits));
        Self { number, provider, descriptor, warm, calls: watch::Sender::new(0), ended: watch::Sender::new(false) }
    }

    /// Runs a call on an instance that is fresh or kept, as the slot's rules say.
    pub(super) async fn call<V: Verb>(&self, verb: V) -> Result<Value<V>, CallError> {
        match &self.warm {
            Some(warm) => warm.call(verb).await,
            None => fresh(self.provider.inner(), verb).await,
        }
    }

    /// Instances that wait for a call.
    pub(super) fn waiting(&self) -> usize {
        self.warm.as_ref().map_or(0, Warm::idle)
    }

    /// It was replaced: gives up the instances that wait, and those that still work when they have ended.
    pub(super) fn retire(&self) {
        if let Some(warm) = &self.warm {
            warm.close();
        }
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.provider
    }

    pub(super) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    pub(super) fn version(&self) -> Version {
        Version {
            generation: self.number,
            provider: self.descriptor.id.clone(),
            version: self.descriptor.version.clone(),
            sha256: self.provider.info().digest_hex(),
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        *self.calls.borrow()
    }

    /// Returns when nobody holds a lease. There may be new ones afterwards, unless it was replaced before.
    pub(super) async fn idle(&self) {
        let mut calls = self.calls.subscribe();
        // It fails only when the sender is gone, and that is `self`.
        let _ = calls.wait_for(|calls| *calls == 0).await;
    }

    /// Counts a lease.
    pub(super) fn enter(&self) {
        self.calls.send_modify(|calls| *calls += 1);
    }

    /// A lease has ended.
    pub(super) fn leave(&self) {
        self.calls.send_modify(|calls| *calls -= 1);
    }

    /// Ends its calls.
    pub(super) fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Returns when its calls are to end.
    pub(super) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        // It fails only when the sender is gone, and that is `self`.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}
