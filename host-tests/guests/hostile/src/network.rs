//! Deeds on the network.

use core::mem::forget;

use crate::contract::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::contract::wasi::http::outgoing_handler::handle;
use crate::contract::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody,
};
use crate::contract::wasi::io::poll::poll;
use crate::http::{request, response};

/// Redirects that it follows.
const MAX_REDIRECTS: usize = 5;

/// Requests that it opens at once.
const MANY: usize = 2_000;

/// Sends a request without a body.
fn get(url: &str) -> Result<FutureIncomingResponse, ErrorCode> {
    handle(request(&Method::Get, url, Fields::new()), None)
}

/// Sends a request and waits for its response.
fn exchange(url: &str) -> Result<IncomingResponse, ErrorCode> {
    response(&get(url)?)
}

/// The status of the response, or why there is none.
fn described(outcome: Result<IncomingResponse, ErrorCode>) -> String {
    match outcome {
        Ok(response) => response.status().to_string(),
        Err(code) => format!("{code:?}"),
    }
}

/// The outcome of a request.
pub fn fetch(url: &str) -> String {
    described(exchange(url))
}

/// Follows redirects, and returns the outcome of each request.
pub fn follow(url: &str) -> String {
    let (mut url, mut reports) = (url.to_owned(), Vec::new());
    for _ in 0..MAX_REDIRECTS {
        let outcome = exchange(&url);
        let location = outcome.as_ref().ok().and_then(|response| response.headers().get("location").into_iter().next());
        reports.push(described(outcome));
        match location.and_then(|location| String::from_utf8(location).ok()) {
            Some(location) => url = location,
            None => break,
        }
    }
    reports.join(" ")
}

/// Sends requests without end, whatever their outcome.
pub fn insist(url: &str) -> ! {
    loop {
        let _ = exchange(url);
    }
}

/// Opens many requests at once and says how many were sent and how many refused.
pub fn open_many(url: &str) -> String {
    let (mut sent, mut refused) = (Vec::new(), 0);
    for _ in 0..MANY {
        let response = match get(url) {
            Ok(response) => response,
            Err(code) => return format!("{} sent, then {code:?}", sent.len()),
        };
        // A refusal is there at once.
        poll(&[&response.subscribe(), &subscribe_duration(0)]);
        match response.get() {
            Some(Ok(Err(ErrorCode::ConnectionLimitReached))) => refused += 1,
            answer => sent.push((response, answer)),
        }
    }
    format!("{} sent, {refused} refused", sent.len())
}

/// Asks for a body twice, one after the other, and reads neither.
pub fn never_read(url: &str) -> ! {
    for response in [exchange(url), exchange(url)].into_iter().flatten() {
        if let Ok(body) = response.consume() {
            forget(body.stream());
            forget(body);
        }
        forget(response);
    }
    loop {
        subscribe_duration(u64::MAX).block();
    }
}

/// Sends a body that never ends.
pub fn write_forever(url: &str) -> ! {
    let request = request(&Method::Post, url, Fields::new());
    if let Ok(body) = request.body()
        && let Ok(response) = handle(request, None)
        && let Ok(stream) = body.write()
    {
        let piece = [b'x'; 4096];
        while stream.blocking_write_and_flush(&piece).is_ok() {}
        drop(stream);
        let _ = OutgoingBody::finish(body, None);
        forget(response);
    }
    loop {
        subscribe_duration(u64::MAX).block();
    }
}

/// Adds headers to a request without end.
pub fn flood_headers() -> ! {
    let fields = Fields::new();
    loop {
        let _ = fields.append("x-flood", b"0123456789abcdef");
    }
}

/// Sends more headers than a request may have.
pub fn send_headers(url: &str) -> String {
    let fields = Fields::new();
    for _ in 0..100 {
        let _ = fields.append("x-flood", b"0123456789abcdef");
    }
    described(handle(request(&Method::Get, url, fields), None).and_then(|sent| response(&sent)))
}
