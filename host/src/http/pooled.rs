//! The default client: one pool of connections for all calls of a host.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

use super::address::{Kind, literal};
use super::broken::Broken;
use super::client_error::ClientError;
use super::connect::{Connector, connector};
use super::errors::{Failure, from_client, from_exchange};
use super::resolve::System;
use super::tls::Trust;
use super::{HttpClient, HttpError, Reach, Reason, RequestOptions, Resolve, ResponseFuture, WasiBody, words};
use crate::log::warn_line;
use crate::policy::Proxy;

/// Sends requests over pooled keep-alive connections: HTTP/1.1, or HTTP/2 where TLS negotiates it. Follows no redirects,
/// decompresses nothing, repeats nothing that may have been sent. Connects to the addresses that a request's [`Reach`]
/// allows, and never to link-local ones. After a connection has broken, the next request that is not idempotent gets a fresh
/// one.
///
/// Cheap to clone; clones share the pool. It belongs to the runtime on which it is first used.
#[derive(Clone)]
pub struct PooledClient {
    /// Two pools, because a connection that one request may use is not for every other: to public addresses only, and to
    /// private ones as well.
    public: Pools,
    inside: Pools,
    resolve: Arc<dyn Resolve>,
    is_proxied: bool,
    ignored_proxy: Option<Arc<str>>,
    /// Whether the log says so already.
    has_warned: Arc<AtomicBool>,
    broken: Broken,
    cap: Duration,
}

/// Connections that are kept, and connections for one request each.
#[derive(Clone)]
struct Pools {
    kept: Client<Connector, WasiBody>,
    fresh: Client<Connector, WasiBody>,
}

/// Makes a [`PooledClient`].
#[derive(Clone)]
pub struct PooledClientBuilder {
    ca_files: Vec<PathBuf>,
    resolve: Arc<dyn Resolve>,
    proxy: Option<Proxy>,
    ignored_proxy: Option<Arc<str>>,
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
            proxy: None,
            ignored_proxy: None,
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

    /// Sends everything through this proxy, which is asked for a tunnel (`CONNECT`) and looks names up itself; addresses that
    /// are written out are checked as ever. Default: none, whatever the process' environment says.
    pub fn proxy(mut self, proxy: Option<Proxy>) -> Self {
        self.proxy = proxy;
        self
    }

    /// Names a variable of the process' environment that asks for a proxy, such as `HTTPS_PROXY`: where there is no
    /// connection and no proxy, the error's words say that it is set and not used. Its value is not needed.
    pub fn ignored_proxy_variable(mut self, name: Option<&str>) -> Self {
        self.ignored_proxy = name.map(Arc::from);
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
        let client = |private: bool, idle_per_host: usize| {
            let (trust, resolve) = (Arc::clone(&trust), Arc::clone(&self.resolve));
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .pool_idle_timeout(self.idle)
                .pool_max_idle_per_host(idle_per_host)
                .build(connector(trust, resolve, self.proxy.clone(), self.connect, private))
        };
        let pools = |private| Pools { kept: client(private, self.idle_per_host), fresh: client(private, 0) };
        Ok(PooledClient {
            public: pools(false),
            inside: pools(true),
            is_proxied: self.proxy.is_some(),
            ignored_proxy: if self.proxy.is_some() { None } else { self.ignored_proxy },
            has_warned: Arc::default(),
            broken: Broken::default(),
            resolve: self.resolve,
            cap: self.cap,
        })
    }
}

impl PooledClient {
    /// Starts making a client.
    pub fn builder() -> PooledClientBuilder {
        PooledClientBuilder::default()
    }

    /// The pools for requests that may go this far.
    async fn pools(&self, reach: Reach) -> &Pools {
        let private = match reach {
            Reach::Public => false,
            Reach::PrivateAddresses => true,
            Reach::SameAs { host } => {
                let found = match literal(&host) {
                    Ok(Some(address)) => vec![address],
                    // A name is the proxy's to look up.
                    _ if self.is_proxied => Vec::new(),
                    // A name that does not resolve is not inside; the request itself may still succeed.
                    _ => self.resolve.resolve(&host).await.unwrap_or_default(),
                };
                found.into_iter().any(|address| Kind::of(address) == Kind::Private)
            }
        };
        if private { &self.inside } else { &self.public }
    }

    /// Tells why there is no response, and remembers a connection that broke.
    fn failed(&self, failure: Failure, server: &str, reason: &Reason) -> HttpError {
        let mut words = failure.words;
        if failure.was_connected {
            self.broken.mark(server);
            if failure.was_closed && server.starts_with("http://") {
                words.push_str(words::OR_TLS);
            }
        } else if let Some(variable) = &self.ignored_proxy {
            if !self.has_warned.swap(true, Ordering::Relaxed) {
                warn_line!(
                    target: "sandbox_host::http",
                    "{variable} is set and not used: name the proxy in the policy, [egress] proxy"
                );
            }
            words.push_str(&format!(
                "; {variable} is set, but this host uses the proxy of its policy alone: [egress] proxy = \"http://host:port\""
            ));
        }
        reason.set(format!("{server}: {words}"));
        failure.code
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
            let reach = request.extensions_mut().remove::<Reach>().unwrap_or(Reach::PrivateAddresses);
            let reason = request.extensions_mut().remove::<Reason>().unwrap_or_default();
            let server = server(request.uri());
            let pools = this.pools(reach).await;
            let fresh = !request.method().is_idempotent() && this.broken.is_recent(&server);
            let client = if fresh { &pools.fresh } else { &pools.kept };
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
                    Err(_) => {
                        return Err(this.failed(Failure::no_connection(connect), &server, &reason));
                    }
                },
            };
            let response = match early {
                Some(response) => response,
                None => {
                    let limit = this.limit(options.first_byte_timeout);
                    match timeout(limit, response).await {
                        Ok(response) => response,
                        Err(_) => return Err(this.failed(Failure::no_answer(limit), &server, &reason)),
                    }
                }
            };
            let response = response.map_err(|error| this.failed(from_client(&error), &server, &reason))?;
            let between = this.limit(options.between_bytes_timeout);
            Ok(response.map(|body| {
                let broken = move |failure| this.failed(failure, &server, &reason);
                TimedBody::new(body, between, Box::new(broken)).boxed_unsync()
            }))
        })
    }
}

/// Scheme and authority.
fn server(uri: &http::Uri) -> String {
    format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |authority| authority.as_str()))
}

/// A response's body whose parts have to keep coming.
struct TimedBody {
    body: Incoming,
    between: Duration,
    /// Made when a part is first waited for, and reused: most bodies arrive with the head.
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
    failed: Failed,
}

/// What is done about a body that breaks; returns what its reader is told.
type Failed = Box<dyn Fn(Failure) -> HttpError + Send>;

impl TimedBody {
    fn new(body: Incoming, between: Duration, failed: Failed) -> Self {
        Self { body, between, timer: None, waiting: false, failed }
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
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| (this.failed)(from_exchange(&error)))));
        }
        let until = Instant::now() + this.between;
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if !this.waiting {
            timer.as_mut().reset(until);
            this.waiting = true;
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Some(Err((this.failed)(Failure::no_answer(this.between)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
