use std::fmt;
use std::path::Path;
use std::sync::Arc;

use wasmtime::component::InstancePre;

use crate::admission::Admissions;
use crate::call::fresh;
use crate::error::CallError;
use crate::exports::Exports;
use crate::hex::hex;
use crate::host::Shared;
use crate::instance::Instance;
use crate::load::Loaded;
use crate::precompiled;
use crate::store::StoreData;
use crate::types::{
    Context, Declaration, Descriptor, Finding, Handle, Known, Mode, Page, Report, Spec, State, Termination,
};
use crate::verbs::{
    Archive, CheckConfig, Describe, Extend, KeepAlive, List, Locate, Origins, Provides, Provision, Reconcile, Start,
    Status, Stop, Terminate, Unmet,
};
use crate::warm::{Warm, WarmLimits};

/// A loaded provider. Cheap to clone, and free to share between threads: every call runs in a fresh instance of its
/// own, which is dropped when the call ends, however it ends.
///
/// A call may contact those whom the provider names for its context and handle (`origins`), and nobody else. They are
/// asked for inside the same instance, before the first call with the same of both: by contract the answer depends on
/// nothing else but the environment. Each call is bounded by the context's deadline and the margin of the host's limits.
/// Dropping the future of a call ends it; what was sent by then was sent.
///
/// # Errors
/// Every call returns [`CallError`]: the provider's own error, or what befell the provider.
#[derive(Clone)]
pub struct Provider {
    inner: Arc<Loading>,
}

/// What a provider's calls share.
pub(crate) struct Loading {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pre: InstancePre<StoreData>,
    pub(crate) exports: Exports,
    pub(crate) info: ProviderInfo,
    pub(crate) admissions: Admissions,
}

/// Facts of a component, known without running it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// SHA-256 of the component.
    pub digest: [u8; 32],
    /// Bytes of the component.
    pub size: u64,
    /// What it imports, as `package:name/interface@version`.
    pub imports: Vec<String>,
    /// Whether it exports the interface `lifecycle`.
    pub lifecycle: bool,
    /// Whether it exports the interface `inventory`.
    pub inventory: bool,
}

impl ProviderInfo {
    /// The digest in lower-case hex.
    pub fn digest_hex(&self) -> String {
        hex(&self.digest)
    }
}

impl fmt::Debug for ProviderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderInfo")
            .field("digest", &self.digest_hex())
            .field("size", &self.size)
            .field("imports", &self.imports)
            .field("lifecycle", &self.lifecycle)
            .field("inventory", &self.inventory)
            .finish()
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.inner.info).finish()
    }
}

impl Provider {
    pub(crate) fn new(shared: Arc<Shared>, loaded: Loaded, info: ProviderInfo) -> Self {
        Self {
            inner: Arc::new(Loading {
                shared,
                pre: loaded.pre,
                exports: loaded.exports,
                info,
                admissions: Admissions::default(),
            }),
        }
    }

    pub(crate) fn inner(&self) -> &Arc<Loading> {
        &self.inner
    }

    /// Facts of the component.
    pub fn info(&self) -> &ProviderInfo {
        &self.inner.info
    }

    /// What this provider is.
    pub async fn describe(&self) -> Result<Descriptor, CallError> {
        fresh(&self.inner, Describe).await
    }

    /// Every remark on a pool's configuration, most serious first.
    pub async fn check_config(&self, config: &str) -> Result<Vec<Finding>, CallError> {
        fresh(&self.inner, CheckConfig(config)).await
    }

    /// What a pool provides, with or without the pool's own declaration.
    pub async fn provides(&self, runtime_provides: Option<&Declaration>) -> Result<Declaration, CallError> {
        fresh(&self.inner, Provides(runtime_provides)).await
    }

    /// The kinds of a demand that such a pool does not provide; empty: the pool is eligible.
    pub async fn unmet(
        &self,
        demand: &Declaration,
        runtime_provides: Option<&Declaration>,
    ) -> Result<Vec<String>, CallError> {
        let verb = Unmet { demand, runtime_provides };
        fresh(&self.inner, verb).await
    }

    /// Whom calls with this context and handle may contact.
    pub async fn origins(&self, context: &Context, handle: Option<&Handle>) -> Result<Vec<String>, CallError> {
        fresh(&self.inner, Origins { context, handle }).await
    }

    /// Creates the sandbox of a session, without waiting until it runs.
    pub async fn provision(&self, context: &Context, spec: &Spec) -> Result<Handle, CallError> {
        fresh(&self.inner, Provision { context, spec }).await
    }

    /// The handle of a session's sandbox, from the session's id alone.
    pub async fn locate(&self, context: &Context, session_id: &str) -> Result<Option<Handle>, CallError> {
        let verb = Locate { context, session_id };
        fresh(&self.inner, verb).await
    }

    /// The sandbox's state.
    pub async fn status(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        fresh(&self.inner, Status { context, handle }).await
    }

    /// Ends a sandbox for good.
    pub async fn terminate(&self, context: &Context, handle: &Handle) -> Result<Termination, CallError> {
        fresh(&self.inner, Terminate { context, handle }).await
    }

    /// Parking and bringing back, where the provider offers it.
    pub fn lifecycle(&self) -> Option<Lifecycle> {
        self.inner.exports.lifecycle.is_some().then(|| Lifecycle { inner: Arc::clone(&self.inner) })
    }

    /// Finding what was left behind, where the provider offers it.
    pub fn inventory(&self) -> Option<Inventory> {
        self.inner.exports.inventory.is_some().then(|| Inventory { inner: Arc::clone(&self.inner) })
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

/// The interface `lifecycle` of a provider that has it. Each call returns the state last seen.
#[derive(Clone)]
pub struct Lifecycle {
    inner: Arc<Loading>,
}

impl Lifecycle {
    /// Stops it and keeps its disk.
    pub async fn stop(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        fresh(&self.inner, Stop { context, handle }).await
    }

    /// Starts it again.
    pub async fn start(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        fresh(&self.inner, Start { context, handle }).await
    }

    /// Moves its disk to cheap storage.
    pub async fn archive(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        fresh(&self.inner, Archive { context, handle }).await
    }

    /// Renews its idle clock now, as far as the session's deadline lets it.
    pub async fn keep_alive(&self, context: &Context, handle: &Handle) -> Result<State, CallError> {
        fresh(&self.inner, KeepAlive { context, handle }).await
    }

    /// Moves the session's deadline to that many seconds from now.
    pub async fn extend(&self, context: &Context, handle: &Handle, seconds: u32) -> Result<State, CallError> {
        let verb = Extend { context, handle, seconds };
        fresh(&self.inner, verb).await
    }
}

/// The interface `inventory` of a provider that has it.
#[derive(Clone)]
pub struct Inventory {
    inner: Arc<Loading>,
}

impl Inventory {
    /// One page of the pool's sandboxes; the first one without a cursor.
    pub async fn list(&self, context: &Context, cursor: Option<&str>) -> Result<Page, CallError> {
        let verb = List { context, cursor };
        fresh(&self.inner, verb).await
    }

    /// Finds sandboxes whose session the platform does not know, and does with them what the mode allows.
    pub async fn reconcile(&self, context: &Context, known: &Known, mode: Mode) -> Result<Report, CallError> {
        let verb = Reconcile { context, known, mode };
        fresh(&self.inner, verb).await
    }
}
