//! Where names lead: the system's resolver, or one of the embedder's own.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
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
        let name = name.to_owned();
        Box::pin(async move {
            match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(found) => Ok(found.map(|address| address.ip()).collect()),
                Err(_) if is_below_localhost(&name) => Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]),
                Err(problem) => Err(problem),
            }
        })
    }
}

/// Names that mean this machine (RFC 6761, 6.3), such as `proxy.localhost`, though not every system's resolver knows them.
/// Where one does, as by a container's hosts file, its word counts.
fn is_below_localhost(name: &str) -> bool {
    let labels = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    labels.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::{Resolve, System, is_below_localhost};

    #[tokio::test]
    async fn names_below_localhost_are_this_machine_whatever_the_system_knows() {
        let found = System.resolve("proxy.localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(std::net::IpAddr::is_loopback), "{found:?}");
        for (name, expected) in
            [("a.b.LOCALHOST", true), ("proxy.localhost.", true), ("notlocalhost", false), ("localhost.example", false)]
        {
            assert_eq!(is_below_localhost(name), expected, "{name}");
        }
    }
}
