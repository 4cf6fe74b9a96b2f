//! A server for a handful of paths: HTTP/1.1 in the clear, HTTP/2 or 1.1 in TLS.

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    ca_file: Option<tempfile::NamedTempFile>,
}

impl Server {
    pub async fn plain() -> Self {
        Self::start(None, None).await
    }

    /// With a certificate for `localhost` that a CA of its own has signed.
    pub async fn tls() -> Self {
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca_certificate = ca.self_signed(&ca_key).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
            .unwrap()
            .signed_by(&key, &rcgen::Issuer::new(ca, ca_key))
            .unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(ca_certificate.pem().as_bytes()).unwrap();

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self::start(Some(TlsAcceptor::from(Arc::new(config))), Some(file)).await
    }

    async fn start(tls: Option<TlsAcceptor>, ca_file: Option<tempfile::NamedTempFile>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(connection(stream, tls.clone()));
            }
        });
        Self { address, connections, ca_file }
    }

    pub fn url(&self, path: &str) -> String {
        let scheme = if self.ca_file.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.authority())
    }

    pub fn authority(&self) -> String {
        match self.ca_file {
            Some(_) => format!("localhost:{}", self.address.port()),
            None => self.address.to_string(),
        }
    }

    /// How many were opened so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub fn ca_file(&self) -> &Path {
        self.ca_file.as_ref().expect("it speaks TLS").path()
    }
}

/// A client that hangs up, or that does not trust the certificate, ends its connection and nothing else.
async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>) {
    let service = service_fn(|request| async { Ok::<_, Infallible>(answer(request).await) });
    let Some(tls) = tls else {
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        return;
    };
    let Ok(stream) = tls.accept(stream).await else { return };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        let _ = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
    } else {
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}

async fn answer(request: Request<Incoming>) -> Response<Reply> {
    let full = |bytes: &'static [u8]| Reply { next: Some(Bytes::from_static(bytes)), then_stalls: false };
    match request.uri().path() {
        "/host" => {
            let host = request.headers().get_all("host").iter().map(|host| host.to_str().unwrap());
            let host: Vec<&str> = host.collect();
            Response::new(Reply { next: Some(host.join(",").into()), then_stalls: false })
        }
        "/redirect" => Response::builder().status(302).header("location", "/hello").body(full(b"")).unwrap(),
        "/gzip" => Response::builder().header("content-encoding", "gzip").body(full(&[0x1f, 0x8b, 0x08])).unwrap(),
        "/never" => std::future::pending().await,
        "/stalls" => Response::new(Reply { then_stalls: true, ..full(b"half") }),
        _ => Response::new(full(b"hello")),
    }
}

/// A body of one part, after which it ends or does not.
struct Reply {
    next: Option<Bytes>,
    then_stalls: bool,
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.next.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.then_stalls => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}
