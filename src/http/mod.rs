//! One HTTP exchange: what is asked, what comes back, how long it may take. Knows nothing of Daytona.
//!
//! [`Transport`] is the only way to the network. The component has `wasi:http` behind it, native unit tests a script.

mod headers;
mod retry;
pub mod secret;
pub mod url;

#[cfg(test)]
pub mod scripted;
#[cfg(target_arch = "wasm32")]
pub mod wasi;

pub use headers::Headers;
pub use retry::{Outcome, Repeat, exchange, jittered};

/// Largest reply that is read unless a request says otherwise, in bytes. No host limits what a server may send.
pub const MAX_REPLY: usize = 4 * 1024 * 1024;

/// The header that says how long a body is, in bytes.
pub const CONTENT_LENGTH: &str = "content-length";

/// A point on the transport's monotonic clock, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub u64);

impl Instant {
    /// The point that many milliseconds later.
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms.saturating_mul(1_000_000)))
    }

    /// The point that many milliseconds earlier.
    pub fn minus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms.saturating_mul(1_000_000)))
    }

    /// Milliseconds from an earlier point to this one, rounded down; 0 when it is not earlier.
    pub fn ms_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }
}

/// The methods in use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request, complete but for what the transport adds (host and connection handling).
pub struct Request {
    pub method: Method,
    pub origin: url::Origin,
    /// Starts with `/`; everything but unreserved characters percent-encoded.
    pub path_and_query: String,
    /// Lower-case names. Of the types that `wasi:http` takes, so that no attempt has to copy them.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
    /// Lower-case names of the headers of a success that are read, [`CONTENT_LENGTH`] among them. Each takes two
    /// allocations that the host has to ask for, and gateways send thirty. Of any other reply, all are read.
    pub wanted: &'static [&'static str],
    /// Largest reply that is read, in bytes.
    pub max_reply: usize,
}

impl Request {
    /// A request with the headers that describe its body, which is JSON where there is one.
    ///
    /// Every method but GET says how long its body is, or some hosts send chunks, which gateways stall on.
    pub fn new(method: Method, origin: url::Origin, path_and_query: String, body: String) -> Self {
        let (headers, body) = (Vec::new(), body.into_bytes());
        let mut request =
            Self { method, origin, path_and_query, headers, body, wanted: &[CONTENT_LENGTH], max_reply: MAX_REPLY };
        if !request.body.is_empty() {
            request.header("content-type", "application/json".to_owned());
        }
        if method != Method::Get {
            request.header(CONTENT_LENGTH, request.body.len().to_string());
        }
        request
    }

    /// Adds a header to those that are there.
    pub fn header(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value.into_bytes()));
    }
}

/// A whole reply.
pub struct Reply {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
}

/// How an exchange failed. Transport codes differ from host to host, so only their group counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// The name did not resolve. Nothing was sent.
    Dns,
    /// No connection came about. Nothing was sent.
    Connect,
    /// The connection could not be secured. Nothing was sent.
    Tls,
    /// The host does not let us call there. Nothing was sent.
    Denied,
    /// The transport's time was up.
    TimedOut,
    /// Our own deadline ended first.
    Deadline,
    /// The exchange broke off, or what came back was no HTTP.
    Broken,
    /// The reply is larger than the request allows.
    TooLarge,
    /// The call may send no more requests. Nothing was sent.
    Spent,
    /// The request was not one that can be sent: our own mistake.
    Malformed,
}

impl FailureKind {
    /// Whether the server may have acted on the request.
    pub fn may_have_reached_server(self) -> bool {
        matches!(self, Self::TimedOut | Self::Deadline | Self::Broken | Self::TooLarge)
    }
}

/// A failed exchange.
pub struct Failure {
    pub kind: FailureKind,
    /// The transport's own words, for people.
    pub text: String,
    /// The status, when the reply broke off only after it.
    pub status: Option<u16>,
}

impl Failure {
    /// A failure before any status was known.
    pub fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), status: None }
    }
}

/// The way to the network and to the clock.
pub trait Transport {
    /// Now, on a clock that never goes back.
    fn now(&self) -> Instant;

    /// Blocks until then.
    fn sleep_until(&self, until: Instant);

    /// Sends one request once and reads the whole reply; returns by `deadline`, whatever the server does.
    fn send(&self, request: &Request, deadline: Instant) -> Result<Reply, Failure>;
}
