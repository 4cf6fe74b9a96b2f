//! HTTP: a request as it arrives, and its exchange under the script.

mod api;
pub(crate) mod authentication;
pub(crate) mod call;
mod envelope;
mod exchange;
mod front;
mod intake;
pub(crate) mod object;
mod path;
mod pieces;
pub(crate) mod reply;
pub(crate) mod route;
mod routing;
pub(crate) mod throttle;
pub(crate) mod validation;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::routes;
use crate::server::Peer;
use exchange::Exchange;
use reply::Reply;

pub use exchange::ConnectionReset;

/// The most that the fake keeps of a request's body: far more than the server reads.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// The body, without what is beyond the most that is kept. `None`: the client broke off.
async fn received(mut body: axum::body::Body) -> Option<Bytes> {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.ok()?.into_data() {
            kept.extend_from_slice(&data[..data.len().min(MAX_BODY - kept.len())]);
        }
    }
    Some(kept.freeze())
}

/// Answers one request, with the fault that the script has for it.
pub(crate) async fn serve(core: Arc<Core>, request: Request) -> Response {
    let peer = Peer::of(request.extensions());
    let (parts, body) = request.into_parts();
    let Some(body) = received(body).await else {
        return exchange::dated(&core, Reply::new(400)).into_response();
    };
    let path = parts.uri.path().to_owned();
    let mut request = RecordedRequest {
        number: 0,
        at: core.now(),
        method: parts.method.as_str().to_owned(),
        route: path.strip_prefix(core.api_path.as_str()).unwrap_or(&path).to_owned(),
        path,
        query: parts.uri.query().map(str::to_owned),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body,
        fault: None,
        status: None,
    };
    // Requests of the test itself are not recorded: they would change what they inspect.
    if request.path.starts_with("/__fake") {
        return exchange::dated(&core, routes::fake::answer(&core, &request)).into_response();
    }
    let (request, action) = {
        let mut log = core.log();
        request.number = log.received();
        let action = core.script().action_for(&request);
        request.fault = action.name();
        let request = Arc::new(request);
        log.record(&request);
        (request, action)
    };
    Exchange { core, request, peer }.carry_out(action).await
}
