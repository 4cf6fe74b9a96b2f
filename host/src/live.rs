//! One live instance: how it starts, how one function of it is called, and what each failure means.

use std::sync::Arc;

use wasmtime::component::{ComponentExportIndex, Instance};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

use crate::admission::OriginsKey;
use crate::bindings::types as wit;
use crate::egress::AdmittedOrigins;
use crate::error::CallError;
use crate::log::warn_line;
use crate::origin::Origin;
use crate::redact::Keys;
use crate::shared::ProviderInner;
use crate::store::{Computed, ComputedTooLong, StoreData};
use crate::types::{Context, ErrorCode, Handle};
use crate::verbs::{Origins, Value, Verb};
use crate::wire::Returns;

/// A store with an instance in it. After an error that is not the provider's own, it must not be used again.
pub(crate) struct LiveInstance {
    provider: Arc<ProviderInner>,
    store: Store<StoreData>,
    instance: Instance,
}

impl LiveInstance {
    /// Makes an instance. `meter` counts the time that it computes. Where there is no room, instances that wait for a call
    /// give theirs up.
    pub(crate) async fn start(
        provider: &Arc<ProviderInner>,
        meter: &Computed,
        function: &'static str,
    ) -> Result<Self, CallError> {
        loop {
            let mut store = provider.shared.store(meter.clone());
            match provider.pre.instantiate_async(&mut store).await {
                Ok(instance) => return Ok(Self { provider: Arc::clone(provider), store, instance }),
                Err(error) if error.is::<PoolConcurrencyLimitError>() && provider.shared.waiting.give_up() => {}
                Err(error) => return Err(classify(provider, &store, function, error)),
            }
        }
    }

    /// Makes a call: looks whether the provider has the function and whom the call may contact, and calls.
    pub(crate) async fn run<V: Verb>(&mut self, verb: &V) -> Result<Value<V>, CallError> {
        self.offered::<V>()?;
        let params = verb.lower(|context| self.context(context))?;
        if let Some(context) = verb.owner() {
            self.admit(context, verb.handle()).await?;
        }
        self.call::<V>(params).await
    }

    /// Where the provider has a function.
    fn offered<V: Verb>(&self) -> Result<ComponentExportIndex, CallError> {
        let function = V::FUNCTION;
        let missing = || CallError::NotOffered { function: function.name(), interface: function.interface() };
        self.provider.exports.get(function).ok_or_else(missing)
    }

    /// Calls one function. The guest's own failures are in the result; another error means that the instance is lost.
    async fn call<V: Verb>(&mut self, params: V::Params) -> Result<Value<V>, CallError> {
        let (index, name) = (self.offered::<V>()?, V::FUNCTION.name());
        let function = self
            .instance
            .get_typed_func::<V::Params, <V::Returns as Returns>::Results>(&mut self.store, index)
            .map_err(|error| self.classify(name, error))?;
        match function.call_async(&mut self.store, params).await {
            Ok(results) => V::Returns::finish(results),
            Err(error) => Err(self.classify(name, error)),
        }
    }

    /// A context for the guest: with a placeholder for its key, where the policy says so.
    fn context(&mut self, context: &Context) -> Result<wit::Context, CallError> {
        let mut lowered: wit::Context = context.into();
        if !self.provider.shared.surroundings.policy.inject_credentials {
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

    /// Asks the provider, unless it has said so before, whom a call with this context and handle may contact, and lets
    /// it contact those.
    async fn admit(&mut self, context: &Context, handle: Option<&Handle>) -> Result<(), CallError> {
        let provider = Arc::clone(&self.provider);
        let key = OriginsKey::new(context, handle);
        if let Some(egress) = provider.admissions.get(key) {
            self.store.data_mut().hooks.open(egress);
            return Ok(());
        }
        let params = Origins { context, handle }.lower(|context| self.context(context))?;
        let named = self.call::<Origins<'_>>(params).await?;
        let origins = named
            .into_iter()
            .map(|origin| match Origin::parse(&origin) {
                Ok(parsed) => Ok(parsed),
                Err(reason) => Err(CallError::BadOrigin { origin, reason }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let egress = AdmittedOrigins::new(origins);
        provider.admissions.keep(key, egress.clone());
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
        hooks.open(AdmittedOrigins::default());
        hooks.placeholders.end_call();
    }

    fn classify(&self, function: &'static str, error: wasmtime::Error) -> CallError {
        classify(&self.provider, &self.store, function, error)
    }
}

/// The detail of an error that says why there was no response.
const NETWORK: &str = "network";

/// Whether such an error may come from a request without a response.
fn is_of_network(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::EgressDenied | ErrorCode::Protocol)
}

fn classify(
    provider: &ProviderInner,
    store: &Store<StoreData>,
    function: &'static str,
    error: wasmtime::Error,
) -> CallError {
    let limits = &provider.shared.limits();
    // A guest may have made its last words of what it was called with.
    let keys = Keys::new(&store.data().hooks.placeholders.keys());
    #[cfg(feature = "tracing")]
    let chain = keys.redacted(&format!("{error:#}"));
    let mut classified = if error.is::<PoolConcurrencyLimitError>() {
        CallError::Busy { limit: limits.concurrent_calls }
    } else if error.is::<ComputedTooLong>() {
        CallError::ComputedTooLong { function, limit: limits.compute }
    } else if store.data().limiter.refused_memory() {
        CallError::OutOfMemory { function, limit: limits.memory_bytes }
    } else {
        // Host functions trap the guest with errors of their own: a write beyond the permit, a dropped parent.
        let message = match error.downcast_ref::<Trap>() {
            Some(trap) => trap.to_string(),
            None => error.root_cause().to_string(),
        };
        CallError::Trapped { function, message, source: error.into_boxed_dyn_error() }
    };
    keys.redact_error(&mut classified);
    warn_line!(target: "sandbox_host::call", function, error = chain, "{classified}");
    classified
}
