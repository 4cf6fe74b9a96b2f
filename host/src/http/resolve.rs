//! Where names lead: the system's resolver, or one of the embedder's own.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;

/// What [`Resolve::resolve`] returns.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a host name, which is never an address itself. Each is checked before it is connected to,
/// whoever found it.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of the name, the preferred one first.
    fn resolve(&self, name: &str) -> Addresses;
}

/// The system's resolver.
pub(crate) struct System;

impl Resolve for System {
    fn resolve(&self, name: &str) -> Addresses {
        // Names below it are this machine as well (RFC 6761, 6.3), and not every system knows that.
        let is_local = name.trim_end_matches('.').to_ascii_lowercase().ends_with(".localhost");
        let name = if is_local { "localhost" } else { name }.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Resolve, System};

    #[tokio::test]
    async fn a_name_below_localhost_is_this_machine() {
        for name in ["localhost", "proxy.localhost", "a.Proxy.LOCALHOST."] {
            let found = System.resolve(name).await.unwrap();
            assert!(!found.is_empty() && found.iter().all(std::net::IpAddr::is_loopback), "{name}: {found:?}");
        }
        assert!(System.resolve("not-localhost.invalid").await.is_err());
    }
}
