//! Servers in memory, for a host whose clock is paused: a socket would have to be waited for in real time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Request;
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};

use super::{Stage, play};

/// Bytes that are on their way at once.
const PIPE: usize = 64 * 1024;

/// Where the host sets no limit of its own.
const LONGEST: Duration = Duration::from_secs(600);

/// A network that consists of the servers of the cases. Clones are the same network.
#[derive(Clone, Default)]
pub struct Memory {
    servers: Arc<Mutex<HashMap<String, Arc<Stage>>>>,
}

impl Memory {
    /// A server at an address.
    pub fn serve(&self, authority: &str) -> Arc<Stage> {
        let stage = Arc::new(Stage::default());
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.insert(authority.to_owned(), Arc::clone(&stage));
        stage
    }

    fn at(&self, authority: &str) -> Option<Arc<Stage>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).get(authority).cloned()
    }
}

impl HttpClient for Memory {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let reached = match self.at(&authority) {
            // No server here speaks TLS.
            Some(_) if request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) => Err(HttpError::TlsProtocolError),
            Some(stage) => Ok(stage),
            None if request.uri().host().is_some_and(is_no_name) => {
                Err(HttpError::DnsError { rcode: None, info_code: None })
            }
            // Nobody listens elsewhere.
            None => Err(HttpError::ConnectionRefused),
        };
        Box::pin(async move {
            let stage = reached?;
            let limit = options.first_byte_timeout.unwrap_or(LONGEST);
            match tokio::time::timeout(limit, exchange(request, stage)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(HttpError::ConnectionReadTimeout),
            }
        })
    }
}

/// Whether a host is a name that no network has: RFC 6761 keeps these free.
fn is_no_name(host: &str) -> bool {
    host.ends_with(".invalid")
}

async fn exchange(mut request: Request<WasiBody>, stage: Arc<Stage>) -> Result<http::Response<WasiBody>, HttpError> {
    // Over HTTP/1.1 a server is asked for a path, not for an address.
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| http::uri::PathAndQuery::from_static("/"));
    *request.uri_mut() = path.into();
    let (ours, theirs) = tokio::io::duplex(PIPE);
    tokio::spawn(async move { drop(play(theirs, &stage).await) });
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(ours)).await.map_err(|error| broken(&error))?;
    let connection = tokio::spawn(async move { drop(connection.await) });
    let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
    // The connection has to live as long as the body is read, and to end with it, so that the server sees that.
    let guard = Ended(connection);
    Ok(response.map(|body| {
        body.map_frame(move |frame| {
            let _lives = &guard;
            frame
        })
        .map_err(|error| broken(&error))
        .boxed_unsync()
    }))
}

/// Ends a connection.
struct Ended(tokio::task::JoinHandle<()>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection that was there and broke.
fn broken(error: &hyper::Error) -> HttpError {
    if error.is_parse() { HttpError::HttpProtocolError } else { HttpError::ConnectionTerminated }
}
