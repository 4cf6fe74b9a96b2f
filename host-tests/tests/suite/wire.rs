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
    let [connect, first_byte, between_bytes] = request.timeouts.map(|timeout| timeout.expect("every timeout is set"));
    assert_eq!(connect, Duration::from_secs(10));
    // A create leaves time for the look after it, of the minute that the call has. A second later the host would end it itself:
    // the deadline ends a call, and not whichever of two timers is first.
    let until = Duration::from_secs(55);
    for timeout in [first_byte, between_bytes] {
        assert!(timeout > until && timeout <= until + Duration::from_secs(1), "{timeout:?}");
    }
}
