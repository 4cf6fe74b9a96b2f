//! How a connection comes about: name, address, TCP, TLS, all within one time limit, with errors that say which step
//! failed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use tower_service::Service;

use super::address::{AddressRefused, literal};
use super::dial::Dial;
use super::resolve::Resolve;
use super::resolver::{BoxError, Resolver, allowed};
use super::sniff::Sniffed;
use super::tls::Trust;
use crate::policy::Proxy;

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
