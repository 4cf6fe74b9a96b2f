//! The default client: one pool of connections for all calls of a host.

use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::address::Kind;
use super::connect::{Connector, connector};
use super::errors::{ClientError, from_client, from_exchange};
use super::resolve::System;
use super::tls::Trust;
use super::{HttpClient, HttpError, Reach, RequestOptions, Resolve, ResponseFuture, WasiBody};

/// Sends requests over pooled keep-alive connections: HTTP/1.1, or HTTP/2 where TLS negotiates it. Follows no redirects,
/// decompresses nothing, uses no proxy. Connects to the addresses that a request's [`Reach`] allows, and never to
/// link-local ones.
///
/// Cheap to clone; clones share the pool. It belongs to the runtime on which it is first used.
#[derive(Clone)]
pub struct PooledClient {
    /// Two pools, because a connection that one request may use is not for every other: to public addresses only, and to
    /// private ones as well.
    public: Client<Connector, WasiBody>,
    inside: Client<Connector, WasiBody>,
    resolve: Arc<dyn Resolve>,
    cap: Duration,
}

/// Makes a [`PooledClient`].
#[derive(Clone)]
pub struct PooledClientBuilder {
    ca_files: Vec<PathBuf>,
    resolve: Arc<dyn Resolve>,
    idle: Duration,
    idle_per_host: usize,
    connect: Duration,
    cap: Duration,
}

impl Default for PooledClientBuilder {
    fn default() -> Self {
        Self {
            ca_files: Vec::new(),
            resolve: Arc::new(System),
            idle: Duration::from_secs(60),
            idle_per_host: 256,
            connect: Duration::from_secs(10),
            cap: Duration::from_secs(120),
        }
    }
}

impl PooledClientBuilder {
    /// Trusts the certificates of a PEM file as well. May be repeated. For installations with a CA of their own.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_files.push(path.into());
        self
    }

    /// Finds the addresses of names. Default: the system's resolver.
    pub fn resolver(mut self, resolver: impl Resolve) -> Self {
        self.resolve = Arc::new(resolver);
        self
    }

    /// How long an unused connection is kept. Default 60 s.
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// How many unused connections to one host are kept. Default 256: a pool that is smaller than the calls at once
    /// opens connections all the time, which is worse than none.
    pub fn idle_per_host(mut self, connections: usize) -> Self {
        self.idle_per_host = connections;
        self
    }

    /// How long connecting may take, name and TLS included. Default 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// How long a response and each part of its body may take at most, whatever the guest says. Default 120 s.
    pub fn timeout_cap(mut self, limit: Duration) -> Self {
        self.cap = limit;
        self
    }

    /// Makes the client. Opens no connection; the system's certificates are read with the first one that is secured.
    ///
    /// # Errors
    /// When a file with certificates cannot be used.
    pub fn build(self) -> Result<PooledClient, ClientError> {
        let trust = Arc::new(Trust::new(&self.ca_files)?);
        let client = |private: bool| {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .pool_idle_timeout(self.idle)
                .pool_max_idle_per_host(self.idle_per_host)
                .build(connector(Arc::clone(&trust), Arc::clone(&self.resolve), self.connect, private))
        };
        Ok(PooledClient { public: client(false), inside: client(true), resolve: self.resolve, cap: self.cap })
    }
}

impl PooledClient {
    /// Starts making a client.
    pub fn builder() -> PooledClientBuilder {
        PooledClientBuilder::default()
    }

    /// The pool for requests that may go this far.
    async fn pool(&self, reach: Reach) -> &Client<Connector, WasiBody> {
        let private = match reach {
            Reach::Public => false,
            Reach::Inside => true,
            Reach::AsFarAs { host } => {
                let found = match host.parse::<IpAddr>() {
                    Ok(address) => vec![address],
                    // A name that does not resolve is not inside; the request itself may still succeed.
                    Err(_) => self.resolve.resolve(&host).await.unwrap_or_default(),
                };
                found.into_iter().any(|address| Kind::of(address) == Kind::Private)
            }
        };
        if private { &self.inside } else { &self.public }
    }

    fn limit(&self, guest: Option<Duration>) -> Duration {
        guest.map_or(self.cap, |guest| guest.min(self.cap))
    }
}

impl HttpClient for PooledClient {
    fn send(&self, mut request: http::Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let this = self.clone();
        Box::pin(async move {
            // The client writes it itself, for HTTP/1 only: in HTTP/2 the address says it.
            request.headers_mut().remove(HOST);
            let reach = request.extensions_mut().remove::<Reach>().unwrap_or(Reach::Inside);
            let client = this.pool(reach).await;
            let mut connected = capture_connection(&mut request);
            let response = client.request(request);
            let mut response = std::pin::pin!(response);

            // The guest's limit for connecting ends with the connection, pooled or new.
            let connect = this.limit(options.connect_timeout);
            let early = tokio::select! {
                biased;
                early = &mut response => Some(early),
                there = timeout(connect, connected.wait_for_connection_metadata()) => match there {
                    Ok(_) => None,
                    Err(_) => return Err(HttpError::ConnectionTimeout),
                },
            };
            let response = match early {
                Some(response) => response,
                None => timeout(this.limit(options.first_byte_timeout), response)
                    .await
                    .map_err(|_| HttpError::ConnectionReadTimeout)?,
            };
            let response = response.map_err(|error| from_client(&error))?;
            let between = this.limit(options.between_bytes_timeout);
            Ok(response.map(|body| TimedBody::new(body, between).boxed_unsync()))
        })
    }
}

/// A response's body whose parts have to keep coming.
struct TimedBody {
    body: Incoming,
    between: Duration,
    /// Made when a part is first waited for, and reused: most bodies arrive with the head.
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl TimedBody {
    fn new(body: Incoming, between: Duration) -> Self {
        Self { body, between, timer: None, waiting: false }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waiting = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| from_exchange(&error))));
        }
        let until = Instant::now() + this.between;
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if !this.waiting {
            timer.as_mut().reset(until);
            this.waiting = true;
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Some(Err(HttpError::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
