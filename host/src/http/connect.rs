//! How a connection comes about: name, address, TCP, TLS, all within one time limit, with errors that say which step
//! failed.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::address::{AddressRefused, Kind, literal};
use super::dial::Dial;
use super::resolve::Resolve;
use super::sniff::Sniffed;
use super::tls::Trust;
use crate::policy::Proxy;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The connector of the default client.
pub(crate) type Connector = Limited<Secured>;

/// Makes the connector: HTTP/2 where the server offers it in TLS, HTTP/1.1 otherwise.
/// Private addresses are connected to where `private` says so.
pub(crate) fn connector(
    trust: Arc<Trust>,
    resolve: Arc<dyn Resolve>,
    proxy: Option<Proxy>,
    limit: Duration,
    private: bool,
) -> Connector {
    let is_proxied = proxy.is_some();
    let dial = match proxy {
        Some(proxy) => Dial::Proxied(proxy),
        None => {
            let mut tcp = HttpConnector::new_with_resolver(Resolver { resolve, private });
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            tcp.set_keepalive(Some(Duration::from_secs(30)));
            Dial::Direct(tcp)
        }
    };
    let plain = HttpsConnector::from((dial.clone(), trust.nobody()));
    Limited { inner: Secured { dial, plain, trust }, limit, private, is_proxied }
}

/// Secures a connection where the address says so.
#[derive(Clone)]
pub(crate) struct Secured {
    dial: Dial,
    plain: HttpsConnector<Dial>,
    trust: Arc<Trust>,
}

impl Service<Uri> for Secured {
    type Response = Sniffed<<HttpsConnector<Dial> as Service<Uri>>::Response>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.plain.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let plain = address.scheme() != Some(&Scheme::HTTPS);
        let connecting = match plain {
            true => self.plain.call(address),
            false => HttpsConnector::from((self.dial.clone(), self.trust.config())).call(address),
        };
        Box::pin(async move { Ok(Sniffed::new(connecting.await?, plain)) })
    }
}

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
fn allowed(address: IpAddr, private: bool) -> bool {
    match Kind::of(address) {
        Kind::Public => true,
        Kind::Private => private,
        Kind::Never => false,
    }
}

/// Hands on only addresses that may be connected to, with errors that can be told from those of connecting.
#[derive(Clone)]
pub(crate) struct Resolver {
    resolve: Arc<dyn Resolve>,
    private: bool,
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

/// Connecting took too long.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {0:?}")]
pub(crate) struct ConnectTimeout(pub(crate) Duration);

/// Bounds connecting as a whole: neither the TLS handshake nor the resolver has a limit of its own.
#[derive(Clone)]
pub(crate) struct Limited<C> {
    inner: C,
    limit: Duration,
    private: bool,
    is_proxied: bool,
}

impl<C> Service<Uri> for Limited<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
    C::Response: 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        // An address that is written out is not resolved, and a proxy resolves everything.
        let host = address.host().unwrap_or_default();
        match literal(host) {
            Ok(Some(written)) if !allowed(written, self.private) => {
                let refused = AddressRefused { name: host.to_owned(), address: written };
                return Box::pin(async { Err(refused.into()) });
            }
            // Nobody here sees what a proxy would make of it.
            Err(unclear) if self.is_proxied => return Box::pin(async move { Err(unclear.into()) }),
            _ => {}
        }
        let connecting = self.inner.call(address);
        let limit = self.limit;
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(connection) => connection.map_err(Into::into),
                Err(_) => Err(ConnectTimeout(limit).into()),
            }
        })
    }
}
