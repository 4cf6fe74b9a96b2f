//! Requests over `wasi:http` as guests send them: a method, a URL and headers, and an answer until a time is over.

use crate::contract::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::contract::wasi::http::outgoing_handler::handle;
use crate::contract::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use crate::contract::wasi::io::poll::{Pollable, poll};
use crate::contract::wasi::io::streams::StreamError;

/// A request to a URL, unsent.
pub fn request(method: &Method, url: &str, headers: Fields) -> OutgoingRequest {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = if scheme == "https" { Scheme::Https } else { Scheme::Http };
    let request = OutgoingRequest::new(headers);
    let _ = request.set_method(method);
    let _ = request.set_scheme(Some(&scheme));
    let _ = request.set_authority(Some(authority));
    let _ = request.set_path_with_query(Some(if path.is_empty() { "/" } else { path }));
    request
}

/// Waits for the response to a request.
pub fn response(sent: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    loop {
        match sent.get() {
            Some(Ok(answer)) => return answer,
            Some(Err(())) => return Err(ErrorCode::InternalError(None)),
            None => sent.subscribe().block(),
        }
    }
}

/// Why there is no reply.
pub enum NoReply {
    /// The time was over.
    Late,
    /// It could not be sent, or the exchange broke.
    Broken,
    /// It is larger than it may be.
    TooLarge,
}

/// Sends a request without a body and reads its reply, a status and a text of so many bytes at most, for so many milliseconds.
pub fn exchange(request: OutgoingRequest, millis: u32, most: usize) -> Result<(u16, String), NoReply> {
    let timer = subscribe_duration(u64::from(millis) * 1_000_000);
    let body = request.body().map_err(|()| NoReply::Broken)?;
    let sent = handle(request, None).map_err(|_| NoReply::Broken)?;
    OutgoingBody::finish(body, None).map_err(|_| NoReply::Broken)?;
    in_time(&sent.subscribe(), &timer)?;
    let response = response(&sent).map_err(|_| NoReply::Broken)?;
    let body = response.consume().map_err(|()| NoReply::Broken)?;
    let stream = body.stream().map_err(|()| NoReply::Broken)?;
    let mut bytes = Vec::new();
    while bytes.len() <= most {
        match stream.read(8 * 1024) {
            Ok(part) if part.is_empty() => in_time(&stream.subscribe(), &timer)?,
            Ok(part) => bytes.extend(part),
            Err(StreamError::Closed) => return Ok((response.status(), String::from_utf8_lossy(&bytes).into_owned())),
            Err(StreamError::LastOperationFailed(_)) => return Err(NoReply::Broken),
        }
    }
    Err(NoReply::TooLarge)
}

fn in_time(ready: &Pollable, timer: &Pollable) -> Result<(), NoReply> {
    if poll(&[ready, timer]).contains(&0) { Ok(()) } else { Err(NoReply::Late) }
}
