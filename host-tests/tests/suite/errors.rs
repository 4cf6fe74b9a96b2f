//! How each refusal is reported to a platform: the code, whether a retry may help, and whether something was applied.

use host_tests::script::Script;
use host_tests::{ID, Reply, bench, bench_of, context, handle, reported};
use sandbox_host::http::HttpError;
use sandbox_host::{ErrorCode, ProviderError};

/// Code, rule, retryable, maybe-applied.
type Reported = (ErrorCode, &'static str, bool, bool);

fn reported_as(error: &ProviderError) -> (ErrorCode, &str, bool, bool) {
    (error.code, error.details.get("rule").unwrap_or_default(), error.retryable, error.maybe_applied)
}

/// How a refused stop is reported: a change that is sent once.
async fn of_stop(replies: impl IntoIterator<Item = Reply>) -> ProviderError {
    let bench = bench(replies);
    let error = reported(bench.provider.stop(&context(), &handle("sandbox")).await);
    let remedy = error.remedy().unwrap_or_default();
    assert!(!error.message.is_empty() && (!remedy.is_empty() || error.code != ErrorCode::Unauthenticated), "{error}");
    error
}

async fn stops(table: impl IntoIterator<Item = (Reply, Reported)>) {
    for (reply, expected) in table {
        let error = of_stop([reply]).await;
        assert_eq!(reported_as(&error), expected, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_that_stays_busy_or_is_broken_or_gone() {
    let refusal = |text: &'static str, state: &'static str| {
        Script::new([]).beside(move |method, _| match method {
            "GET" => Some(Reply::sandbox(state, "started")),
            _ => Some(Reply::refusal(if text.ends_with("progress") { 409 } else { 400 }, text)),
        })
    };
    for (script, expected) in [
        (refusal("Sandbox state change in progress", "starting"), (ErrorCode::Conflict, "busy", true, false)),
        (refusal("Sandbox is in an errored state", "error"), (ErrorCode::Conflict, "wrong-state", false, false)),
    ] {
        let bench = bench_of(script);
        assert_eq!(reported_as(&reported(bench.provider.stop(&context(), &handle("sandbox")).await)), expected);
    }
    let gone = Reply::refusal(404, &format!("Sandbox with ID or name {ID} not found"));
    stops([(gone, (ErrorCode::NotFound, "sandbox-not-found", false, false))]).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_without_the_route_or_the_operation() {
    let none = || Reply::refusal(404, "Cannot POST /x");
    let neither = (ErrorCode::InvalidConfig, "no-daytona-route", false, false);
    assert_eq!(reported_as(&of_stop([none(), none()]).await), neither);
    let class = (ErrorCode::Unsupported, "not-for-this-class", false, false);
    stops([(Reply::refusal(422, "Operation not supported for container"), class)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_way_to_the_server_that_fails() {
    let early = |error| Reply::Error { error, read: false };
    let late = |error| Reply::Error { error, read: true };
    let unavailable = |rule, retryable, applied| (ErrorCode::Unavailable, rule, retryable, applied);
    stops([
        (early(HttpError::DnsError { rcode: None, info_code: None }), unavailable("dns", true, false)),
        (early(HttpError::DnsTimeout), unavailable("dns", true, false)),
        (early(HttpError::ConnectionRefused), unavailable("connect", true, false)),
        (early(HttpError::TlsCertificateError), unavailable("tls", false, false)),
        (early(HttpError::TlsProtocolError), unavailable("tls", false, false)),
        (late(HttpError::ConnectionTerminated), unavailable("broken-exchange", true, true)),
        (late(HttpError::HttpProtocolError), unavailable("broken-exchange", true, true)),
        (late(HttpError::InternalError(None)), unavailable("broken-exchange", true, true)),
        (late(HttpError::HttpResponseBodySize(None)), (ErrorCode::Protocol, "reply-too-large", false, true)),
        (early(HttpError::HttpRequestDenied), (ErrorCode::EgressDenied, "egress-denied", false, false)),
        (early(HttpError::DestinationIpProhibited), (ErrorCode::EgressDenied, "egress-denied", false, false)),
        (early(HttpError::HttpRequestUriInvalid), (ErrorCode::Internal, "unsendable-request", false, false)),
    ])
    .await;
}
