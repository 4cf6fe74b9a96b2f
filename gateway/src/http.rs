//! Requests and answers over `wasi:http`. As in every component: a child resource is dropped before its parent, no write is
//! longer than the stream allows, and every wait has a timer beside it, so that a slow client ends.

use crate::answer::Answer;
use crate::bindings::incoming_handler::Guest;
use crate::bindings::wasi::cli::environment::get_environment;
use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::http::types::{
    Fields, Headers, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use crate::bindings::wasi::io::poll::{Pollable, poll};
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::calls::Composed;
use crate::routes::{Request, Unread, route};
use crate::rpc::MOST_BYTES;

/// How long a body may take to come, and an answer to go, in nanoseconds: ten seconds each.
const PATIENCE: u64 = 10_000_000_000;

/// Most bytes that one write may carry; more is a trap.
const MAX_WRITE: usize = 4096;

/// Bytes asked for in one read.
const READ_SIZE: u64 = 64 * 1024;

/// Bytes of a body that is too long which are read and thrown away all the same. A client that is still sending does not listen,
/// and would see a broken connection instead of the answer.
const MOST_DISCARDED: usize = 16 * MOST_BYTES;

/// What engines call.
pub struct Gateway;

impl Guest for Gateway {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let answer = answer(&request);
        let is_head = matches!(request.method(), Method::Head);
        drop(request);
        send(outparam, answer, is_head);
    }
}

fn answer(incoming: &IncomingRequest) -> Answer {
    let headers = incoming.headers();
    let header = |name: &str| headers.get(name).into_iter().next();
    let (authorization, version, length) =
        (header("authorization"), header("protocol-version"), header("content-length"));
    let (wasi_method, waits) = (incoming.method(), header("expect").is_some());
    let path = incoming.path_with_query().unwrap_or_default();
    let request = Request {
        method: method(&wasi_method),
        path: path.split('?').next().unwrap_or_default(),
        authorization: authorization.as_deref(),
        protocol_version: version.as_deref(),
        content_length: length.as_deref(),
    };
    let mut is_read = false;
    let answer = route(&request, &get_environment(), &Composed, || {
        is_read = true;
        read(incoming, MOST_BYTES)
    });
    // Who waits to be told to go on has sent nothing yet.
    if answer.status == 413 && !is_read && !waits {
        let _ = read(incoming, 0);
    }
    answer
}

fn method(method: &Method) -> &str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        _ => "",
    }
}

/// Waits until the first pollable is ready; false when the timer was first.
fn is_in_time(ready: &Pollable, timer: &Pollable) -> bool {
    poll(&[ready, timer]).contains(&0)
}

/// The whole body, where it has at most so many bytes and comes in time.
fn read(request: &IncomingRequest, most: usize) -> Result<Vec<u8>, Unread> {
    let body = request.consume().map_err(|()| Unread::Broken)?;
    let timer = subscribe_duration(PATIENCE);
    let outcome = match body.stream() {
        Ok(stream) => read_all(&stream, most, &timer),
        Err(()) => Err(Unread::Broken),
    };
    // Trailers are nobody's.
    drop(IncomingBody::finish(body));
    outcome
}

fn read_all(stream: &InputStream, most: usize, timer: &Pollable) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    loop {
        match stream.read(READ_SIZE) {
            Ok(chunk) if chunk.is_empty() => {
                if !is_in_time(&stream.subscribe(), timer) {
                    return Err(Unread::TooSlow);
                }
            }
            Ok(chunk) if bytes.len() + chunk.len() > most => {
                discard(stream, timer);
                return Err(Unread::TooLong);
            }
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(_)) => return Err(Unread::Broken),
        }
    }
}

/// Reads on without keeping anything, for a while.
fn discard(stream: &InputStream, timer: &Pollable) {
    let mut discarded = 0;
    while discarded < MOST_DISCARDED {
        match stream.read(READ_SIZE) {
            Ok(chunk) if chunk.is_empty() && !is_in_time(&stream.subscribe(), timer) => return,
            Ok(chunk) => discarded += chunk.len(),
            Err(_) => return,
        }
    }
}

fn send(outparam: ResponseOutparam, answer: Answer, is_head: bool) {
    let length = answer.body.len().to_string();
    let mut headers: Vec<(&str, &str)> = answer.headers;
    headers.push(("cache-control", "no-store"));
    if answer.status != 204 {
        headers.push(("content-type", "application/json"));
        // Hosts hold a body to its length, and this one stays away.
        headers.extend((!is_head).then_some(("content-length", length.as_str())));
    }
    let response = OutgoingResponse::new(fields(&headers));
    let _ = response.set_status_code(answer.status);
    let body = response.body();
    ResponseOutparam::set(outparam, Ok(response));
    let Ok(body) = body else { return };
    if !is_head && let Ok(stream) = body.write() {
        write_all(&stream, answer.body.as_bytes());
    }
    // A client that has gone, or does not read, gets no more.
    let _ = OutgoingBody::finish(body, None);
}

fn fields(headers: &[(&str, &str)]) -> Headers {
    let fields = Fields::new();
    for (name, value) in headers {
        // All of them are this program's own, and a host that refuses one loses it alone.
        let _ = fields.append(name, value.as_bytes());
    }
    fields
}

fn write_all(stream: &OutputStream, bytes: &[u8]) -> Option<()> {
    let timer = subscribe_duration(PATIENCE);
    let mut rest = bytes;
    while !rest.is_empty() {
        let permit = stream.check_write().ok()?;
        let size = usize::try_from(permit).unwrap_or(MAX_WRITE).min(MAX_WRITE).min(rest.len());
        if size == 0 {
            is_in_time(&stream.subscribe(), &timer).then_some(())?;
            continue;
        }
        let (chunk, later) = rest.split_at(size);
        stream.write(chunk).ok()?;
        rest = later;
    }
    stream.flush().ok()?;
    while stream.check_write().ok()? == 0 {
        is_in_time(&stream.subscribe(), &timer).then_some(())?;
    }
    Some(())
}
