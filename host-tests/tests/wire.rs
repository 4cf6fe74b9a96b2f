//! What is on the wire in the good case.

use std::time::Duration;

use host_tests::{ID, KEY, Reply, bench, context, context_with};
use sandbox_host::{Phase, Spec, Status, Termination};

#[tokio::test(start_paused = true)]
async fn a_session_is_one_request_to_provision_one_to_watch_and_one_to_end() {
    let bench = bench([
        Reply::sandbox("pending_build", "started"),
        Reply::sandbox("started", "started"),
        Reply::body(200, "text/plain", Vec::new()),
    ]);
    let handle = bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    assert_eq!(handle.external_id, ID);
    let state = bench.provider.status(&context(), &handle).await.expect("a state");
    assert_eq!((state.status, state.phase), (Status::Running, Phase::Running));
    let end = bench.provider.terminate(&context(), &handle).await.expect("an end");
    assert_eq!(end, Termination::Requested);
    let lines: Vec<_> =
        bench.script.requests().iter().map(|request| format!("{} {}", request.method, request.uri)).collect();
    let base = "https://daytona.example/api/sandbox";
    assert_eq!(lines, [format!("POST {base}"), format!("GET {base}/{ID}"), format!("DELETE {base}/{ID}")]);
}

#[tokio::test(start_paused = true)]
async fn requests_carry_the_key_a_length_and_bounded_timeouts() {
    let bench = bench([Reply::sandbox("creating", "started")]);
    bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    let request = &bench.script.requests()[0];
    let header =
        |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("content-length"), request.body.len().to_string());
    assert!(header("user-agent").starts_with("daytona-sandbox-provider/"));
    assert!(request.headers.get("transfer-encoding").is_none());
    for timeout in request.timeouts {
        let timeout = timeout.expect("every timeout is set");
        assert!(timeout >= Duration::from_millis(1) && timeout <= Duration::from_secs(60), "{timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_larger_than_one_write_arrives_whole() {
    let bench = bench([Reply::sandbox("creating", "started")]);
    let mut spec = Spec::new("sess-42");
    spec.env.push("LARGE", "x".repeat(300_000));
    bench.provider.provision(&context(), &spec).await.expect("a handle");
    let body: serde_json::Value = serde_json::from_str(&bench.script.requests()[0].body).expect("JSON");
    assert_eq!(body["env"]["LARGE"].as_str().map(str::len), Some(300_000));
}

#[tokio::test(start_paused = true)]
async fn the_description_is_followed_in_dialect_workspace() {
    let bench = bench([Reply::sandbox("creating", "started"), Reply::body(200, "text/plain", Vec::new())]);
    let context = context_with(r#""dialect":"workspace""#);
    let handle = bench.provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    bench.provider.terminate(&context, &handle).await.expect("an end");
    let requests = bench.script.requests();
    let body: serde_json::Value = serde_json::from_str(&requests[0].body).expect("JSON");
    assert_eq!(body["image"], "ghcr.io/renseiai/donmai-worker:latest");
    assert_eq!(body["command"], serde_json::json!(["donmai", "agent", "run"]));
    assert_eq!(
        (body["autoStopInterval"].as_u64(), body["disk"].as_u64(), body["user"].as_str()),
        (Some(30), Some(20), Some("daytona"))
    );
    assert_eq!(requests[1].uri, format!("https://daytona.example/api/workspace/{ID}?force=true"));
}

#[tokio::test(start_paused = true)]
async fn the_key_is_in_the_authorization_header_and_nowhere_else() {
    let echo =
        format!(r#"{{"id":"{ID}","organizationId":"{KEY}","errorReason":"{KEY}","state":"error","name":"{KEY}"}}"#);
    let bench = bench([Reply::json(200, echo.clone()), Reply::json(200, echo), Reply::refusal(400, KEY)]);
    let handle = bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    let state = bench.provider.status(&context(), &handle).await.expect("a state");
    let error = host_tests::reported(bench.provider.status(&context(), &handle).await);
    for text in [format!("{handle:?}"), format!("{state:?}"), format!("{error:?} {error}")] {
        assert!(!text.contains(KEY), "{text}");
    }
    for request in bench.script.requests() {
        assert!(!request.uri.contains(KEY) && !request.body.contains(KEY));
        let elsewhere = request.headers.iter().filter(|(name, _)| *name != "authorization");
        assert!(elsewhere.filter_map(|(_, value)| value.to_str().ok()).all(|value| !value.contains(KEY)));
    }
}
