//! Replacing a provider while it is being used.
//!
//! A [`Slot`] holds the provider that serves. [`Slot::swap`] brings in another component, and until that has passed
//! every check nothing changes for anybody:
//!
//! | step | refused when |
//! |---|---|
//! | digest | the bytes are not those that were announced |
//! | signature | keys are trusted, and none of them made it |
//! | load | it does not compile, imports more than it may, or does not export the contract in a version of the host's track |
//! | probe | `describe` fails, or it is another provider than the one that serves: its handles would be foreign |
//! | pools | a live pool's configuration is an error for it, and was none for the one that serves |
//!
//! Then one pointer changes. Calls that began before finish on the old version; calls that begin after reach the new
//! one. The old version is gone when its last call has ended, or is ended when the drain limit has passed. Handles do not
//! notice: the contract makes them readable by every version of their provider.
//!
//! The version rule: a host takes every version of one track of the contract, 0.1. What a version does not have is not offered
//! ([`CallError::NotOffered`](crate::CallError::NotOffered)), and a swap may bring it.
//!
//! ```no_run
//! # async fn example(host: sandbox_host::Host) -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox_host::slot::{Candidate, Slot};
//! use sandbox_host::{Context, Spec};
//!
//! let slot = Slot::builder("provider").open(&host, Candidate::file("provider-1.wasm")).await?;
//! let handle = slot.lease().provision(&Context::new("pool-1"), &Spec::new("session-1")).await?;
//!
//! let swapped = slot.swap(Candidate::file("provider-2.wasm")).await?;
//! println!("{} serves now", swapped.to);
//! slot.lease().terminate(&Context::new("pool-1"), &handle).await?;
//! # Ok(())
//! # }
//! ```

mod builder;
mod candidate;
mod drain;
mod error;
mod event;
mod generation;
mod lease;
mod rules;
mod switching;
mod verify;
mod watch;

pub use builder::SlotBuilder;
pub use candidate::Candidate;
pub use error::SwapError;
pub use event::{Event, Version};
pub use lease::Lease;
pub use switching::{Slot, SlotStatus, Swapped};
pub use watch::Watch;
