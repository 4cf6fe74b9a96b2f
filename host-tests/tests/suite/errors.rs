//! How each refusal is reported to a platform: the code, whether a retry may help, and whether something was applied.

use std::time::Duration;

use host_tests::script::Script;
use host_tests::{ID, Reply, bench, bench_of, context, handle, reported};
use sandbox_host::http::HttpError;
use sandbox_host::{ErrorCode, ProviderError, Spec};

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

/// How a refused create is reported, where nothing was created.
async fn of_create(reply: Reply) -> ProviderError {
    let bench = bench_of(Script::where_nothing_is([reply]));
    let mut spec = Spec::new("sess-42");
    spec.region = Some("eu".to_owned());
    reported(bench.provider.provision(&context(), &spec).await)
}

fn html(status: u16) -> Reply {
    Reply::body(status, "text/html", format!("<html>{status}</html>").into_bytes())
}

async fn stops(table: impl IntoIterator<Item = (Reply, Reported)>) {
    for (reply, expected) in table {
        let error = of_stop([reply]).await;
        assert_eq!(reported_as(&error), expected, "{error}");
    }
}

async fn creates(table: impl IntoIterator<Item = (u16, &str, Reported)>) {
    for (status, text, expected) in table {
        let error = of_create(Reply::refusal(status, text)).await;
        assert_eq!(reported_as(&error), expected, "{text}");
        assert_eq!(error.http_status, Some(status), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_accepted() {
    let unauthorized = (ErrorCode::Unauthenticated, "unauthorized", false, false);
    stops([(Reply::refusal(401, "Invalid credentials"), unauthorized), (html(401), unauthorized)]).await;
    creates([(401, "Invalid credentials", unauthorized)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_key_that_may_not_do_this() {
    creates([
        (403, "Access denied", (ErrorCode::PermissionDenied, "forbidden", false, false)),
        (
            403,
            "Organization is suspended: Depleted credits",
            (ErrorCode::PermissionDenied, "organization-suspended", false, false),
        ),
        (403, "Organization is suspended", (ErrorCode::PermissionDenied, "organization-suspended", false, false)),
        (
            403,
            "Region eu is not available to the organization for class container",
            (ErrorCode::PermissionDenied, "region-unavailable", false, false),
        ),
        (
            403,
            "Region eu is not available to the organization",
            (ErrorCode::PermissionDenied, "region-unavailable", false, false),
        ),
    ])
    .await;
    let error = of_create(Reply::refusal(403, "Organization is suspended: Depleted credits")).await;
    assert_eq!(error.details.get("reason"), Some("Depleted credits"));
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_one_sandbox_in_the_texts_of_all_eras() {
    let limit = (ErrorCode::QuotaExceeded, "limit-per-sandbox", false, false);
    creates([
        (400, "CPU request 5 exceeds maximum allowed per sandbox (4).\nNeed higher?", limit),
        (400, "Memory request 9GB exceeds maximum allowed per sandbox (8GB).", limit),
        (403, "Memory request 9GB exceeds maximum allowed per sandbox (8GB)", limit),
        (403, "Memory request 9GB exceeds maximum allowed per workspace (8GB)", limit),
    ])
    .await;
    let error = of_create(Reply::refusal(400, "CPU request 5 exceeds maximum allowed per sandbox (4).")).await;
    let detail = |key| error.details.get(key).unwrap_or_default().to_lowercase();
    assert_eq!((detail("limit"), detail("maximum"), detail("requested")), ("cpu".into(), "4".into(), "5".into()));
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_the_organization_in_the_texts_of_all_eras() {
    let quota = (ErrorCode::QuotaExceeded, "organization-quota", true, false);
    creates([
        (400, "Total CPU limit exceeded. Maximum allowed: 10.\nadvice", quota),
        (400, "Total GPU limit exceeded. Maximum allowed: 0.", quota),
        (403, "Total memory limit exceeded. Maximum allowed: 20GiB.", quota),
        (403, "Total disk quota exceeded. Maximum allowed: 30GiB", quota),
        (403, "Total CPU quota exceeded (12 > 10)", quota),
        (403, "Maximum number of concurrent workspaces (5) reached", quota),
        (403, "Workspace quota limit (5) reached", quota),
    ])
    .await;
    let error = of_create(Reply::refusal(400, "Total disk limit exceeded. Maximum allowed: 30GiB.")).await;
    assert_eq!((error.details.get("limit"), error.details.get("maximum")), (Some("disk"), Some("30GiB")));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_the_session_or_the_pool() {
    creates([
        (404, "Region not found", (ErrorCode::InvalidSpec, "region-unknown", false, false)),
        (400, "Invalid region", (ErrorCode::InvalidSpec, "region-unknown", false, false)),
        (
            400,
            "Snapshot x not found. Did you add it through the Daytona Dashboard?",
            (ErrorCode::InvalidConfig, "snapshot-not-found", false, false),
        ),
        (400, "Image x not found or not accessible", (ErrorCode::InvalidConfig, "snapshot-not-found", false, false)),
        (400, "Snapshot x is inactive", (ErrorCode::InvalidConfig, "snapshot-not-usable", false, false)),
        (
            403,
            "Build info is not supported in this deprecated API - please upgrade your client",
            (ErrorCode::Unsupported, "workspace-without-builds", false, false),
        ),
        (400, "env must be an object", (ErrorCode::InvalidSpec, "rejected", false, false)),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn no_room() {
    let full = (ErrorCode::NoCapacity, "no-runners", true, false);
    creates([(400, "No available runners", full), (400, "No available nodes", full)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_start_that_failed_says_that_there_is_a_sandbox() {
    let failed = (ErrorCode::Unavailable, "start-failed", false, true);
    stops([(Reply::refusal(400, "Sandbox failed to start: boom"), failed)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_says_that_there_is_a_sandbox() {
    let taken = (ErrorCode::Conflict, "name-taken", false, true);
    stops([(Reply::refusal(409, "Sandbox with name x already exists"), taken)]).await;
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
async fn a_rate_limit_tells_when_to_come_back_in_every_spelling() {
    for (reply, millis, bucket) in [
        (html(429).header("retry-after", "600"), Some(600_000), None),
        (
            Reply::refusal(429, "Too Many").header("retry-after-sandbox-create", "90"),
            Some(90_000),
            Some("sandbox-create"),
        ),
        (Reply::refusal(429, "Too Many").header("retry-after", "60.5"), Some(60_500), None),
        (
            Reply::refusal(429, "Too Many")
                .header("date", "Mon, 23 Nov 2026 12:00:00 GMT")
                .header("retry-after", "Mon, 23 Nov 2026 12:02:00 GMT"),
            Some(120_000),
            None,
        ),
    ] {
        let error = of_stop([reply]).await;
        assert_eq!(reported_as(&error), (ErrorCode::RateLimited, "rate-limited", true, false));
        assert_eq!((error.retry_after_ms, error.details.get("limit")), (millis, bucket));
        assert_eq!(error.retry_after(), millis.map(|millis| Duration::from_millis(millis.into())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_that_ends_within_the_deadline_is_waited_for() {
    let throttled = Reply::refusal(429, "Too Many").header("retry-after-sandbox-create", "20");
    let bench = bench([throttled, Reply::sandbox("creating", "started")]);
    bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    let requests = bench.script.requests();
    assert!(requests.len() == 2 && requests[1].at - requests[0].at >= Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_server_or_gateway_in_trouble() {
    let unclear = |rule| (ErrorCode::Unavailable, rule, true, true);
    let text = "Service is currently under maintenance. Please try again later.";
    stops([
        (Reply::refusal(503, text), (ErrorCode::Unavailable, "maintenance", true, false)),
        (Reply::refusal(500, "An unexpected error occurred."), unclear("server-error")),
        (html(500), unclear("server-error")),
        (html(502), unclear("gateway")),
        (html(503), unclear("gateway")),
        (html(504), unclear("gateway")),
        (html(408), unclear("gateway")),
        (html(403), (ErrorCode::PermissionDenied, "gateway-forbidden", false, false)),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_daytona() {
    let protocol = |rule, applied| (ErrorCode::Protocol, rule, false, applied);
    stops([
        (html(302).header("location", "https://else.example/?key=1"), protocol("redirect", false)),
        (html(404), protocol("not-daytona", false)),
        (html(405), protocol("not-daytona", false)),
        (html(418), protocol("unexpected-status", false)),
        (Reply::refusal(418, "teapot"), protocol("unexpected-status", false)),
        (html(200), protocol("bad-reply", true)),
        (Reply::json(200, "{}"), protocol("bad-reply", true)),
    ])
    .await;
    let error = of_stop([html(302).header("location", "https://else.example/?key=1")]).await;
    assert_eq!(error.details.get("location"), Some("https://else.example/"));
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

#[tokio::test(start_paused = true)]
async fn the_servers_words_are_quoted_and_the_request_is_named() {
    let error = of_create(Reply::refusal(400, "env must be an object")).await;
    assert_eq!(error.details.get("provider-message"), Some("env must be an object"));
    assert_eq!(error.details.get("url"), Some("POST https://daytona.example/api/sandbox"));
    let long = of_create(Reply::refusal(400, &"x".repeat(5_000))).await;
    assert!(long.message.len() < 500 && long.details.get("provider-message").is_some_and(|text| text.len() < 400));
}
