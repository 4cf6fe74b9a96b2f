//! What providers may do, in one value: whom they may call, what they see, and how much they may use.
//!
//! Everything is denied that is not named. A call reaches an origin when three say so:
//!
//! 1. the provider itself, by `origins`, from the pool's configuration and the handle;
//! 2. the policy, by [`Egress`];
//! 3. the address that the name resolves to, which is looked at when the connection is made: link-local ranges, among
//!    them the metadata services of clouds, are never connected to, and private ones only where the pool's own API is in
//!    one, or as [`PrivateAddresses`] says.
//!
//! The address is checked by the [`PooledClient`](crate::http::PooledClient). A client of the embedder's own is asked only
//! for what passed 1 and 2, and has to check addresses itself.

mod egress;
mod pattern;
mod proxy;
mod quota;
#[cfg(feature = "policy-file")]
mod read;
mod rules;

pub use egress::Egress;
pub use pattern::{OriginPattern, PatternError};
pub use proxy::{Proxy, ProxyError};
pub(crate) use quota::Quotas;
#[cfg(feature = "policy-file")]
pub use read::PolicyError;
pub use rules::{Policy, PrivateAddresses};
