//! TCP to whom a request is for: directly, or through a proxy that is asked for a tunnel.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower_service::Service;

use super::resolver::{BoxError, Resolver};
use crate::policy::Proxy;

/// Makes the TCP connection, or the tunnel that takes its place.
#[derive(Clone)]
pub(crate) enum Dial {
    /// Looks the name up and checks where it leads.
    Direct(HttpConnector<Resolver>),
    /// The proxy looks the name up.
    Proxied(Proxy),
}

/// Why there is no tunnel. Nothing has reached the server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TunnelError {
    #[error("the proxy {proxy} cannot be reached: {source}")]
    Unreachable { proxy: Proxy, source: io::Error },
    #[error("the proxy {0} asks for a user and a password, or does not accept those in the policy (407)")]
    Credentials(Proxy),
    #[error("the proxy {proxy} does not let the host connect there ({status})")]
    Refused { proxy: Proxy, status: u16 },
    #[error("the proxy {proxy} could not connect there ({status})")]
    Failed { proxy: Proxy, status: u16 },
    #[error("what answers at {0} is no HTTP proxy")]
    NoProxy(Proxy),
}

impl Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context).map_err(Into::into),
            Self::Proxied(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connecting = tcp.call(address);
                Box::pin(async { connecting.await.map_err(Into::into) })
            }
            Self::Proxied(proxy) => {
                let proxy = proxy.clone();
                Box::pin(async move { Ok(TokioIo::new(tunnel(proxy, &address).await?)) })
            }
        }
    }
}

/// Bytes that the head of a proxy's answer may have.
const MOST_HEAD: usize = 16 << 10;

async fn tunnel(proxy: Proxy, address: &Uri) -> Result<TcpStream, TunnelError> {
    let unreachable = |source| TunnelError::Unreachable { proxy: proxy.clone(), source };
    let mut stream = TcpStream::connect(proxy.address()).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;

    let usual = if address.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    let whom = format!("{}:{}", address.host().unwrap_or_default(), address.port_u16().unwrap_or(usual));
    let mut head = format!("CONNECT {whom} HTTP/1.1\r\nhost: {whom}\r\n").into_bytes();
    if let Some(authorization) = proxy.authorization() {
        head.extend_from_slice(b"proxy-authorization: ");
        head.extend_from_slice(authorization.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).await.map_err(unreachable)?;

    // Byte by byte: what follows the head belongs to the tunnel.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= MOST_HEAD {
            return Err(TunnelError::NoProxy(proxy));
        }
        match stream.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(TunnelError::NoProxy(proxy)),
            Err(error) => return Err(unreachable(error)),
        }
    }
    match status(&answer) {
        Some(200..=299) => Ok(stream),
        Some(407) => Err(TunnelError::Credentials(proxy)),
        Some(status @ 500..=599) => Err(TunnelError::Failed { proxy, status }),
        Some(status) => Err(TunnelError::Refused { proxy, status }),
        None => Err(TunnelError::NoProxy(proxy)),
    }
}

/// Of `HTTP/1.1 200 …`.
fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let mut words = line.strip_prefix("HTTP/1.")?.split(' ').skip(1);
    words.next()?.parse().ok()
}
