//! Between `wasi:http` and the client: admits a request or denies it, and puts in what the guest does not hold.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpHooks};

use super::capped::capped;
use super::open::Open;
use super::scrub::scrubbed;
use super::{HttpClient, HttpError, Placeholders, Reason, headers};
use crate::egress::AdmittedOrigins;
use crate::log::warn_line;
use crate::policy::Policy;
use crate::redact::Keys;

/// Denials of one store that are logged each; a guest must not fill the log.
const LOGGED: u32 = 10;

/// The state of one store: whom it may contact, through which client, and with which keys.
pub(crate) struct Hooks {
    client: Arc<dyn HttpClient>,
    policy: Arc<Policy>,
    egress: AdmittedOrigins,
    open: Open,
    denied: u32,
    /// Why the last request got no response.
    pub(crate) reason: Reason,
    pub(crate) placeholders: Placeholders,
}

impl Hooks {
    /// Admits nobody until [`Hooks::open`].
    pub(crate) fn new(client: Arc<dyn HttpClient>, policy: Arc<Policy>) -> Self {
        Self {
            client,
            policy,
            egress: AdmittedOrigins::default(),
            open: Open::default(),
            denied: 0,
            reason: Reason::default(),
            placeholders: Placeholders::default(),
        }
    }

    /// Sets whom the store may contact from now on.
    pub(crate) fn open(&mut self, egress: AdmittedOrigins) {
        self.egress = egress;
    }

    /// Makes a request ready to leave, or says why it may not.
    fn admit(&self, request: &mut http::Request<WasiBody>) -> Result<(), String> {
        let (origin, reach) = self.egress.admit(request.uri(), &self.policy)?;
        if self.keys().occur_in_lower_case(origin.host()) {
            // Whoever answers for names would learn it.
            return Err("the name of the host that was called has the API key of this call in it".to_owned());
        }
        headers::check(request.headers(), &self.policy)?;
        request.extensions_mut().insert(reach);
        request.extensions_mut().insert(self.reason.clone());
        headers::add(request.headers_mut(), &self.policy);
        self.placeholders.reveal(request.headers_mut(), &origin, &self.policy);
        Ok(())
    }

    /// The keys that the guest does not hold.
    fn keys(&self) -> Keys {
        Keys::new(&self.placeholders.keys())
    }

    /// Logs a denial, as long as there are not too many.
    fn tell(&mut self, method: &http::Method, reason: &str) {
        // An origin may have been made of any part of the input.
        let reason = self.keys().redacted(reason);
        self.reason.set(&*reason);
        self.denied = self.denied.saturating_add(1);
        if self.denied <= LOGGED {
            warn_line!(target: "sandbox_host::egress", method = %method, "denied: {reason}");
        }
        if self.denied == LOGGED {
            warn_line!(target: "sandbox_host::egress", "further denials of this instance are not logged");
        }
        let _ = method;
    }
}

/// What a request's connection still has to do after its response has arrived: nothing, the client's pool drives it.
type Connection = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        mut request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _response_processed: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Connection), HttpError>> + Send> {
        if let Err(reason) = self.admit(&mut request) {
            self.tell(request.method(), &reason);
            return Box::new(deny(request, HttpError::HttpRequestDenied));
        }
        let most = self.policy.limits.open_requests;
        let Some(open) = self.open.enter(most) else {
            let reason = format!("{most} requests of this call are open; [limits] open-requests would allow more");
            self.tell(request.method(), &reason);
            return Box::new(deny(request, HttpError::ConnectionLimitReached));
        };
        let limit = self.policy.response_bytes;
        let keys = self.placeholders.keys();
        let reason = self.reason.clone();
        let response = self.client.send(request, options.unwrap_or_default());
        Box::new(async move {
            let response = response.await?;
            reason.clear();
            let response = scrubbed(capped(response, limit, open)?, &keys);
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
async fn deny(
    request: http::Request<WasiBody>,
    why: HttpError,
) -> Result<(http::Response<WasiBody>, Connection), HttpError> {
    let mut body = request.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        let _: Result<Bytes, _> = frame.into_data();
    }
    Err(why)
}
