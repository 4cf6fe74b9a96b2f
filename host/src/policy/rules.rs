//! The rules themselves.

use super::egress::Egress;
use super::pattern::PatternError;
use super::proxy::Proxy;
use crate::error::BuildError;
use crate::limits::{Limits, WarmLimits};
use crate::origin::Origin;

/// Rules for all providers of a host. The default is what a platform wants that runs its own providers for its own pools.
///
/// ```
/// use sandbox_host::policy::{Egress, Policy};
///
/// let policy = Policy::new()
///     .with_egress(Egress::only(["api.vendor.example", "*.vendor.example"])?)
///     .with_injected_credentials()
///     .with_pool_calls_per_second(20);
/// # Ok::<(), sandbox_host::policy::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Which of the origins that the provider names may be called. Default: all.
    pub egress: Egress,
    /// The HTTP proxy through which every request goes. It looks names up, so the host cannot check where they lead:
    /// [`Egress::Only`] is required with it. None: requests go directly, whatever the process' environment says.
    pub proxy: Option<Proxy>,
    /// Who may reach private addresses.
    pub private_addresses: PrivateAddresses,
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
pub enum PrivateAddresses {
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
            egress: Egress::default(),
            proxy: None,
            private_addresses: PrivateAddresses::default(),
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
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says which of the origins that a provider names may be called.
    #[must_use]
    pub fn with_egress(mut self, egress: Egress) -> Self {
        self.egress = egress;
        self
    }

    /// Admits these origins only: [`Policy::with_egress`] with [`Egress::only`].
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn with_allowed<'a>(self, patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        Ok(self.with_egress(Egress::only(patterns)?))
    }

    /// Sends every request through a proxy. Needs [`Egress::Only`].
    #[must_use]
    pub fn with_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Says who may reach private addresses.
    #[must_use]
    pub fn with_private_addresses(mut self, who: PrivateAddresses) -> Self {
        self.private_addresses = who;
        self
    }

    /// Denies guests one more request header, in any case.
    #[must_use]
    pub fn with_denied_header(mut self, name: impl AsRef<str>) -> Self {
        self.deny_headers.push(name.as_ref().to_ascii_lowercase());
        self
    }

    /// Sets one more header on every request, over what the guest set.
    #[must_use]
    pub fn with_added_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.add_headers.push((name.into(), value.into()));
        self
    }

    /// Lets guests see these environment variables only, of those that the embedder gives.
    #[must_use]
    pub fn with_environment(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.environment = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Keeps keys away from guests. Needs [`Egress::Only`]: a guest names its origins itself, and one that it made up would
    /// get the key. A guest is handed a placeholder where the context, or the environment, has a key; on the way to an
    /// allowed origin, the host puts the key where the placeholder stands in the header `authorization`, and covers it where
    /// a reply repeats it as it stands. The key is in no memory that the guest can read.
    #[must_use]
    pub fn with_injected_credentials(mut self) -> Self {
        self.inject_credentials = true;
        self
    }

    /// Bounds the bytes of one response's body.
    #[must_use]
    pub fn with_response_bytes(mut self, bytes: u64) -> Self {
        self.response_bytes = bytes;
        self
    }

    /// Bounds the calls that one pool may begin per second.
    #[must_use]
    pub fn with_pool_calls_per_second(mut self, calls: u32) -> Self {
        self.pool_calls_per_second = Some(calls);
        self
    }

    /// Bounds the calls of one pool that may run at the same time.
    #[must_use]
    pub fn with_pool_calls_in_flight(mut self, calls: u32) -> Self {
        self.pool_calls_in_flight = Some(calls);
        self
    }

    /// Demands an Ed25519 signature on components, by this public key of 32 bytes; repeated, by any of several.
    #[must_use]
    pub fn with_trusted_key(mut self, public_key: [u8; 32]) -> Self {
        self.trusted_keys.push(public_key);
        self
    }

    /// Lets slots reuse instances for calls of the same pool.
    #[must_use]
    pub fn with_warm(mut self, limits: WarmLimits) -> Self {
        self.warm = Some(limits);
        self
    }

    /// Bounds guests.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What no host can be made with.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let has_list = matches!(self.egress, Egress::Only(_) | Egress::Nobody);
        if !has_list && self.inject_credentials {
            return Err(BuildError::NoAllowList("keys are injected"));
        }
        if !has_list && self.proxy.is_some() {
            return Err(BuildError::NoAllowList("a proxy looks names up"));
        }
        let calls = [
            ("pools.calls-per-second", self.pool_calls_per_second),
            ("pools.calls-in-flight", self.pool_calls_in_flight),
        ];
        let zero = calls.into_iter().find_map(|(key, calls)| (calls == Some(0)).then_some(key));
        let zero = zero.or_else(|| (self.response_bytes == 0).then_some("egress.response-bytes"));
        match zero.or_else(|| self.limits.zero()).or_else(|| self.warm.and_then(|warm| warm.zero())) {
            Some(key) => Err(BuildError::Zero(key)),
            None => Ok(()),
        }
    }

    /// Whether a provider may call an origin that it names.
    pub(crate) fn allows(&self, origin: &Origin) -> bool {
        self.egress.admits(origin)
    }

    /// Whether an origin is one of those that the embedder vouches for.
    pub(crate) fn vouches_for(&self, origin: &Origin) -> bool {
        self.egress.vouches_for(origin)
    }

    /// Whether guests may see an environment variable.
    pub(crate) fn shows(&self, variable: &str) -> bool {
        self.environment.as_ref().is_none_or(|names| names.iter().any(|name| name == variable))
    }
}

#[cfg(test)]
mod tests {
    use super::{Egress, Policy, PrivateAddresses};
    use crate::error::BuildError;
    use crate::limits::{Limits, WarmLimits};
    use crate::policy::Proxy;

    #[test]
    fn a_proxy_and_injected_keys_need_a_list_of_those_that_may_be_called() {
        let proxied = Policy::new().with_proxy(Proxy::parse("http://proxy:3128").unwrap());
        for policy in [proxied, Policy::new().with_injected_credentials()] {
            assert!(matches!(policy.check(), Err(BuildError::NoAllowList(_))));
            policy.clone().with_egress(Egress::Nobody).check().unwrap();
            policy.with_allowed(["api.example.com"]).unwrap().check().unwrap();
        }
    }

    #[test]
    fn every_rule_has_a_method() {
        let built = Policy::new()
            .with_egress(Egress::Nobody)
            .with_proxy(Proxy::parse("http://proxy:3128").unwrap())
            .with_private_addresses(PrivateAddresses::Deny)
            .with_denied_header("X-Internal")
            .with_added_header("x-platform", "acme")
            .with_environment(["VENDOR_API_URL"])
            .with_injected_credentials()
            .with_response_bytes(1)
            .with_pool_calls_per_second(2)
            .with_pool_calls_in_flight(3)
            .with_trusted_key([4; 32])
            .with_warm(WarmLimits::new().with_calls(5))
            .with_limits(Limits::new().with_open_requests(6));
        // Everything is spelt out, so that a field without a method is noticed here.
        let Policy {
            egress,
            proxy,
            private_addresses,
            deny_headers,
            add_headers,
            environment,
            inject_credentials,
            response_bytes,
            pool_calls_per_second,
            pool_calls_in_flight,
            trusted_keys,
            warm,
            limits,
        } = built;
        assert_eq!((egress, proxy.is_some(), private_addresses), (Egress::Nobody, true, PrivateAddresses::Deny));
        assert_eq!(deny_headers, ["x-internal"]);
        assert_eq!(add_headers, [("x-platform".to_owned(), "acme".to_owned())]);
        assert_eq!(
            (environment.unwrap(), inject_credentials, response_bytes),
            (vec!["VENDOR_API_URL".into()], true, 1)
        );
        assert_eq!((pool_calls_per_second, pool_calls_in_flight), (Some(2), Some(3)));
        assert_eq!((trusted_keys, warm.unwrap().calls, limits.open_requests), (vec![[4; 32]], 5, 6));
    }
}
