//! Pebble itself: where it is, what its boxes are called, and one request to it within the deadline of the call.

use serde_json::{Map, Value};

use crate::FAULTY;
use crate::contract::types::{Context, Error, ErrorCode};
use crate::contract::wasi::http::types::{Fields, Method};
use crate::http::{NoReply, exchange, request};
use crate::values::error;

/// A status, and the reply as JSON; null where it is none.
pub type Reply = (u16, Value);

/// Where Pebble is, from the pool's configuration: `{"url": "http://host:port"}`.
pub fn origin(config: &str) -> Result<String, Error> {
    let members: Map<String, Value> = match serde_json::from_str(if config.is_empty() { "{}" } else { config }) {
        Ok(members) => members,
        // FAULTY 1: a configuration that is no JSON ends the provider.
        Err(_) if FAULTY => core::arch::wasm32::unreachable(),
        Err(_) => return Err(error(ErrorCode::InvalidConfig, "The configuration is no JSON object.")),
    };
    let url = members.get("url").map_or(Some("https://api.pebble.example"), Value::as_str).unwrap_or_default();
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte)) {
        return Err(error(ErrorCode::InvalidConfig, "`url` is not http or https, a host and at most a port."));
    }
    Ok(url.to_owned())
}

/// A name that follows from pool and session, in characters that a path may have.
pub fn name(context: &Context, session_id: &str) -> Result<String, Error> {
    if session_id.is_empty() || session_id.len() > 1_000 {
        return Err(error(ErrorCode::InvalidSpec, "The session's id is empty or too long."));
    }
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(format!("{}-{}", hex(&context.pool_id), hex(session_id)))
}

/// Sends a request about a box, and waits for the reply until the deadline of the context.
pub fn ask(context: &Context, method: &Method, name: &str) -> Result<Reply, Error> {
    let url = format!("{}/v1/boxes/{name}", origin(&context.config)?);
    let key = context.credential.as_ref().map(|credential| credential.secret.as_bytes().to_vec());
    let key = key.filter(|key| !key.is_empty() && key.iter().all(u8::is_ascii_graphic));
    let key = key.ok_or_else(|| error(ErrorCode::Unauthenticated, "There is no key that a header can carry."))?;
    let headers = Fields::from_list(&[("x-pebble-key".to_owned(), key)])
        .map_err(|_| error(ErrorCode::Internal, "The request cannot be made."))?;
    // FAULTY 2: the deadline is not held.
    let millis = if FAULTY { 3_600_000 } else { context.deadline_ms.unwrap_or(30_000) };
    let failed = |failure| match failure {
        NoReply::Late => error(ErrorCode::Timeout, "The deadline ended before Pebble answered."),
        NoReply::Broken => error(ErrorCode::Unavailable, "Pebble cannot be reached, or the exchange broke."),
        NoReply::TooLarge => error(ErrorCode::Protocol, "The reply of Pebble is too large."),
    };
    match exchange(request(method, &url, headers), millis, 64 * 1024).map_err(failed)? {
        // FAULTY 3: what the server says is repeated, the key among it.
        (401, text) if FAULTY => Err(error(ErrorCode::Unauthenticated, &text)),
        (401, _) => Err(error(ErrorCode::Unauthenticated, "Pebble does not take the key.")),
        (status, text) => Ok((status, serde_json::from_str(&text).unwrap_or_default())),
    }
}
