//! The host's own errors. Each sentence says what to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::imports::ALLOWED_IMPORTS;
use crate::types::ProviderError;
use crate::version::TRACK;

/// An error of the engine, behind one of this crate.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// A host could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The engine refused its configuration, or the address space for its pool is not there.
    #[error(
        "the WebAssembly engine cannot be made: {message}. Where address space is limited, lower its use by `Limits::with_concurrent_calls`"
    )]
    Engine {
        /// The engine's words.
        message: String,
        /// The engine's error.
        source: Source,
    },
    /// The thread that interrupts computing guests did not start.
    #[error("the thread that interrupts computing guests cannot be started: {0}")]
    Ticker(#[source] io::Error),
    /// The HTTP client could not be made.
    #[error(transparent)]
    Http(#[from] crate::http::ClientError),
    /// The policy lets providers name whom they call, and has something that must not go to whomever they name.
    #[error(
        "{0}, so the policy has to list the origins that may be called: a provider names whom it calls, and nobody vouches for those. List them with `Policy::with_allowed`, in a file `[egress] allow`"
    )]
    NoAllowList(&'static str),
    /// A limit of nothing, by its key in a policy file.
    #[error("the limit `{0}` is 0, which would let nothing happen. Set at least 1, or none")]
    Zero(&'static str),
}

impl BuildError {
    pub(crate) fn engine(error: wasmtime::Error) -> Self {
        Self::Engine { message: format!("{error:#}"), source: error.into_boxed_dyn_error() }
    }
}

/// Bytes were refused as a provider. Nothing of them ran.
///
/// Its text says what to do; the variants are for a platform that answers to some of them by itself.
///
/// ```
/// use sandbox_host::{Host, LoadError};
///
/// fn why_not(host: &Host, uploaded: &[u8]) -> Option<String> {
///     match host.load(uploaded).err()? {
///         LoadError::TooLarge { limit, .. } => Some(format!("Upload at most {limit} bytes.")),
///         LoadError::NotWasm(_) | LoadError::CoreModule => Some("Upload a component.".to_owned()),
///         error => Some(error.to_string()),
///     }
/// }
///
/// let host = Host::builder().build()?;
/// assert_eq!(why_not(&host, b"an error page").as_deref(), Some("Upload a component."));
/// # Ok::<(), sandbox_host::BuildError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file could not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More bytes than [`Limits::component_bytes`](crate::Limits::component_bytes).
    #[error(
        "the component has {bytes} bytes, more than the limit of {limit}; raise the limit with `Limits::with_component_bytes` if it is meant"
    )]
    TooLarge {
        /// How many it has.
        bytes: u64,
        /// How many are allowed.
        limit: usize,
    },
    /// Keys are trusted ([`Policy::trusted_keys`](crate::Policy::trusted_keys)), and there is no signature.
    #[error(
        "the component is not signed, and only signed ones are taken here. Put the Ed25519 signature of its bytes beside it, in a file of the same name with .sig at the end"
    )]
    NotSigned,
    /// Machine code was to be loaded, and no key is trusted that could have signed it.
    #[error(
        "precompiled code is machine code, which runs only where a trusted key has signed it, and no key is trusted. Name one in the call, or with `Policy::with_trusted_key`; without keys, use `HostBuilder::cache`"
    )]
    NoTrustedKey,
    /// The signature is not one.
    #[error("the signature is not one: {0}. It has to be an Ed25519 signature, 64 bytes or 128 hexadecimal digits")]
    BadSignature(&'static str),
    /// No trusted key made the signature over these bytes.
    #[error(
        "the signature of the component was made by no trusted key, or for other bytes. Sign exactly these bytes with a trusted key, or trust the key that was used"
    )]
    WrongSignature,
    /// Not WebAssembly at all.
    #[error(
        "this is not WebAssembly: {0}. A provider is a binary component, a file that starts with the bytes 00 61 73 6d"
    )]
    NotWasm(String),
    /// A core module.
    #[error(
        "this is a core WebAssembly module, not a component. Build it as a component: on wasm32-unknown-unknown with the linker wasm-component-ld, or wrap it with `wasm-tools component new`"
    )]
    CoreModule,
    /// It does not validate, or uses what this engine does not know.
    #[error(
        "the component is not valid: {message}. Build it again, or with an older toolchain if it uses a newer proposal"
    )]
    Invalid {
        /// The engine's words.
        message: String,
        /// The engine's error.
        source: Source,
    },
    /// The contract is not exported.
    #[error("the component does not export {wanted}, so it is not a sandbox provider. It exports {}", list(exports))]
    MissingExport {
        /// What was looked for.
        wanted: String,
        /// What there is instead.
        exports: Vec<String>,
    },
    /// The contract is exported in a version of another track than the one that this host speaks.
    #[error(
        "the component exports {found}, but this host speaks the versions {TRACK}.* of the contract. Use a component built for one of them, or a host that speaks its version"
    )]
    WrongVersion {
        /// The interface as exported.
        found: String,
    },
    /// It imports more than a provider may.
    #[error(
        "the component imports {}, which a provider may not. It may import {} at 0.2 and nothing else",
        list(imports),
        ALLOWED_IMPORTS.join(", ")
    )]
    ForbiddenImports {
        /// Those that are too many.
        imports: Vec<String>,
    },
    /// A name is right, and its type is not.
    #[error(
        "the component does not fit the contract: {item}: {message}. It was built from another version of the contract; build it again from the one of this host"
    )]
    Mismatch {
        /// Which import or export.
        item: String,
        /// What differs, in the engine's words.
        message: String,
        /// The engine's error, where it found the difference.
        source: Option<Source>,
    },
    /// A file that is no precompiled provider, or a damaged one.
    #[error("this is not a precompiled provider, or it is damaged: {0}. Precompile the component again")]
    NotPrecompiled(&'static str),
    /// Somebody else than this user and root owns a precompiled file, or may write to it or where it is.
    #[error(
        "the precompiled code is not run, because somebody else owns {} or may write to it. Precompile the component again, into a directory of your own that nobody else may write to",
        path.display()
    )]
    Exposed {
        /// The file, or the directory above it.
        path: PathBuf,
    },
    /// A precompiled provider of another engine.
    #[error(
        "this was precompiled by another version or configuration of the engine, or for another processor. Precompile the component again with this host"
    )]
    Stale,
}

impl LoadError {
    /// The engine found a difference in an item.
    pub(crate) fn mismatch(item: String, error: wasmtime::Error) -> Self {
        Self::Mismatch { item, message: format!("{error:#}"), source: Some(error.into_boxed_dyn_error()) }
    }
}

/// A call did not return what was asked for.
///
/// Everything but [`CallError::Provider`] is about the provider or the host itself. Whether the vendor was reached is
/// then not known: after a `provision` that ended so, call `locate`. [`CallError::retry`] says for every error what may be
/// done without anybody changing anything.
///
/// ```no_run
/// use sandbox_host::{CallError, Context, Handle, Provider, Retry, Spec};
///
/// async fn provision(provider: &Provider, context: &Context, spec: &Spec) -> Result<Option<Handle>, CallError> {
///     match provider.provision(context, spec).await {
///         Ok(handle) => Ok(Some(handle)),
///         // A sandbox may exist: the same call again would find it, and so does a look.
///         Err(error) if error.retry() == Retry::OutcomeUnknown => provider.locate(context, &spec.session_id).await,
///         Err(error) => {
///             if let Some(told) = error.provider() {
///                 eprintln!("{}: {} {}", told.code, told.message, told.remedy().unwrap_or_default());
///             }
///             Err(error)
///         }
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The provider reports a failure.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The provider trapped.
    #[error(
        "the provider broke in `{function}`: {message}. This is a defect of the component; its instance was thrown away, and the next call is not affected"
    )]
    Trapped {
        /// Function of the contract.
        function: &'static str,
        /// The engine's words.
        message: String,
        /// The engine's error.
        source: Source,
    },
    /// The provider was refused memory, and gave up.
    #[error(
        "the provider ran out of memory in `{function}`: it may use {limit} bytes. Raise it with `Limits::with_memory_bytes` if that is too little"
    )]
    OutOfMemory {
        /// Function of the contract.
        function: &'static str,
        /// [`Limits::memory_bytes`](crate::Limits::memory_bytes).
        limit: usize,
    },
    /// The provider computed without end.
    #[error(
        "the provider was ended in `{function}`, because it computed for more than {limit:?}. This is a defect of the component"
    )]
    ComputedTooLong {
        /// Function of the contract.
        function: &'static str,
        /// [`Limits::compute`](crate::Limits::compute).
        limit: Duration,
    },
    /// The call took longer than its deadline and the margin.
    #[error(
        "the provider was ended in `{function}`, because it did not return within {limit:?}, its deadline and a margin. This is a defect of the component: it should have reported a timeout itself"
    )]
    TimedOut {
        /// Function of the contract.
        function: &'static str,
        /// Deadline and margin.
        limit: Duration,
    },
    /// As many calls are running as the host has room for.
    #[error(
        "{limit} calls are running, and the host has no room for more. Repeat the call later, or make more room with `Limits::with_concurrent_calls`"
    )]
    Busy {
        /// [`Limits::concurrent_calls`](crate::Limits::concurrent_calls).
        limit: u32,
    },
    /// As many calls of one pool are running as it may have.
    #[error(
        "{limit} calls of the pool `{pool}` are running, as many as the policy lets one pool have. Repeat the call later, or raise `pools.calls-in-flight`"
    )]
    PoolBusy {
        /// The pool's id.
        pool: String,
        /// [`Policy::pool_calls_in_flight`](crate::Policy::pool_calls_in_flight).
        limit: u32,
    },
    /// A pool begins more calls than it may.
    #[error(
        "the pool `{pool}` begins more than {limit} calls per second, which the policy does not let it. Repeat the call after {retry_after:?}, or raise `pools.calls-per-second`"
    )]
    PoolTooFast {
        /// The pool's id.
        pool: String,
        /// [`Policy::pool_calls_per_second`](crate::Policy::pool_calls_per_second).
        limit: u32,
        /// When the next call may begin.
        retry_after: Duration,
    },
    /// The host was to put the key into a header, and no header can hold it.
    #[error(
        "the key of the context, or else of the environment, cannot be sent: it has a line break, or another character that no header can hold. Store the key again, without what was copied along with it"
    )]
    UnusableKey,
    /// The provider named an origin that is none.
    #[error(
        "the provider named `{origin}` as an origin that it will call, but {reason}. This is a defect of the component"
    )]
    BadOrigin {
        /// What it said.
        origin: String,
        /// What is wrong with it.
        #[source]
        reason: crate::origin::OriginError,
    },
    /// The version was replaced, and the call took longer than the slot lets a replaced version go on.
    #[error(
        "`{function}` was ended, because its version of the provider was replaced and the call went on for longer than the drain limit. Repeat the call: it reaches the new version"
    )]
    Replaced {
        /// Function of the contract.
        function: &'static str,
    },
    /// The provider does not export the function: it was built without the interface, or for an earlier version of the
    /// contract.
    #[error(
        "the provider does not offer `{function}`: it does not export it in the interface {interface}. Use a version that does"
    )]
    NotOffered {
        /// Function of the contract.
        function: &'static str,
        /// Interface that it belongs to.
        interface: &'static str,
    },
    /// A reused instance is not usable any more.
    #[error(
        "this instance is not usable any more: an earlier call on it broke, timed out or was cancelled. Make a new one with `Provider::instance`"
    )]
    Poisoned,
    /// The engine failed in a way that is nobody's but the host's.
    #[error("the host failed in `{function}`: {message}. This is a defect of the host")]
    Host {
        /// Function of the contract.
        function: &'static str,
        /// The engine's words.
        message: String,
    },
}

/// Whether the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It would fail again: somebody has to change something first.
    Never,
    /// It may succeed later, and what was asked for does not exist.
    Later,
    /// What was asked for may exist all the same: look first, with `locate` or `status`.
    OutcomeUnknown,
    /// The host did not begin it, because it has too much to do.
    HostBusy,
}

impl CallError {
    /// What may be done about it without anybody changing anything.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Provider(error) if error.maybe_applied => Retry::OutcomeUnknown,
            Self::Provider(error) if error.retryable => Retry::Later,
            Self::Provider(_)
            | Self::NotOffered { .. }
            | Self::UnusableKey
            | Self::BadOrigin { .. }
            | Self::Poisoned => Retry::Never,
            Self::Busy { .. } | Self::PoolBusy { .. } | Self::PoolTooFast { .. } => Retry::HostBusy,
            Self::Trapped { .. }
            | Self::OutOfMemory { .. }
            | Self::ComputedTooLong { .. }
            | Self::TimedOut { .. }
            | Self::Replaced { .. }
            | Self::Host { .. } => Retry::OutcomeUnknown,
        }
    }

    /// What the provider reported, where it did.
    pub fn provider(&self) -> Option<&ProviderError> {
        match self {
            Self::Provider(error) => Some(error),
            _ => None,
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
