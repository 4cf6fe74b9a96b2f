//! Between `wasi:http` and the client: admits a request or denies it.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpHooks};

use super::{HttpClient, HttpError};
use crate::egress::Egress;
use crate::log::warn_line;

/// The state of one store: whom it may contact, and through which client.
pub(crate) struct Hooks {
    client: Arc<dyn HttpClient>,
    egress: Egress,
}

impl Hooks {
    /// Admits nobody until [`Hooks::open`].
    pub(crate) fn new(client: Arc<dyn HttpClient>) -> Self {
        Self { client, egress: Egress::default() }
    }

    /// Sets whom the store may contact from now on.
    pub(crate) fn open(&mut self, egress: Egress) {
        self.egress = egress;
    }
}

/// What a request's connection still has to do after its response has arrived: nothing, the client's pool drives it.
type Connection = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _response_processed: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Connection), HttpError>> + Send> {
        if let Err(reason) = self.egress.admit(request.uri()) {
            warn_line!(target: "sandbox_host::egress", method = %request.method(), "denied: {reason}");
            let _ = reason;
            return Box::new(deny(request));
        }
        let response = self.client.send(request, options.unwrap_or_default());
        Box::new(async move {
            let response = response.await?;
            Ok((response, Box::new(async { Ok(()) }) as Connection))
        })
    }

    // The clients of this crate name their errors themselves; these are for others that hand on what they got.

    fn p2_error_from_hyper(&mut self, error: &hyper::Error) -> ErrorCode {
        super::errors::from_hyper(error)
    }

    fn p2_error_from_connect(&mut self, error: &std::io::Error) -> ErrorCode {
        super::errors::from_connect(error)
    }
}

/// Reads the body to its end before it says no: a guest that is still writing would otherwise see a broken stream, and
/// not the reason.
async fn deny(request: http::Request<WasiBody>) -> Result<(http::Response<WasiBody>, Connection), HttpError> {
    let mut body = request.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        let _: Result<Bytes, _> = frame.into_data();
    }
    Err(HttpError::HttpRequestDenied)
}
