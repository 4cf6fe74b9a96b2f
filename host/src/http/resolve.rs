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
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
