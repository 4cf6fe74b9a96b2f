//! What is on the wire in the good case.

use std::time::Duration;

use host_tests::{KEY, Reply, bench, context};
use sandbox_host::Spec;

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
