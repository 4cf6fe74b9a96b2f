//! One version in a slot, and the leases on it.

use std::sync::Arc;

use tokio::sync::{broadcast, watch};

use super::event::{Event, Version};
use crate::call::fresh;
use crate::error::CallError;
use crate::provider::Provider;
use crate::types::{Context, Declaration, Descriptor, Finding, Handle, Spec, State, Termination};
use crate::verbs::{
    Archive, CheckConfig, Describe, Locate, Origins, Provides, Provision, Start, Status, Stop, Terminate, Unmet, Verb,
};

/// A version that serves or has served.
pub(crate) struct Generation {
    number: u64,
    provider: Provider,
    descriptor: Descriptor,
    calls: watch::Sender<usize>,
    /// Becomes true when its calls have had their time.
    ended: watch::Sender<bool>,
}

impl Generation {
    pub(super) fn new(number: u64, provider: Provider, descriptor: Descriptor) -> Self {
        Self { number, provider, descriptor, calls: watch::Sender::new(0), ended: watch::Sender::new(false) }
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

    /// Ends its calls.
    pub(super) fn end(&self) {
        self.ended.send_replace(true);
    }
}

/// The version of a slot that serves, held for one call. See [`Provider`] for what each call does.
///
/// # Errors
/// As the provider's; and [`CallError::Replaced`] when the version was replaced and the call took longer than the drain
/// limit.
pub struct Lease {
    generation: Arc<Generation>,
    events: broadcast::Sender<Event>,
}

impl Lease {
    pub(super) fn new(generation: &Arc<Generation>, events: &broadcast::Sender<Event>) -> Self {
        generation.calls.send_modify(|calls| *calls += 1);
        Self { generation: Arc::clone(generation), events: events.clone() }
    }

    /// Which version this is.
    pub fn version(&self) -> Version {
        self.generation.version()
    }

    /// What the version said of itself when it came in.
    pub fn descriptor(&self) -> &Descriptor {
        &self.generation.descriptor
    }

    /// Tells of a call that took its instance with it.
    fn tell(&self, function: &'static str, error: &CallError) {
        let broke = matches!(
            error,
            CallError::Trapped { .. }
                | CallError::OutOfMemory { .. }
                | CallError::ComputedTooLong { .. }
                | CallError::TimedOut { .. }
                | CallError::BadOrigin { .. }
        );
        if broke {
            let event =
                Event::Trapped { version: self.version(), function: function.to_owned(), reason: error.to_string() };
            // Without a subscriber there is nobody to tell; the call itself has written its log line.
            let _ = self.events.send(event);
        }
    }

    async fn call<V: Verb>(&self, verb: V) -> Result<V::Output, CallError> {
        let function = verb.name();
        let mut ended = self.generation.ended.subscribe();
        let result = tokio::select! {
            biased;
            result = fresh(self.generation.provider.inner(), verb) => result,
            _ = ended.wait_for(|ended| *ended) => Err(CallError::Replaced { function }),
        };
        if let Err(error) = &result {
            self.tell(function, error);
        }
        result
    }

    /// As [`Provider::describe`].
    pub async fn describe(&self) -> Result<Descriptor, CallError> {
        self.call(Describe).await
    }

    /// As [`Provider::check_config`].
    pub async fn check_config(&self, config: &str) -> Result<Vec<Finding>, CallError> {
        self.call(CheckConfig(config)).await
    }

    /// As [`Provider::provides`].
    pub async fn provides(&self, runtime_provides: Option<&Declaration>) -> Result<Declaration, CallError> {
        self.call(Provides(runtime_provides)).await
    }

    /// As [`Provider::unmet`].
    pub async fn unmet(
        &self,
        demand: &Declaration,
        runtime_provides: Option<&Declaration>,
    ) -> Result<Vec<String>, CallError> {
        self.call(Unmet { demand, runtime_provides }).await
    }

    /// As [`Provider::origins`].
    pub async fn origins(&self, context: &Context, handle: Option<&Handle>) -> Result<Vec<String>, CallError> {
        self.call(Origins { context, handle }).await
    }

    /// As [`Provider::provision`].
    pub async fn provision(&self, context: &Context, spec: &Spec) -> Result<Handle, CallError> {
        self.call(Provision { context, spec }).await
    }

    /// As [`Provider::locate`].
    pub async fn locate(&self, context: &Context, session_id: &str) -> Result<Option<Handle>, CallError> {
        self.call(Locate { context, session_id }).await
    }

    /// As [`Provider::status`].
    pub async fn status(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Status { context, handle }).await
    }

    /// As [`Provider::terminate`].
    pub async fn terminate(&self, context: &Context, handle: &Handle) -> Result<Termination, CallError> {
        self.call(Terminate { context, handle }).await
    }

    /// As [`Lifecycle::stop`](crate::Lifecycle::stop); [`CallError::NotOffered`] where the version has no lifecycle.
    pub async fn stop(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Stop { context, handle }).await
    }

    /// As [`Lifecycle::start`](crate::Lifecycle::start); [`CallError::NotOffered`] where the version has no lifecycle.
    pub async fn start(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Start { context, handle }).await
    }

    /// As [`Lifecycle::archive`](crate::Lifecycle::archive); [`CallError::NotOffered`] where the version has no
    /// lifecycle.
    pub async fn archive(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Archive { context, handle }).await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.generation.calls.send_modify(|calls| *calls -= 1);
    }
}
