//! One live instance: how it starts, how one function of it is called, and what each failure means.

use std::sync::Arc;

use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

use crate::admission::Question;
use crate::bindings::types as wit;
use crate::egress::{Egress, Origin};
use crate::error::CallError;
use crate::exports::Export;
use crate::leak;
use crate::log::warn_line;
use crate::provider::Loading;
use crate::store::{Computed, ComputedTooLong, StoreData, store};
use crate::types::{Context, ErrorCode, Spec};

/// A store with an instance in it. After an error that is not the provider's own, it must not be used again.
pub(crate) struct Session {
    pub(crate) provider: Arc<Loading>,
    store: Store<StoreData>,
    instance: Instance,
}

impl Session {
    /// Makes an instance. `meter` counts the time that it computes. Where there is no room, instances that wait for a call
    /// give theirs up.
    pub(crate) async fn start(
        provider: &Arc<Loading>,
        meter: &Computed,
        function: &'static str,
    ) -> Result<Self, CallError> {
        loop {
            let mut store = store(&provider.shared, meter.clone());
            match provider.pre.instantiate_async(&mut store).await {
                Ok(instance) => return Ok(Self { provider: Arc::clone(provider), store, instance }),
                Err(error) if error.is::<PoolConcurrencyLimitError>() && provider.shared.waiting.give_up() => {}
                Err(error) => return Err(classify(provider, &store, function, &error)),
            }
        }
    }

    /// Calls one function. The guest's own failures are in the result; an error means that the instance is lost.
    pub(crate) async fn call<P, R>(&mut self, export: &Export<P, R>, params: P) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Lift + Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let function = match export.bind(&self.instance, &mut self.store) {
            Ok(function) => function,
            Err(error) => return Err(self.classify(export.name, &error)),
        };
        match function.call_async(&mut self.store, params).await {
            Ok((value,)) => Ok(value),
            Err(error) => Err(self.classify(export.name, &error)),
        }
    }

    /// A context for the guest: with a placeholder for its key, where the policy says so.
    pub(crate) fn context(&mut self, context: &Context) -> Result<wit::Context, CallError> {
        let mut lowered: wit::Context = context.into();
        if !self.provider.shared.policy.inject_credentials {
            return Ok(lowered);
        }
        let placeholders = &mut self.store.data_mut().hooks.placeholders;
        match (&context.credential, &mut lowered.credential) {
            (Some(key), Some(lowered)) => {
                let own = key.api_url.as_ref().and_then(|url| Origin::of(&url.parse().ok()?).ok());
                lowered.secret = placeholders.hide(&key.secret, own).map_err(|_| CallError::UnusableKey)?;
            }
            _ if placeholders.is_unusable() => return Err(CallError::UnusableKey),
            _ => {}
        }
        Ok(lowered)
    }

    /// Looks for the keys of a call in what would lie at the vendor. A guest that holds placeholders cannot, so the error is
    /// the one that it would give.
    pub(crate) fn check_keys(&self, context: &Context, spec: &Spec) -> Result<(), CallError> {
        let keys = self.store.data().hooks.placeholders.keys();
        leak::find(&keys, context, spec).map_or(Ok(()), |path| Err(leak::error(&path).into()))
    }

    /// Asks the provider, unless it has said so before, whom a call with this context and handle may contact, and lets
    /// it contact those.
    pub(crate) async fn admit(
        &mut self,
        context: &wit::Context,
        handle: Option<&wit::Handle>,
    ) -> Result<(), CallError> {
        let provider = Arc::clone(&self.provider);
        let question = Question::new(context, handle);
        if let Some(egress) = provider.admissions.get(question) {
            self.store.data_mut().hooks.open(egress);
            return Ok(());
        }
        let named = self.call(&provider.exports.provider.origins, (context.clone(), handle.cloned())).await??;
        let origins = named
            .into_iter()
            .map(|origin| match Origin::parse(&origin) {
                Ok(parsed) => Ok(parsed),
                Err(reason) => Err(CallError::BadOrigin { origin, reason }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let egress = Egress::new(origins);
        provider.admissions.keep(question, egress.clone());
        self.store.data_mut().hooks.open(egress);
        Ok(())
    }

    /// Adds to the provider's error why its last request got no response, where that is what it is about.
    pub(crate) fn explained<T>(&self, result: Result<T, CallError>) -> Result<T, CallError> {
        let reason = self.store.data().hooks.reason.take();
        result.map_err(|error| match (error, reason) {
            (CallError::Provider(mut error), Some(reason)) if is_of_network(error.code) => {
                error.details.push(NETWORK, reason);
                CallError::Provider(error)
            }
            (error, _) => error,
        })
    }

    /// Ends what was allowed, and handed out, for one call.
    pub(crate) fn close(&mut self) {
        let hooks = &mut self.store.data_mut().hooks;
        hooks.open(Egress::default());
        hooks.placeholders.end_call();
    }

    fn classify(&self, function: &'static str, error: &wasmtime::Error) -> CallError {
        classify(&self.provider, &self.store, function, error)
    }
}

/// The detail of an error that says why there was no response.
const NETWORK: &str = "network";

/// Whether such an error may come from a request without a response.
fn is_of_network(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::EgressDenied | ErrorCode::Protocol)
}

impl From<wit::Error> for CallError {
    fn from(error: wit::Error) -> Self {
        Self::Provider(error.into())
    }
}

fn classify(
    provider: &Loading,
    store: &Store<StoreData>,
    function: &'static str,
    error: &wasmtime::Error,
) -> CallError {
    let limits = &provider.shared.limits;
    let classified = if error.is::<PoolConcurrencyLimitError>() {
        CallError::Busy { limit: limits.concurrent_calls }
    } else if error.is::<ComputedTooLong>() {
        CallError::ComputedTooLong { function, limit: limits.compute }
    } else if store.data().limiter.refused_memory() {
        CallError::OutOfMemory { function, limit: limits.memory_bytes }
    } else if let Some(trap) = error.downcast_ref::<Trap>() {
        CallError::Trapped { function, message: trap.to_string() }
    } else {
        // Host functions trap the guest with errors of their own: a write beyond the permit, a dropped parent.
        CallError::Trapped { function, message: error.root_cause().to_string() }
    };
    warn_line!(
        target: "sandbox_host::call",
        function,
        error = %format_args!("{error:#}"),
        "{classified}"
    );
    classified
}
