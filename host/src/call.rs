//! Around a call: a fresh instance, the clock on the wall, and the meter for computing.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::error::CallError;
use crate::guard::Guard;
use crate::live::LiveInstance;
use crate::log::warn_line;
use crate::shared::ProviderInner;
use crate::store::Computed;
use crate::verbs::{Value, Verb};

/// Runs a verb on a fresh instance, which is dropped afterwards.
pub(crate) async fn fresh<V: Verb>(provider: &Arc<ProviderInner>, verb: V) -> Result<Value<V>, CallError> {
    let meter = Computed::default();
    let name = V::FUNCTION.name();
    let limit = limit(provider, &verb);
    let guard = Guard::enter(&provider.shared, &verb)?;
    let work = async {
        let _pass = provider.shared.quotas.enter(verb.pool())?;
        let work = async {
            let mut live = LiveInstance::start(provider, &meter, name).await?;
            let result = live.run(&verb).await;
            live.explained(result)
        };
        bounded(name, limit, &meter, work).await
    };
    guard.leave(work.await)
}

/// How long a verb may take on the clock on the wall.
pub(crate) fn limit(provider: &ProviderInner, verb: &impl Verb) -> Duration {
    verb.deadline() + provider.shared.limits().call_timeout_margin
}

/// Ends a call that takes too long, and counts the time that it computes.
pub(crate) async fn bounded<T>(
    function: &'static str,
    limit: Duration,
    meter: &Computed,
    work: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    // A provider that never waits would keep everything else of the runtime from running.
    tokio::task::coop::consume_budget().await;
    let work = Metered { work: pin!(work), meter };
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => {
            let error = CallError::TimedOut { function, limit };
            warn_line!(target: "sandbox_host::call", function, "{error}");
            Err(error)
        }
    }
}

/// Adds up the time of its polls. A guest that waits is not polled, and one that computes comes back with every tick of
/// the epoch, so this is the time that it computes.
struct Metered<'a, F> {
    work: Pin<&'a mut F>,
    meter: &'a Computed,
}

impl<F: Future> Future for Metered<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let start = Instant::now();
        let polled = self.work.as_mut().poll(context);
        self.meter.add(start.elapsed());
        polled
    }
}
