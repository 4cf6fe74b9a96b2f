use std::sync::Arc;
use std::time::Duration;

use crate::call::{bounded, limit};
use crate::error::CallError;
use crate::guard::Guard;
use crate::live::LiveInstance;
use crate::shared::ProviderInner;
use crate::store::Computed;
use crate::verbs::{Value, Verb};

/// How long making an instance may take; it runs no code of the contract.
const START: Duration = Duration::from_secs(10);

/// An instance that serves many calls, one after the other.
///
/// A call that breaks, times out or is cancelled takes the instance with it: every later call returns
/// [`CallError::Poisoned`]. The provider's own errors do no harm.
///
/// ```no_run
/// use sandbox_host::{Context, Handle, Provider};
///
/// # async fn example(provider: &Provider, context: &Context, handles: &[Handle]) -> Result<(), sandbox_host::CallError> {
/// let mut instance = provider.instance().await?;
/// for handle in handles {
///     println!("{}", instance.status(context, handle).await?.status);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Instance {
    provider: Arc<ProviderInner>,
    meter: Computed,
    /// Taken out while a call runs and put back when it ended well, so that a call that is dropped half-way drops the
    /// store, too.
    live: Option<LiveInstance>,
}

impl Instance {
    pub(crate) async fn open(provider: &Arc<ProviderInner>) -> Result<Self, CallError> {
        let meter = Computed::default();
        let start = LiveInstance::start(provider, &meter, "instance");
        let live = bounded("instance", START, &meter, start).await?;
        Ok(Self { provider: Arc::clone(provider), meter, live: Some(live) })
    }

    /// Whether it can be called.
    pub fn is_usable(&self) -> bool {
        self.live.is_some()
    }

    pub(crate) async fn call<V: Verb>(&mut self, verb: V) -> Result<Value<V>, CallError> {
        let guard = Guard::enter(&self.provider.shared, &verb)?;
        let result = match self.provider.shared.quotas.enter(verb.pool()) {
            Ok(_pass) => self.call_admitted(verb).await,
            Err(error) => Err(error),
        };
        guard.leave(result)
    }

    /// A call that its guard and its pool's quota have let in.
    pub(crate) async fn call_admitted<V: Verb>(&mut self, verb: V) -> Result<Value<V>, CallError> {
        let mut live = self.live.take().ok_or(CallError::Poisoned)?;
        self.meter.reset();
        let limit = limit(&self.provider, &verb);
        let result = bounded(V::FUNCTION.name(), limit, &self.meter, live.run(&verb)).await;
        let result = live.explained(result);
        if matches!(
            result,
            Ok(_)
                | Err(CallError::Provider(_)
                    | CallError::BadOrigin { .. }
                    | CallError::NotOffered { .. }
                    | CallError::UnusableKey)
        ) {
            live.close();
            self.live = Some(live);
        }
        result
    }
}
