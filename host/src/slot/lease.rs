//! Calls on the version of a slot that serves.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::event::{Event, Version};
use super::generation::Generation;
use crate::error::CallError;
use crate::types::{
    Context, Declaration, Descriptor, Finding, Handle, Known, Mode, Page, Report, Spec, State, Termination,
};
use crate::verbs::{
    Archive, CheckConfig, Describe, Extend, KeepAlive, List, Locate, Origins, Provides, Provision, Reconcile, Start,
    Status, Stop, Terminate, Unmet, Verb,
};

/// The version of a slot that serves, held for one call. [`Provider`](crate::Provider) and what it offers say what each
/// call does.
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
        generation.enter();
        Self { generation: Arc::clone(generation), events: events.clone() }
    }

    /// Which version this is.
    pub fn version(&self) -> Version {
        self.generation.version()
    }

    /// What the version said of itself when it came in.
    pub fn descriptor(&self) -> &Descriptor {
        self.generation.descriptor()
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
        let result = tokio::select! {
            biased;
            result = self.generation.call(verb) => result,
            () = self.generation.ended() => Err(CallError::Replaced { function }),
        };
        if let Err(error) = &result {
            self.tell(function, error);
        }
        result
    }

    /// As [`Provider::describe`](crate::Provider::describe).
    pub async fn describe(&self) -> Result<Descriptor, CallError> {
        self.call(Describe).await
    }

    /// As [`Provider::check_config`](crate::Provider::check_config).
    pub async fn check_config(&self, config: &str) -> Result<Vec<Finding>, CallError> {
        self.call(CheckConfig(config)).await
    }

    /// As [`Provider::provides`](crate::Provider::provides).
    pub async fn provides(&self, runtime_provides: Option<&Declaration>) -> Result<Declaration, CallError> {
        self.call(Provides(runtime_provides)).await
    }

    /// As [`Provider::unmet`](crate::Provider::unmet).
    pub async fn unmet(
        &self,
        demand: &Declaration,
        runtime_provides: Option<&Declaration>,
    ) -> Result<Vec<String>, CallError> {
        self.call(Unmet { demand, runtime_provides }).await
    }

    /// As [`Provider::origins`](crate::Provider::origins).
    pub async fn origins(&self, context: &Context, handle: Option<&Handle>) -> Result<Vec<String>, CallError> {
        self.call(Origins { context, handle }).await
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

    /// As [`Lifecycle::keep_alive`](crate::Lifecycle::keep_alive); [`CallError::NotOffered`] where the version has no
    /// lifecycle.
    pub async fn keep_alive(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(KeepAlive { context, handle }).await
    }

    /// As [`Lifecycle::extend`](crate::Lifecycle::extend); [`CallError::NotOffered`] where the version has no
    /// lifecycle.
    pub async fn extend(&self, context: &Context, handle: &Handle, seconds: u32) -> Result<State, CallError> {
        self.call(Extend { context, handle, seconds }).await
    }

    /// As [`Inventory::list`](crate::Inventory::list); [`CallError::NotOffered`] where the version has no inventory.
    pub async fn list(&self, context: &Context, cursor: Option<&str>) -> Result<Page, CallError> {
        self.call(List { context, cursor }).await
    }

    /// As [`Inventory::reconcile`](crate::Inventory::reconcile); [`CallError::NotOffered`] where the version has no
    /// inventory.
    pub async fn reconcile(&self, context: &Context, known: &Known, mode: Mode) -> Result<Report, CallError> {
        self.call(Reconcile { context, known, mode }).await
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.generation.leave();
    }
}
