//! What is on the wire in the good case.

use std::time::Duration;

use host_tests::{ID, KEY, Reply, bench, context, handle};
use sandbox_host::{Phase, Spec, Status, Termination};

#[tokio::test(start_paused = true)]
async fn a_session_is_one_request_to_provision_one_to_watch_and_one_to_end() {
    let bench = bench([
        Reply::sandbox("pending_build", "started"),
        Reply::sandbox("started", "started"),
        Reply::sandbox("destroying", "destroyed"),
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
async fn a_request_without_a_body_says_nothing_of_one() {
    let bench = bench([Reply::sandbox("started", "started"), Reply::sandbox("destroying", "destroyed")]);
    bench.provider.status(&context(), &handle("sandbox")).await.expect("a state");
    bench.provider.terminate(&context(), &handle("sandbox")).await.expect("an end");
    let requests = bench.script.requests();
    let lengths: Vec<_> = requests.iter().map(|request| request.headers.get("content-length")).collect();
    assert_eq!(lengths, [None, Some(&"0".parse().expect("a value"))]);
    assert!(requests.iter().all(|request| request.headers.get("content-type").is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_body_larger_than_one_write_arrives_whole() {
    let bench = bench([Reply::sandbox("creating", "started")]);
    let mut spec = Spec::new("sess-42");
    spec.env.push("LARGE", "x".repeat(90_000));
    bench.provider.provision(&context(), &spec).await.expect("a handle");
    let body: serde_json::Value = serde_json::from_str(&bench.script.requests()[0].body).expect("JSON");
    assert_eq!(body["env"]["LARGE"].as_str().map(str::len), Some(90_000));
}
