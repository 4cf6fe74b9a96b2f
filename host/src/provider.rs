use std::fmt;
use std::path::Path;
use std::sync::Arc;

use sandbox_contract::function::Function;

use crate::admission::Admissions;
use crate::call::fresh;
use crate::error::CallError;
use crate::info::ProviderInfo;
use crate::instance::Instance;
use crate::limits::WarmLimits;
use crate::load::Loaded;
use crate::precompiled;
use crate::shared::{ProviderInner, Shared};
use crate::verbs::{Value, Verb};
use crate::warm::Warm;

/// A loaded provider. Cheap to clone, and free to share between threads: every call runs in a fresh instance of its
/// own, which is dropped when the call ends, however it ends.
///
/// A call may contact those whom the provider names for its context and handle (`origins`), and nobody else. They are
/// asked for inside the same instance, before the first call with the same of both: by contract the answer depends on
/// nothing else but the environment. Each call is bounded by the context's deadline and the margin of the host's limits.
/// Dropping the future of a call ends it; what was sent by then was sent.
///
/// ```no_run
/// use sandbox_host::{Context, Function, Provider, Spec};
///
/// # async fn example(provider: &Provider, context: &Context) -> Result<(), sandbox_host::CallError> {
/// let handle = provider.provision(context, &Spec::new("session-1")).await?;
/// if provider.offers(Function::Capacity) {
///     println!("{:?} more sessions fit", provider.capacity(context).await?.available);
/// }
/// println!("{}", provider.terminate(context, &handle).await?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Every call returns [`CallError`]: the provider's own error, or what befell the provider.
#[derive(Clone)]
pub struct Provider {
    inner: Arc<ProviderInner>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.inner.info).finish()
    }
}

impl Provider {
    pub(crate) fn new(shared: Arc<Shared>, loaded: Loaded, info: ProviderInfo) -> Self {
        Self {
            inner: Arc::new(ProviderInner {
                shared,
                pre: loaded.pre,
                exports: loaded.exports,
                info,
                admissions: Admissions::default(),
            }),
        }
    }

    pub(crate) fn inner(&self) -> &Arc<ProviderInner> {
        &self.inner
    }

    /// Facts of the component.
    pub fn info(&self) -> &ProviderInfo {
        &self.inner.info
    }

    /// Whether it has a function. One that it does not have returns [`CallError::NotOffered`].
    pub fn offers(&self, function: Function) -> bool {
        self.inner.info.offers(function)
    }

    pub(crate) async fn call<V: Verb>(&self, verb: V) -> Result<Value<V>, CallError> {
        fresh(&self.inner, verb).await
    }

    /// An instance for many calls, one after the other. Spares making one, at the price of isolation between the calls.
    pub async fn instance(&self) -> Result<Instance, CallError> {
        Instance::open(&self.inner).await
    }

    /// The provider with instances that stay between calls of the same pool and organization. Measured on one machine, a
    /// status takes a third less time than in a fresh instance, which is little beside a request to a vendor.
    pub fn warm(&self, limits: WarmLimits) -> Warm {
        Warm::new(Arc::clone(&self.inner), limits)
    }

    /// The compiled provider as bytes for [`Host::load_precompiled`](crate::Host::load_precompiled).
    ///
    /// # Errors
    /// When the engine cannot serialize it, for lack of memory.
    pub fn precompile(&self) -> Result<Vec<u8>, CallError> {
        let head = precompiled::Head { digest: self.inner.info.digest, size: self.inner.info.size };
        precompiled::artefact(self.inner.pre.component(), &head)
            .map_err(|error| CallError::Host { function: "precompile", message: format!("{error:#}") })
    }

    /// Writes [`Provider::precompile`] to a file that only its owner may change, in one step: a reader sees the old file
    /// or the new one, never half of it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_precompiled(&self, path: impl AsRef<Path>) -> std::io::Result<()> {
        let artefact = self.precompile().map_err(std::io::Error::other)?;
        precompiled::write(path.as_ref(), &artefact)
    }
}
