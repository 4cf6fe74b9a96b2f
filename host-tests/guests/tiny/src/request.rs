//! One request to Pebble, within the deadline of the call.

use crate::FAULTY;
use crate::contract::types::{Context, Error, ErrorCode};
use crate::contract::wasi::clocks::monotonic_clock::{self, subscribe_instant};
use crate::contract::wasi::http::outgoing_handler::handle;
use crate::contract::wasi::http::types::{
    Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use crate::contract::wasi::io::poll::{Pollable, poll};
use crate::contract::wasi::io::streams::StreamError;

/// Bytes that a reply may have.
const MOST: usize = 64 * 1024;

/// A status, and the reply as JSON; null where it is none.
pub type Reply = (u16, serde_json::Value);

/// An error of this provider.
pub fn error(code: ErrorCode, message: &str) -> Error {
    let retryable = matches!(code, ErrorCode::Unavailable | ErrorCode::Timeout);
    Error {
        code,
        message: message.to_owned(),
        retryable,
        retry_after_ms: None,
        maybe_applied: false,
        http_status: None,
        details: Vec::new(),
    }
}

/// Where Pebble is, from the pool's configuration: `{"url": "http://host:port"}`.
pub fn origin(config: &str) -> Result<(Scheme, String), Error> {
    let invalid = |message| error(ErrorCode::InvalidConfig, message);
    let text = if config.is_empty() { "{}" } else { config };
    let parsed: serde_json::Value = match serde_json::from_str(text) {
        Ok(parsed) => parsed,
        // FAULTY 1: a configuration that is no JSON ends the provider.
        Err(_) if FAULTY => core::arch::wasm32::unreachable(),
        Err(_) => return Err(invalid("The configuration is no JSON.")),
    };
    let Some(members) = parsed.as_object() else { return Err(invalid("The configuration is no object.")) };
    let url = match members.get("url") {
        None => "https://api.pebble.example",
        Some(url) => url.as_str().ok_or_else(|| invalid("`url` is no text."))?,
    };
    let (scheme, host) = url.split_once("://").ok_or_else(|| invalid("`url` has no scheme."))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    match scheme {
        _ if host.is_empty() || !host.chars().all(plain) => Err(invalid("`url` has more than scheme, host and port.")),
        "https" => Ok((Scheme::Https, host.to_owned())),
        "http" => Ok((Scheme::Http, host.to_owned())),
        _ => Err(invalid("`url` is neither http nor https.")),
    }
}

/// Sends a request, and waits for the reply until the deadline of the context.
pub fn exchange(context: &Context, method: &Method, path: &str) -> Result<Reply, Error> {
    let (scheme, authority) = origin(&context.config)?;
    let key = context.credential.as_ref().map(|credential| credential.secret.as_str()).unwrap_or_default();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(error(ErrorCode::Unauthenticated, "There is no key, or none that a header can carry."));
    }
    let internal = || error(ErrorCode::Internal, "The request cannot be made.");
    let fields = Fields::from_list(&[("x-pebble-key".to_owned(), key.as_bytes().to_vec())]).map_err(|_| internal())?;
    let request = OutgoingRequest::new(fields);
    request.set_method(method).map_err(|()| internal())?;
    request.set_scheme(Some(&scheme)).map_err(|()| internal())?;
    request.set_authority(Some(&authority)).map_err(|()| internal())?;
    request.set_path_with_query(Some(path)).map_err(|()| internal())?;
    let body = request.body().map_err(|()| internal())?;
    let millis = u64::from(context.deadline_ms.unwrap_or(30_000));
    // FAULTY 2: the deadline is not held.
    let millis = if FAULTY { 3_600_000 } else { millis };
    let timer = subscribe_instant(monotonic_clock::now() + millis * 1_000_000);
    let unreachable = |_| error(ErrorCode::Unavailable, "Pebble cannot be reached.");
    let response = handle(request, None).map_err(unreachable)?;
    OutgoingBody::finish(body, None).map_err(unreachable)?;
    let response = answer(&response, &timer)?;
    let (status, text) = (response.status(), body_of(&response, &timer)?);
    match status {
        // FAULTY 3: what the server says is repeated, the key among it.
        401 if FAULTY => Err(error(ErrorCode::Unauthenticated, &format!("Pebble does not take the key: {text}"))),
        401 => Err(error(ErrorCode::Unauthenticated, "Pebble does not take the key.")),
        _ => Ok((status, serde_json::from_str(&text).unwrap_or_default())),
    }
}

fn late() -> Error {
    error(ErrorCode::Timeout, "The deadline ended before Pebble answered.")
}

fn wait(ready: &Pollable, timer: &Pollable) -> Result<(), Error> {
    if poll(&[ready, timer]).contains(&0) { Ok(()) } else { Err(late()) }
}

fn answer(response: &FutureIncomingResponse, timer: &Pollable) -> Result<IncomingResponse, Error> {
    loop {
        wait(&response.subscribe(), timer)?;
        match response.get() {
            Some(Ok(Ok(response))) => return Ok(response),
            Some(_) => return Err(error(ErrorCode::Unavailable, "The exchange with Pebble broke.")),
            None => {}
        }
    }
}

fn body_of(response: &IncomingResponse, timer: &Pollable) -> Result<String, Error> {
    let broken = || error(ErrorCode::Unavailable, "The reply of Pebble broke off.");
    let body = response.consume().map_err(|()| broken())?;
    let stream = body.stream().map_err(|()| broken())?;
    let mut bytes = Vec::new();
    loop {
        match stream.read(8 * 1024) {
            Ok(part) if part.is_empty() => wait(&stream.subscribe(), timer)?,
            Ok(part) => bytes.extend(part),
            Err(StreamError::Closed) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(StreamError::LastOperationFailed(_)) => return Err(broken()),
        }
        if bytes.len() > MOST {
            return Err(error(ErrorCode::Protocol, "The reply of Pebble is too large."));
        }
    }
}
