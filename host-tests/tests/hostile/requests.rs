//! What a guest does with requests, whoever is at the other end.

use std::time::Duration;

use sandbox_host::CallError;

use crate::victim::{FUNCTIONS, Victim, on_the_network, policy};

/// Orders to do something in a function with a URL, whose server the guest names.
fn at_a_named_server(function: &str, deed: &str, url: &str) -> String {
    let server = url.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("in {function}\ndo {deed}\nwith {url}\norigin {server}")
}

#[tokio::test(start_paused = true)]
async fn a_request_to_somebody_that_was_not_named_never_leaves() {
    for url in [
        "http://evil.example",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://metadata.google.internal",
        "http://localhost:22",
        // The one that was named, otherwise.
        "https://named.example",
        "http://named.example:8080",
        "http://named.example.evil.example",
        "http://sub.named.example",
    ] {
        let victim = Victim::of(format!("in status\ndo fetch\nwith {url}\norigin http://named.example"));
        assert_eq!(
            victim.call("status").await.expect("the guest is refused, and goes on"),
            "ErrorCode::HttpRequestDenied"
        );
        assert!(victim.network.sent().is_empty(), "{url}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_to_whom_it_named_leaves_from_the_functions_that_may_call() {
    for function in FUNCTIONS {
        let victim = Victim::of(at_a_named_server(function, "fetch", "http://named.example/path"));
        victim.call(function).await.expect("it goes on");
        let may = function != "origins" && on_the_network().any(|other| other == function);
        let expected: &[&str] = if may { &["http://named.example/path"] } else { &[] };
        assert_eq!(victim.network.sent(), expected, "{function}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed_by_the_host_and_leads_the_guest_nowhere() {
    for to in ["http://169.254.169.254/latest", "http://evil.example/", "http://redirect.example:8080/"] {
        let victim = Victim::of(at_a_named_server("status", "follow", &format!("http://redirect.example/?{to}")));
        let report = victim.call("status").await.expect("it goes on");
        assert_eq!(report, "302 ErrorCode::HttpRequestDenied", "{to}");
        assert_eq!(victim.network.sent().len(), 1, "{to}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_sends_for_ever_has_computed_too_long() {
    for url in ["http://evil.example", "http://named.example"] {
        let victim = Victim::of(format!("in status\ndo insist\nwith {url}\norigin http://named.example"));
        let error = victim.fails("status").await;
        assert!(matches!(error, CallError::ComputedTooLong { function: "status", .. }), "{url}: {error:?}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_thousands_of_requests_at_once_as_many_leave_as_may_be_open() {
    let mut policy = policy();
    policy.limits.open_requests = 7;
    // As many handles as all these requests would need: it is not those that keep them back.
    policy.limits.resource_handles = 100_000;
    for url in ["http://silent.example", "http://endless.example"] {
        let victim = Victim::under(policy.clone(), at_a_named_server("status", "open-many", url));
        let report = victim.call("status").await.expect("it goes on");
        assert_eq!(report, "7 sent, 1993 refused", "{url}");
        assert_eq!(victim.network.sent().len(), 7, "{url}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_has_ended_makes_room_for_the_next() {
    let mut policy = policy();
    policy.limits.open_requests = 1;
    let hops = "http://redirect.example/?http://redirect.example/?http://redirect.example/?http://evil.example/";
    let victim = Victim::under(policy, at_a_named_server("status", "follow", hops));
    assert_eq!(victim.call("status").await.expect("it goes on"), "302 302 302 ErrorCode::HttpRequestDenied");
    victim.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_never_read_or_never_ends_is_gone_with_the_call() {
    for (deed, url, requests) in [
        ("never-read", "http://endless.example", 2),
        ("never-read", "http://silent.example", 1),
        ("write-forever", "http://sink.example", 1),
        ("write-forever", "http://silent.example", 1),
    ] {
        let victim = Victim::of(at_a_named_server("status", deed, url));
        let error = victim.fails("status").await;
        let limit = Duration::from_secs(32);
        assert!(
            matches!(error, CallError::TimedOut { function: "status", limit: reported } if reported == limit),
            "{deed} {url}: {error:?}"
        );
        assert_eq!(victim.network.sent().len(), requests, "{deed} {url}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_headers_ends_before_it_fills_the_host() {
    let victim = Victim::of("in status\ndo flood-headers");
    let error = victim.fails("status").await;
    assert!(
        matches!(&error, CallError::Trapped { function: "status", message, .. } if message.contains("size")),
        "{error:?}"
    );
    victim.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_with_too_many_headers_does_not_leave() {
    let victim = Victim::of(at_a_named_server("status", "send-headers", "http://named.example"));
    assert_eq!(victim.call("status").await.expect("it goes on"), "ErrorCode::HttpRequestDenied");
    assert!(victim.network.sent().is_empty());
    victim.is_unharmed().await;
}
