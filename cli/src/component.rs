//! The host and the provider that a command uses.

use std::path::PathBuf;
use std::sync::Arc;

use sandbox_host::http::{
    HttpClient, HttpError, PooledClient, PooledClientBuilder, RequestOptions, ResponseFuture, WasiBody,
};
use sandbox_host::input::plain_name;
use sandbox_host::policy::{Egress, OriginPattern};
use sandbox_host::{Host, Origin, Policy, Provider};

use super::args::{GUEST_VARIABLES, Global};
use super::failure::Failure;
use super::{input, out};

/// Calls that a command makes at the same time at most. Room for a thousand takes longer to make than a call.
const FEW: u32 = 8;

/// Whether a command may need the network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Needed,
    NotNeeded,
}

/// Loads the provider of the command line.
pub fn provider(global: &Global, network: Network) -> Result<Provider, Failure> {
    let mut policy = policy(global)?;
    policy.limits.concurrent_calls = policy.limits.concurrent_calls.min(FEW);
    load(&host(global, network, policy)?, global)
}

/// The policy that was named, or the default.
pub fn policy(global: &Global) -> Result<Policy, Failure> {
    let mut policy = match &global.policy {
        Some(file) => Policy::file(file).map_err(|error| Failure::of_policy(error, file))?,
        None => Policy::default(),
    };
    if policy.inject_credentials && policy.egress == Egress::WhateverTheProviderNames {
        // Whoever set the URL beside the key vouches for it. A pool's configuration vouches for nothing.
        let vouched = vouched_urls(global)?;
        let origins = vouched.iter().filter_map(|url| Origin::of(&url.parse().ok()?).ok());
        let patterns: Vec<_> = origins.map(OriginPattern::from).collect();
        if !patterns.is_empty() {
            policy.egress = Egress::Only(patterns);
        }
    }
    Ok(policy)
}

/// The URLs that stand beside a key: in the credential's file, else in the environment.
fn vouched_urls(global: &Global) -> Result<Vec<String>, Failure> {
    let own = match &global.credential_file {
        Some(file) => input::credential(file)?.api_url,
        None => None,
    };
    let variables = GUEST_VARIABLES.iter().filter(|(_, is_key)| !is_key);
    let named = variables.filter_map(|(name, _)| std::env::var(name).ok());
    Ok(own.into_iter().chain(named).collect())
}

/// Keeps the keys of this process' environment out of whatever is written.
pub fn keep_keys_secret(global: &Global) {
    let passed = global.pass_env.iter().map(String::as_str);
    for name in GUEST_VARIABLES.into_iter().filter_map(|(name, is_key)| is_key.then_some(name)).chain(passed) {
        if let Some(value) = std::env::var_os(name) {
            out::keep_secret(&value.to_string_lossy());
        }
    }
}

/// The variable that asks for a proxy, where there is one: the host takes its proxy from the policy alone.
fn proxy_variable() -> Option<&'static str> {
    const NAMES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
    NAMES.into_iter().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A client that trusts the certificates that were named.
fn trusting(global: &Global) -> PooledClientBuilder {
    global.ca_file.iter().fold(PooledClient::builder(), |client, file| client.ca_file(file))
}

/// The host of the command line: client, policy, environment, cache.
pub fn host(global: &Global, network: Network, policy: Policy) -> Result<Host, Failure> {
    let client: Arc<dyn HttpClient> = match network {
        // What was named wrongly shall not seem right because nothing is sent.
        Network::NotNeeded if global.ca_file.is_empty() => Arc::new(NoNetwork),
        Network::NotNeeded => {
            trusting(global).build()?;
            Arc::new(NoNetwork)
        }
        Network::Needed => {
            let client = trusting(global).proxy(policy.proxy.clone()).ignored_proxy_variable(proxy_variable());
            Arc::new(client.build()?)
        }
    };
    let mut host = Host::builder().http(client).policy(policy);
    if let Some(directory) = cache() {
        host = host.cache(directory);
    }
    let passed = global.pass_env.iter().map(|name| (name.as_str(), true));
    for (name, is_key) in GUEST_VARIABLES.into_iter().chain(passed) {
        match std::env::var(name) {
            Ok(value) if is_key => host = host.env_key(name, value),
            Ok(value) => host = host.env(name, value),
            Err(std::env::VarError::NotPresent) => {
                if global.pass_env.iter().any(|passed| passed == name) {
                    out::note(format!(
                        "--pass-env {}: there is no such variable, so the provider does not see it\n",
                        plain_name(name)
                    ));
                }
            }
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(Failure::config(format!("The environment variable {} is not UTF-8.", plain_name(name)))
                    .remedy("Set it anew, or leave it out."));
            }
        }
    }
    Ok(host.build()?)
}

/// Where compiled components are kept: below the user's directory for caches, where there is one.
fn cache() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
    Some(caches.join("sandbox-host"))
}

/// Loads the component that was named, or the bundled one.
pub fn load(host: &Host, global: &Global) -> Result<Provider, Failure> {
    match &global.component {
        Some(file) => Ok(host.load_file(file)?),
        None => match bundled() {
            Some(bytes) => Ok(host.load(bytes)?),
            None => Err(not_bundled()),
        },
    }
}

/// There is no component, and how to get one.
pub fn not_bundled() -> Failure {
    Failure::component("This program was built without a component in it.").remedy(
        "Run `cargo xtask build`, which makes it, and build this program again; or name a component with --component.",
    )
}

/// The component that this program was built with.
pub fn bundled() -> Option<&'static [u8]> {
    #[cfg(feature = "bundled")]
    return include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
    #[cfg(not(feature = "bundled"))]
    return None;
}

/// For calls that the contract calls local: whoever sends something all the same is refused.
struct NoNetwork;

impl HttpClient for NoNetwork {
    fn send(&self, _: http::Request<WasiBody>, _: RequestOptions) -> ResponseFuture {
        Box::pin(async { Err(HttpError::HttpRequestDenied) })
    }
}
