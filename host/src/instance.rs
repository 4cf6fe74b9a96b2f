use std::sync::Arc;
use std::time::Duration;

use crate::call::{bounded, limit};
use crate::error::CallError;
use crate::provider::Loading;
use crate::session::Session;
use crate::store::Computed;
use crate::types::{
    Context, Declaration, Descriptor, Finding, Handle, Known, Mode, Page, Report, Spec, State, Termination,
};
use crate::verbs::{
    Archive, CheckConfig, Describe, Extend, KeepAlive, List, Locate, Origins, Provides, Provision, Reconcile, Start,
    Status, Stop, Terminate, Unmet, Verb,
};

/// How long making an instance may take; it runs no code of the contract.
const START: Duration = Duration::from_secs(10);

/// An instance that serves many calls, one after the other.
///
/// A call that breaks, times out or is cancelled takes the instance with it: every later call returns
/// [`CallError::Poisoned`]. The provider's own errors do no harm.
pub struct Instance {
    provider: Arc<Loading>,
    meter: Computed,
    /// Taken out while a call runs and put back when it ended well, so that a call that is dropped half-way drops the
    /// store, too.
    session: Option<Session>,
}

impl Instance {
    pub(crate) async fn open(provider: &Arc<Loading>) -> Result<Self, CallError> {
        let meter = Computed::default();
        let start = Session::start(provider, &meter, "instance");
        let session = bounded("instance", START, &meter, start).await?;
        Ok(Self { provider: Arc::clone(provider), meter, session: Some(session) })
    }

    /// Whether it can be called.
    pub fn is_usable(&self) -> bool {
        self.session.is_some()
    }

    pub(crate) async fn call<V: Verb>(&mut self, verb: V) -> Result<V::Output, CallError> {
        let _pass = self.provider.shared.quotas.enter(verb.pool())?;
        let mut session = self.session.take().ok_or(CallError::Poisoned)?;
        self.meter.reset();
        let limit = limit(&self.provider, &verb);
        let result = bounded(verb.name(), limit, &self.meter, verb.run(&mut session)).await;
        if matches!(
            result,
            Ok(_)
                | Err(CallError::Provider(_)
                    | CallError::BadOrigin { .. }
                    | CallError::NotOffered { .. }
                    | CallError::UnusableKey)
        ) {
            session.close();
            self.session = Some(session);
        }
        result
    }

    /// As [`Provider::describe`](crate::Provider::describe).
    pub async fn describe(&mut self) -> Result<Descriptor, CallError> {
        self.call(Describe).await
    }

    /// As [`Provider::check_config`](crate::Provider::check_config).
    pub async fn check_config(&mut self, config: &str) -> Result<Vec<Finding>, CallError> {
        self.call(CheckConfig(config)).await
    }

    /// As [`Provider::provision`](crate::Provider::provision).
    pub async fn provision(&mut self, context: &Context, spec: &Spec) -> Result<Handle, CallError> {
        self.call(Provision { context, spec }).await
    }

    /// As [`Provider::locate`](crate::Provider::locate).
    pub async fn locate(&mut self, context: &Context, session_id: &str) -> Result<Option<Handle>, CallError> {
        self.call(Locate { context, session_id }).await
    }

    /// As [`Provider::status`](crate::Provider::status).
    pub async fn status(&mut self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Status { context, handle }).await
    }

    /// As [`Provider::terminate`](crate::Provider::terminate).
    pub async fn terminate(&mut self, context: &Context, handle: &Handle) -> Result<Termination, CallError> {
        self.call(Terminate { context, handle }).await
    }

    /// As [`Lifecycle::stop`](crate::Lifecycle::stop); [`CallError::NotOffered`] where the provider has no lifecycle.
    pub async fn stop(&mut self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Stop { context, handle }).await
    }

    /// As [`Lifecycle::start`](crate::Lifecycle::start); [`CallError::NotOffered`] where the provider has no lifecycle.
    pub async fn start(&mut self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Start { context, handle }).await
    }

    /// As [`Lifecycle::archive`](crate::Lifecycle::archive); [`CallError::NotOffered`] where the provider has no lifecycle.
    pub async fn archive(&mut self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(Archive { context, handle }).await
    }

    /// As [`Provider::provides`](crate::Provider::provides).
    pub async fn provides(&mut self, runtime_provides: Option<&Declaration>) -> Result<Declaration, CallError> {
        self.call(Provides(runtime_provides)).await
    }

    /// As [`Provider::unmet`](crate::Provider::unmet).
    pub async fn unmet(
        &mut self,
        demand: &Declaration,
        runtime_provides: Option<&Declaration>,
    ) -> Result<Vec<String>, CallError> {
        self.call(Unmet { demand, runtime_provides }).await
    }

    /// As [`Provider::origins`](crate::Provider::origins).
    pub async fn origins(&mut self, context: &Context, handle: Option<&Handle>) -> Result<Vec<String>, CallError> {
        self.call(Origins { context, handle }).await
    }

    /// As [`Lifecycle::keep_alive`](crate::Lifecycle::keep_alive); [`CallError::NotOffered`] where the provider has no
    /// lifecycle.
    pub async fn keep_alive(&mut self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        self.call(KeepAlive { context, handle }).await
    }

    /// As [`Lifecycle::extend`](crate::Lifecycle::extend); [`CallError::NotOffered`] where the provider has no
    /// lifecycle.
    pub async fn extend(&mut self, context: &Context, handle: &Handle, seconds: u32) -> Result<State, CallError> {
        self.call(Extend { context, handle, seconds }).await
    }

    /// As [`Inventory::list`](crate::Inventory::list); [`CallError::NotOffered`] where the provider has no inventory.
    pub async fn list(&mut self, context: &Context, cursor: Option<&str>) -> Result<Page, CallError> {
        self.call(List { context, cursor }).await
    }

    /// As [`Inventory::reconcile`](crate::Inventory::reconcile); [`CallError::NotOffered`] where the provider has no
    /// inventory.
    pub async fn reconcile(&mut self, context: &Context, known: &Known, mode: Mode) -> Result<Report, CallError> {
        self.call(Reconcile { context, known, mode }).await
    }
}
