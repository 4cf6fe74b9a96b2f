//! The transport over `wasi:http`.
//!
//! Hosts disagree in many small ways, so what looks like ceremony here is needed by one of them:
//! - a body is always taken and finished, also an empty one, or some hosts never end the request;
//! - the request is handed over before its body is written, or a full channel blocks for ever;
//! - every wait has our own timer beside it: no host's timeouts cover the TLS handshake or a slowly dripping body;
//! - a child resource is dropped before its parent, or the host traps;
//! - the code of a body stream's error is never asked for, because one host throws on that.

use super::{Failure, FailureKind, Headers, Instant, Method, Reply, Request, Transport};
use crate::contract::wasi::clocks::monotonic_clock;
use crate::contract::wasi::http::outgoing_handler;
use crate::contract::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method as WasiMethod, OutgoingBody,
    OutgoingRequest, RequestOptions, Scheme as WasiScheme,
};
use crate::contract::wasi::io::poll::{Pollable, poll};
use crate::contract::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::http::url::Scheme;

/// Most bytes that one write may carry; more is a trap.
const MAX_WRITE: usize = 4096;

/// Bytes asked for in one read.
const READ_SIZE: u64 = 64 * 1024;

/// Longest wait for a connection, in nanoseconds: ten seconds.
const MAX_CONNECT: u64 = 10_000_000_000;

/// The host's timeouts end this much later than our own timer, in nanoseconds: a second. So that the deadline is what ends a
/// call, and not whichever timer happens to be first.
const HOST_MARGIN: u64 = 1_000_000_000;

/// The network and the clock of the component's host.
pub struct Wasi;

impl Transport for Wasi {
    fn now(&self) -> Instant {
        Instant(monotonic_clock::now())
    }

    fn sleep_until(&self, until: Instant) {
        // Not `block`: each function that is imported costs every instance its part of the start.
        poll(&[&monotonic_clock::subscribe_instant(until.0)]);
    }

    fn send(&self, request: &Request, deadline: Instant) -> Result<Reply, Failure> {
        let left = deadline.0.saturating_sub(monotonic_clock::now());
        if left == 0 {
            return Err(too_late());
        }
        let timer = monotonic_clock::subscribe_instant(deadline.0);
        let outgoing = outgoing(request)?;
        let body = outgoing.body().map_err(|()| malformed("the request has no body"))?;
        let response = outgoing_handler::handle(outgoing, Some(timeouts(left))).map_err(|code| failure_of(&code))?;
        let written = write_body(body, &request.body, &timer);
        // What the server says weighs more than a failed write: an early refusal closes the stream.
        let answer = match await_response(&response, &timer) {
            Ok(response) => read_reply(response, request, &timer),
            // A host that has all of the body may close the stream, so that alone says nothing.
            Err(failure) if failure.kind == FailureKind::Deadline => {
                Err(written.err().filter(|unwritten| unwritten.kind != FailureKind::Broken).unwrap_or(failure))
            }
            Err(failure) => Err(failure),
        };
        // A host that is late may see its own timer and ours end at once.
        answer.map_err(|failure| match failure.kind {
            FailureKind::TimedOut if self.now() >= deadline => Failure { status: failure.status, ..too_late() },
            _ => failure,
        })
    }
}

fn outgoing(request: &Request) -> Result<OutgoingRequest, Failure> {
    let headers = Fields::from_list(&request.headers).map_err(|_| malformed("a header is not allowed"))?;
    let outgoing = OutgoingRequest::new(headers);
    let method = match request.method {
        Method::Get => WasiMethod::Get,
        Method::Post => WasiMethod::Post,
        Method::Put => WasiMethod::Put,
        Method::Delete => WasiMethod::Delete,
    };
    let scheme = match request.origin.scheme() {
        Scheme::Http => WasiScheme::Http,
        Scheme::Https => WasiScheme::Https,
    };
    let set = outgoing.set_method(&method).is_ok()
        && outgoing.set_scheme(Some(&scheme)).is_ok()
        && outgoing.set_authority(Some(&request.origin.authority())).is_ok()
        && outgoing.set_path_with_query(Some(&request.path_and_query)).is_ok();
    if set { Ok(outgoing) } else { Err(malformed("the address is not allowed")) }
}

/// All three timeouts; a host may refuse to take one, and our own timer holds all the same.
fn timeouts(left: u64) -> RequestOptions {
    let options = RequestOptions::new();
    let left = left.saturating_add(HOST_MARGIN);
    let _ = options.set_connect_timeout(Some(left.min(MAX_CONNECT)));
    let _ = options.set_first_byte_timeout(Some(left));
    let _ = options.set_between_bytes_timeout(Some(left));
    options
}

/// Waits until the first pollable is ready; an error when the timer was first.
fn wait(ready: &Pollable, timer: &Pollable) -> Result<(), Failure> {
    if poll(&[ready, timer]).contains(&0) { Ok(()) } else { Err(too_late()) }
}

fn write_body(body: OutgoingBody, bytes: &[u8], timer: &Pollable) -> Result<(), Failure> {
    let written = match body.write() {
        Ok(stream) => write_all(&stream, bytes, timer),
        Err(()) => Err(malformed("the body cannot be written")),
    };
    let finished = OutgoingBody::finish(body, None).map_err(|code| failure_of(&code));
    written.and(finished)
}

fn write_all(stream: &OutputStream, bytes: &[u8], timer: &Pollable) -> Result<(), Failure> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let permit = stream.check_write().map_err(|error| broken_stream(&error))?;
        let size = usize::try_from(permit).unwrap_or(MAX_WRITE).min(MAX_WRITE).min(rest.len());
        if size == 0 {
            wait(&stream.subscribe(), timer)?;
            continue;
        }
        let (chunk, later) = rest.split_at(size);
        stream.write(chunk).map_err(|error| broken_stream(&error))?;
        rest = later;
    }
    if bytes.is_empty() {
        return Ok(());
    }
    stream.flush().map_err(|error| broken_stream(&error))?;
    // Nothing may be written until all of it is on its way.
    while stream.check_write().map_err(|error| broken_stream(&error))? == 0 {
        wait(&stream.subscribe(), timer)?;
    }
    Ok(())
}

fn await_response(response: &FutureIncomingResponse, timer: &Pollable) -> Result<IncomingResponse, Failure> {
    loop {
        wait(&response.subscribe(), timer)?;
        match response.get() {
            Some(Ok(Ok(response))) => return Ok(response),
            Some(Ok(Err(code))) => return Err(failure_of(&code)),
            Some(Err(())) => return Err(malformed("the response was taken already")),
            None => {}
        }
    }
}

fn read_reply(response: IncomingResponse, request: &Request, timer: &Pollable) -> Result<Reply, Failure> {
    let status = response.status();
    let headers = Headers::new(headers(&response.headers(), status, request.wanted));
    let read = match response.consume() {
        Ok(body) => read_body(&body, &headers, request.max_reply, timer),
        Err(()) => Err(malformed("the body was taken already")),
    };
    match read {
        Ok(body) => Ok(Reply { status, headers, body }),
        Err(failure) => Err(Failure { status: Some(status), ..failure }),
    }
}

fn headers(fields: &Fields, status: u16, wanted: &[&str]) -> Vec<(String, Vec<u8>)> {
    if !(200..300).contains(&status) {
        return fields.entries();
    }
    let mut found = Vec::new();
    for name in wanted {
        for value in fields.get(name) {
            found.push(((*name).to_owned(), value));
        }
    }
    found
}

fn read_body(body: &IncomingBody, headers: &Headers, max: usize, timer: &Pollable) -> Result<Vec<u8>, Failure> {
    let announced = headers.content_length();
    if announced.is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let stream = body.stream().map_err(|()| malformed("the body cannot be read"))?;
    let bytes = read_all(&stream, max, timer)?;
    match announced {
        Some(length) if bytes.len() < length => Err(Failure::new(FailureKind::Broken, "the reply was cut short")),
        _ => Ok(bytes),
    }
}

fn read_all(stream: &InputStream, max: usize, timer: &Pollable) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        match stream.read(READ_SIZE) {
            Ok(chunk) if chunk.is_empty() => wait(&stream.subscribe(), timer)?,
            Ok(chunk) => {
                if bytes.len() + chunk.len() > max {
                    return Err(too_large(max));
                }
                // A reply that comes at once need not be copied.
                if bytes.is_empty() {
                    bytes = chunk;
                } else {
                    bytes.extend_from_slice(&chunk);
                }
            }
            Err(StreamError::Closed) => return Ok(bytes),
            Err(error) => return Err(broken_stream(&error)),
        }
    }
}

fn broken_stream(error: &StreamError) -> Failure {
    let text = match error {
        StreamError::Closed => "the connection was closed".to_owned(),
        StreamError::LastOperationFailed(cause) => cause.to_debug_string(),
    };
    Failure::new(FailureKind::Broken, text)
}

fn too_large(max: usize) -> Failure {
    Failure::new(FailureKind::TooLarge, format!("more than {} MiB", max / (1024 * 1024)))
}

fn too_late() -> Failure {
    Failure::new(FailureKind::Deadline, "no answer within the deadline")
}

fn malformed(text: &str) -> Failure {
    Failure::new(FailureKind::Malformed, text)
}

/// Puts a transport code into its group. Codes that are new or rare count as a broken exchange, the cautious reading.
fn failure_of(code: &ErrorCode) -> Failure {
    use FailureKind::{Broken, Connect, Denied, Dns, Malformed, TimedOut, Tls, TooLarge};
    let (kind, text) = match code {
        ErrorCode::DnsTimeout => (Dns, "DNS-timeout"),
        ErrorCode::DnsError(_) => (Dns, "DNS-error"),
        ErrorCode::DestinationNotFound => (Connect, "destination-not-found"),
        ErrorCode::DestinationUnavailable => (Connect, "destination-unavailable"),
        ErrorCode::DestinationIpUnroutable => (Connect, "destination-IP-unroutable"),
        ErrorCode::ConnectionRefused => (Connect, "connection-refused"),
        ErrorCode::ConnectionLimitReached => (Connect, "connection-limit-reached"),
        ErrorCode::TlsProtocolError => (Tls, "TLS-protocol-error"),
        ErrorCode::TlsCertificateError => (Tls, "TLS-certificate-error"),
        ErrorCode::TlsAlertReceived(_) => (Tls, "TLS-alert-received"),
        ErrorCode::ConnectionTimeout => (TimedOut, "connection-timeout"),
        ErrorCode::ConnectionReadTimeout => (TimedOut, "connection-read-timeout"),
        ErrorCode::ConnectionWriteTimeout => (TimedOut, "connection-write-timeout"),
        ErrorCode::HttpResponseTimeout => (TimedOut, "HTTP-response-timeout"),
        ErrorCode::HttpRequestDenied => (Denied, "HTTP-request-denied"),
        ErrorCode::DestinationIpProhibited => (Denied, "destination-IP-prohibited"),
        ErrorCode::HttpRequestUriInvalid => (Malformed, "HTTP-request-URI-invalid"),
        ErrorCode::HttpRequestUriTooLong => (Malformed, "HTTP-request-URI-too-long"),
        ErrorCode::HttpRequestMethodInvalid => (Malformed, "HTTP-request-method-invalid"),
        ErrorCode::HttpRequestLengthRequired => (Malformed, "HTTP-request-length-required"),
        ErrorCode::HttpRequestBodySize(_) => (Malformed, "HTTP-request-body-size"),
        ErrorCode::HttpRequestHeaderSectionSize(_) => (Malformed, "HTTP-request-header-section-size"),
        ErrorCode::HttpRequestHeaderSize(_) => (Malformed, "HTTP-request-header-size"),
        // The host bounds replies as well, and may see first that one is too large: repeating the request would not help.
        ErrorCode::HttpResponseBodySize(_) => (TooLarge, "HTTP-response-body-size"),
        ErrorCode::ConnectionTerminated => (Broken, "connection-terminated"),
        ErrorCode::HttpProtocolError => (Broken, "HTTP-protocol-error"),
        ErrorCode::HttpResponseIncomplete => (Broken, "HTTP-response-incomplete"),
        ErrorCode::InternalError(Some(text)) => (Broken, text.as_str()),
        _ => (Broken, "internal-error"),
    };
    Failure::new(kind, text)
}
