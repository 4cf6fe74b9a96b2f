//! A network that does its worst: each fault has its typed error, at the right time, and nothing traps.

use std::time::Duration;

use host_tests::script::{Piece, Script};
use host_tests::{ID, Reply, bench, bench_of, context, handle, reported, timed};
use sandbox_host::http::HttpError;
use sandbox_host::{ErrorCode, ProviderError, Spec, Status};

async fn refused_status(replies: Vec<Reply>) -> (ProviderError, Duration, usize) {
    let bench = bench(replies);
    let context = context();
    let (outcome, took) = timed(bench.provider.status(&context, &handle("sandbox"))).await;
    (reported(outcome), took, bench.script.requests().len())
}

/// A create that goes wrong where nothing is found afterwards. Returns the number of creates.
async fn refused_provision(reply: Reply) -> (ProviderError, Duration, usize) {
    provision_over(Script::where_nothing_is([reply])).await
}

async fn provision_over(script: Script) -> (ProviderError, Duration, usize) {
    let bench = bench_of(script);
    let context = context();
    let spec = Spec::new("sess-42");
    let (outcome, took) = timed(bench.provider.provision(&context, &spec)).await;
    let creates = bench.script.requests().iter().filter(|request| request.method == "POST").count();
    (reported(outcome), took, creates)
}

#[tokio::test(start_paused = true)]
async fn silence_ends_at_the_deadline() {
    let (error, took, _) = refused_status(vec![Reply::Silence]).await;
    assert_eq!((error.code, error.maybe_applied), (ErrorCode::Timeout, false));
    assert!(took.abs_diff(Duration::from_secs(30)) < Duration::from_millis(50), "{took:?}");
    let (error, took, requests) = provision_over(Script::new([]).beside(|_, _| Some(Reply::Silence))).await;
    assert_eq!((error.code, error.maybe_applied, requests), (ErrorCode::Timeout, true, 1));
    assert!(took.abs_diff(Duration::from_secs(60)) < Duration::from_millis(50), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_for_ever_ends_at_the_deadline() {
    let drip = || (0..100).flat_map(|_| [Piece::Bytes(" ".into()), Piece::Pause(Duration::from_secs(1))]).collect();
    let script = Script::new([]).beside(move |_, _| Some(Reply::pieces(200, drip())));
    let (error, took, _) = provision_over(script).await;
    assert!(error.maybe_applied);
    assert!(took.abs_diff(Duration::from_secs(60)) < Duration::from_millis(50), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn slow_headers_within_the_deadline_are_waited_for() {
    let bench = bench([Reply::sandbox("started", "started").after(Duration::from_secs(29))]);
    let state = bench.provider.status(&context(), &handle("sandbox")).await.expect("a state");
    assert_eq!(state.status, Status::Running);
}

#[tokio::test(start_paused = true)]
async fn a_reset_before_the_request_was_read_did_nothing() {
    for error in [
        HttpError::ConnectionRefused,
        HttpError::DnsError { rcode: None, info_code: None },
        HttpError::TlsProtocolError,
    ] {
        let (error, _, requests) = refused_provision(Reply::Error { error, read: false }).await;
        assert_eq!((error.code, error.maybe_applied, requests), (ErrorCode::Unavailable, false, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_after_the_request_was_read_may_have_done_something() {
    for error in [HttpError::HttpProtocolError, HttpError::ConnectionTerminated, HttpError::InternalError(None)] {
        let (error, _, requests) = refused_provision(Reply::Error { error, read: true }).await;
        assert_eq!(
            (error.code, error.maybe_applied, error.retryable, requests),
            (ErrorCode::Unavailable, true, true, 1)
        );
    }
    let (error, ..) = refused_provision(Reply::Error { error: HttpError::ConnectionReadTimeout, read: true }).await;
    assert_eq!((error.code, error.maybe_applied), (ErrorCode::Timeout, true));
}

#[tokio::test(start_paused = true)]
async fn a_truncated_reply_is_broken_even_when_it_ends_politely() {
    let body = format!(r#"{{"id":"{ID}"}}"#);
    for reply in [
        Reply::json(200, body.clone()).header("content-length", "500"),
        Reply::pieces(200, vec![Piece::Bytes(body.into()), Piece::Break]),
    ] {
        let (error, _, requests) = refused_provision(reply).await;
        assert_eq!(
            (error.code, error.maybe_applied, error.http_status, requests),
            (ErrorCode::Unavailable, true, Some(200), 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn more_than_four_mib_is_a_typed_error_announced_or_not() {
    let announced = Reply::json(200, "{}").header("content-length", "2147483648");
    let (error, ..) = refused_provision(announced).await;
    assert_eq!((error.code, error.maybe_applied), (ErrorCode::Protocol, true));
    let flood = (0..80).map(|_| Piece::Bytes(vec![b' '; 64 * 1024].into())).collect();
    let (error, ..) = refused_provision(Reply::pieces(200, flood)).await;
    assert_eq!((error.code, error.details.get("rule")), (ErrorCode::Protocol, Some("reply-too-large")));
}
