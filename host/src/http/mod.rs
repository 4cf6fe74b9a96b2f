//! What is behind `wasi:http`: the trait that sends a request, and the client that does so by default.

mod address;
mod broken;
mod capped;
mod client_error;
mod connect;
mod dial;
mod errors;
mod headers;
mod hooks;
mod inject;
mod open;
pub(crate) mod outgoing;
mod pooled;
mod reason;
mod resolve;
mod resolver;
mod scrub;
mod sniff;
mod tls;
mod words;

use std::pin::Pin;

pub use address::Reach;
pub use client_error::ClientError;
pub(crate) use hooks::Hooks;
pub(crate) use inject::Placeholders;
pub use pooled::{PooledClient, PooledClientBuilder};
pub use reason::Reason;
pub use resolve::{Addresses, Resolve};
/// The failures that a guest can be told, by the names of `wasi:http`.
pub use wasmtime_wasi_http::Error as HttpError;
/// The guest's timeouts for one request; none means that it set none.
pub use wasmtime_wasi_http::RequestOptions;
/// A request's or a response's body. Make one with `http_body_util`, for example
/// `Full::new(bytes).map_err(|never| match never {}).boxed_unsync()`.
pub use wasmtime_wasi_http::WasiBody;

/// What [`HttpClient::send`] returns.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Result<http::Response<WasiBody>, HttpError>> + Send>>;

/// Sends the requests of guests. By the time that one arrives here, it was admitted.
///
/// The request's extensions hold a [`Reach`]: how far into private networks it may go. A client that opens connections of
/// its own has to hold to it. They also hold a [`Reason`], in which it may say why there is no response.
///
/// An implementation follows no redirects, decompresses nothing and repeats nothing: the provider decides. The request
/// has an absolute address and a `host` header. Its body may still be written while the response is awaited, and has to
/// be read to its end or dropped. Tests plug in a handler of their own.
pub trait HttpClient: Send + Sync + 'static {
    /// Sends one request.
    fn send(&self, request: http::Request<WasiBody>, options: RequestOptions) -> ResponseFuture;
}
