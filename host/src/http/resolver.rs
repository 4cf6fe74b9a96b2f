//! Names to addresses that may be connected to.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::address::{AddressRefused, Kind};
use super::resolve::Resolve;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A name that has no address.
#[derive(Debug)]
pub(crate) struct ResolveError {
    name: String,
    source: io::Error,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.source)
    }
}

impl std::error::Error for ResolveError {}

/// Whether an address may be connected to.
pub(crate) fn allowed(address: IpAddr, private: bool) -> bool {
    match Kind::of(address) {
        Kind::Public => true,
        Kind::Private => private,
        Kind::Blocked => false,
    }
}

/// Hands on only addresses that may be connected to, with errors that can be told from those of connecting.
#[derive(Clone)]
pub(crate) struct Resolver {
    pub(crate) resolve: Arc<dyn Resolve>,
    pub(crate) private: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let text = name.as_str().to_owned();
        let private = self.private;
        let found = self.resolve.resolve(name.as_str());
        Box::pin(async move {
            let found = match found.await {
                Ok(found) => found,
                Err(source) => return Err(ResolveError { name: text, source }.into()),
            };
            let (good, bad): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| allowed(*address, private));
            match bad.first() {
                Some(address) if good.is_empty() => Err(AddressRefused { name: text, address: *address }.into()),
                // The connector puts in the port.
                _ => Ok(good.into_iter().map(|address| SocketAddr::new(address, 0)).collect::<Vec<_>>().into_iter()),
            }
        })
    }
}
