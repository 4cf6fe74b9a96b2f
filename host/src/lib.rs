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
//! Errors are typed: [`LoadError`] when bytes are refused, [`CallError`] when a call fails, with the provider's own
//! [`ProviderError`] in it.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `tracing`: log lines for denied requests, traps and timeouts.
//! - `policy-file`: [`Policy`] from a TOML file.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod admission;
mod bindings;
mod builder;
mod cache;
mod call;
mod clock;
mod contract;
mod convert;
mod egress;
mod engine;
mod environment;
mod error;
mod exports;
mod function;
mod hex;
mod host;
pub mod http;
mod info;
pub mod input;
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
pub mod policy;
mod precompiled;
mod provider;
mod shared;
mod signature;
pub mod slot;
mod store;
mod types;
mod verbs;
mod version;
mod waiting;
mod warm;
mod wire;

pub use builder::HostBuilder;
pub use clock::RuntimeClock;
pub use egress::{Origin, OriginError};
pub use error::{BuildError, CallError, LoadError};
pub use function::{Function, Scope, UnknownFunction};
pub use host::Host;
pub use info::ProviderInfo;
pub use instance::Instance;
pub use invocation::Invocation;
pub use limits::{Limits, WarmLimits};
#[doc(no_inline)]
pub use policy::Policy;
pub use provider::Provider;
#[doc(no_inline)]
pub use slot::Slot;
pub use types::*;
pub use warm::Warm;
