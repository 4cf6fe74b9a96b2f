use std::path::PathBuf;
use std::sync::Arc;

use wasmtime_wasi::HostMonotonicClock;

use crate::cache::Cache;
use crate::clock::{RuntimeClock, SharedClock};
use crate::engine::engine;
use crate::environment::Environment;
use crate::error::BuildError;
use crate::host::Host;
use crate::http::{HttpClient, PooledClient};
use crate::limits::Limits;
use crate::linker::linker;
use crate::policy::{Policy, Quotas};
use crate::shared::Shared;
use crate::store::Surroundings;
use crate::types::Secret;
use crate::waiting::Waiting;

/// Makes a [`Host`]. Everything has a default; see each method. The order of calls does not matter.
///
/// ```
/// use sandbox_host::policy::{Egress, Policy};
/// use sandbox_host::{Host, Limits};
///
/// let policy = Policy::new().with_egress(Egress::only(["api.vendor.example"])?).with_injected_credentials();
/// let host = Host::builder().limits(Limits::new().with_concurrent_calls(20)).policy(policy).build()?;
/// assert_eq!(host.limits().concurrent_calls, 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct HostBuilder {
    http: Option<Arc<dyn HttpClient>>,
    clock: Option<SharedClock>,
    environment: Environment,
    policy: Policy,
    limits: Option<Limits>,
    cache: Option<Cache>,
    shows_errors_as_told: bool,
}

impl Host {
    /// Starts making a host.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }
}

impl HostBuilder {
    /// Sends requests. Default: a [`PooledClient`] with its default settings and the policy's proxy; one of your own has to
    /// be given that proxy ([`PooledClientBuilder::proxy`](crate::http::PooledClientBuilder::proxy)).
    pub fn http(mut self, client: Arc<dyn HttpClient>) -> Self {
        self.http = Some(client);
        self
    }

    /// What guests read the time from; waiting is always tokio's. Default: a [`RuntimeClock`], which follows tokio's
    /// clock and so a paused one, too.
    pub fn monotonic_clock(mut self, clock: impl HostMonotonicClock + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Hands one environment variable to guests. Default: none; nothing is inherited from the process.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.environment.set(name.into(), value.into(), false);
        self
    }

    /// Hands a key to guests in an environment variable; where the policy injects credentials, they get a placeholder.
    pub fn env_key(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.environment.set(name.into(), value.into(), true);
        self
    }

    /// Bounds guests; the part of the policy that most embedders change. Wins over the policy's own, whichever of the two is
    /// given first. Default: the policy's.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// What guests may do, limits included. Default: [`Policy::default`].
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Keeps compiled components in this directory, which is made when it is not there: the next load of the same bytes
    /// takes about a millisecond instead of a tenth of a second. The files are machine code: use a directory that only
    /// the host's user can write to. Default: none.
    pub fn cache(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cache = Some(Cache::new(directory.into()));
        self
    }

    /// Leaves keys in errors where the provider put them. For suites that hold a provider itself to telling none, and for
    /// nothing else: without this, the host takes the call's keys out.
    pub fn errors_as_told(mut self) -> Self {
        self.shows_errors_as_told = true;
        self
    }

    /// Makes the host: an engine, a thread that ticks for it, and a linker.
    ///
    /// # Errors
    /// When the engine, its ticker or the default HTTP client cannot be made; when the policy has a limit of 0, or injects
    /// keys or names a proxy without a list of allowed origins.
    pub fn build(mut self) -> Result<Host, BuildError> {
        if let Some(limits) = self.limits {
            self.policy.limits = limits;
        }
        self.policy.check()?;
        let http = match self.http {
            Some(client) => client,
            None => Arc::new(PooledClient::builder().proxy(self.policy.proxy.clone()).build()?),
        };
        self.environment.retain(&self.policy);
        let (engine, ticker) = engine(&self.policy.limits)?;
        let linker = linker(&engine).map_err(BuildError::engine)?;
        Ok(Host::new(Shared {
            engine,
            _ticker: ticker,
            linker,
            quotas: Arc::new(Quotas::new(&self.policy)),
            surroundings: Surroundings {
                http,
                clock: self.clock.unwrap_or_else(|| Arc::new(RuntimeClock::new())),
                environment: self.environment,
                policy: Arc::new(self.policy),
                shows_errors_as_told: self.shows_errors_as_told,
            },
            waiting: Waiting::default(),
            cache: self.cache,
        }))
    }
}
