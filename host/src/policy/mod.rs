//! What providers may do, in one value: whom they may call, what they see, and how much they may use.
//!
//! Everything is denied that is not named. A call reaches an origin when three say so:
//!
//! 1. the provider itself, by `origins`, from the pool's configuration and the handle;
//! 2. the policy's list, where there is one;
//! 3. the address that the name resolves to, which is looked at when the connection is made: link-local ranges, among
//!    them the metadata services of clouds, are never connected to, and private ones only where the pool's own API is in
//!    one, or as [`Inside`] says.
//!
//! The address is checked by the [`PooledClient`](crate::http::PooledClient). A client of the embedder's own is asked only
//! for what passed 1 and 2, and has to check addresses itself.

mod pattern;
mod proxy;
mod quota;
#[cfg(feature = "policy-file")]
mod read;

pub use pattern::{OriginPattern, PatternError};
pub use proxy::{Proxy, ProxyError};
pub(crate) use quota::Quotas;
#[cfg(feature = "policy-file")]
pub use read::PolicyError;

use crate::egress::Origin;
use crate::error::BuildError;
use crate::limits::{Limits, WarmLimits};

/// Rules for all providers of a host. The default is what a platform wants that runs its own providers for its own pools.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Origins that may be called, of those that the provider names. None: all that it names.
    pub allow: Option<Vec<OriginPattern>>,
    /// The HTTP proxy through which every request goes. It looks names up, so the host cannot check where they lead:
    /// [`Policy::allow`] is required with it. None: requests go directly, whatever the process' environment says.
    pub proxy: Option<Proxy>,
    /// Who may reach private addresses.
    pub inside: Inside,
    /// Request headers that a guest may not set, in lower case, beside those that are always refused.
    pub deny_headers: Vec<String>,
    /// Headers that are set on every request, over what the guest set.
    pub add_headers: Vec<(String, String)>,
    /// Environment variables that guests may see, of those that the embedder gives. None: all that it gives.
    pub environment: Option<Vec<String>>,
    /// Whether guests get placeholders instead of keys; see [`Policy::with_injected_credentials`].
    pub inject_credentials: bool,
    /// Bytes of one response's body. Default 16 MiB.
    pub response_bytes: u64,
    /// Calls that one pool may begin per second; up to a second's worth at once. None: any number.
    pub pool_calls_per_second: Option<u32>,
    /// Calls of one pool that may run at the same time. None: any number.
    pub pool_calls_in_flight: Option<u32>,
    /// Ed25519 public keys, one of which has to have signed a component that is loaded. Empty: no signature is needed.
    pub trusted_keys: Vec<[u8; 32]>,
    /// How far a [`Slot`](crate::Slot) reuses instances for calls of the same pool. None: each call runs in a fresh one.
    pub warm: Option<WarmLimits>,
    /// Bounds on guests.
    pub limits: Limits,
}

/// Who may reach private addresses: loopback, private networks, and their like in IPv6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// Nobody. For platforms whose pools are configured by strangers.
    Deny,
    /// Calls of pools whose own API, the first origin that the provider names, is at such an address.
    #[default]
    OwnApi,
    /// Everybody.
    Allow,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow: None,
            proxy: None,
            inside: Inside::default(),
            deny_headers: Vec::new(),
            add_headers: Vec::new(),
            environment: None,
            inject_credentials: false,
            response_bytes: 16 << 20,
            pool_calls_per_second: None,
            pool_calls_in_flight: None,
            trusted_keys: Vec::new(),
            warm: None,
            limits: Limits::default(),
        }
    }
}

impl Policy {
    /// Keeps keys away from guests. Needs [`Policy::allow`]: a guest names its origins itself, and one that it made up
    /// would get the key. A guest is handed a placeholder where the context, or the environment, has a key; on
    /// the way to an allowed origin, the host puts the key where the placeholder stands in the header `authorization`, and
    /// covers it where a reply repeats it as it stands. The key is in no memory that the guest can read.
    pub fn with_injected_credentials(mut self) -> Self {
        self.inject_credentials = true;
        self
    }

    /// Admits these origins only; see [`OriginPattern`]. None at all admits nobody.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn with_allowed<'a>(mut self, patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        self.allow = Some(patterns.into_iter().map(OriginPattern::parse).collect::<Result<_, _>>()?);
        Ok(self)
    }

    /// What no host can be made with.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.allow.is_none() && self.inject_credentials {
            return Err(BuildError::NoAllowList("keys are injected"));
        }
        if self.allow.is_none() && self.proxy.is_some() {
            return Err(BuildError::NoAllowList("a proxy looks names up"));
        }
        for (name, value) in [
            ("pool_calls_per_second", self.pool_calls_per_second),
            ("pool_calls_in_flight", self.pool_calls_in_flight),
            ("limits.concurrent_calls", Some(self.limits.concurrent_calls)),
        ] {
            if value == Some(0) {
                return Err(BuildError::Zero(name));
            }
        }
        Ok(())
    }

    /// Whether an origin is one of those that the embedder vouches for.
    pub(crate) fn vouches_for(&self, origin: &Origin) -> bool {
        self.allow.as_ref().is_some_and(|allow| allow.iter().any(|pattern| pattern.admits(origin)))
    }

    /// Whether guests may see an environment variable.
    pub(crate) fn shows(&self, variable: &str) -> bool {
        self.environment.as_ref().is_none_or(|names| names.iter().any(|name| name == variable))
    }
}
