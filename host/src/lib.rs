//! Loads sandbox providers and calls them.
//!
//! A sandbox provider is a WebAssembly component that exports the contract `rensei:sandbox`: it creates, watches and
//! ends sandboxes at one vendor. This crate runs such components the way that a platform wants them to be run: each call
//! in a fresh instance, many at once, bounded in memory and time, with HTTP to the origins that the provider named
//! before and to nothing else, and with no files, sockets or environment but what it is given. It knows the contract and
//! no vendor.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox_host::{Context, Credential, Host, Spec};
//!
//! let host = Host::builder().build()?;
//! let provider = host.load_file("provider.wasm")?;
//!
//! let context = Context::new("pool-1").with_credential(Credential::new("the key"));
//! let handle = provider.provision(&context, &Spec::new("session-1")).await?;
//! std::fs::write("handle.json", serde_json::to_vec(&handle)?)?;
//!
//! let state = provider.status(&context, &handle).await?;
//! println!("{}", state.status);
//! provider.terminate(&context, &handle).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Every function of the contract is a method of [`Provider`], and of everything else that can be called: an [`Instance`] for
//! many calls, [`Warm`] instances that are kept, and the version of a [`Slot`] that serves. Whether a provider has a function
//! that is optional says [`Provider::offers`]. (For those who work on this crate: `functions.rs` of the crate `sandbox-contract`
//! has every function once, and says how to add one.)
//!
//! Errors are typed: [`LoadError`] when bytes are refused, [`CallError`] when a call fails, with the provider's own
//! [`ProviderError`] in it.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `tracing`: log lines for denied requests, traps and timeouts.
//! - `policy-file`: [`Policy`] from a TOML file.
//! - `schema`: JSON Schema of the functions as [`Invocation`] reads them.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod admission;
mod bindings;
mod builder;
mod cache;
mod call;
mod clock;
mod convert;
mod egress;
mod engine;
mod environment;
mod error;
mod exports;
mod guard;
mod hex;
mod host;
pub mod http;
mod imports;
mod info;
mod instance;
mod invocation;
mod leak;
mod limiter;
mod limits;
mod linker;
mod live;
mod load;
mod log;
mod methods;
mod origin;
pub mod policy;
mod precompiled;
mod provider;
mod redact;
#[cfg(feature = "schema")]
mod schema;
mod shared;
mod signature;
pub mod slot;
mod store;
mod texts;
mod verbs;
mod version;
mod waiting;
mod warm;
mod wire;

pub use builder::HostBuilder;
pub use clock::RuntimeClock;
pub use error::{BuildError, CallError, LoadError, Retry, Source};
pub use host::Host;
pub use info::ProviderInfo;
pub use instance::Instance;
pub use invocation::Invocation;
pub use limits::{Limits, WarmLimits};
pub use origin::{Origin, OriginError};
#[doc(no_inline)]
pub use policy::Policy;
pub use provider::Provider;
pub use sandbox_contract::function::{Function, Scope, UnknownFunction};
pub use sandbox_contract::input;
use sandbox_contract::types;
pub use sandbox_contract::types::*;
#[cfg(feature = "schema")]
pub use schema::FunctionSchema;
#[doc(no_inline)]
pub use slot::Slot;
pub use warm::Warm;
/// What a clock of the embedder's own implements, for [`HostBuilder::monotonic_clock`].
pub use wasmtime_wasi::HostMonotonicClock;

/// The crates whose types are in this crate's signatures, in the versions that fit.
pub mod re_exports {
    pub use bytes;
    pub use http;
    pub use http_body;
    pub use http_body_util;
    pub use rustls;
    #[cfg(feature = "schema")]
    pub use schemars;
    pub use serde_json;
    pub use tokio;
    pub use wasmtime;
    pub use wasmtime_wasi;
    pub use wasmtime_wasi_http;
}
