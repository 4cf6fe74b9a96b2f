//! What loading and calling costs, against a stateful Daytona in the same process.
//!
//! Medians of one run on this machine; ratios between rows carry over, microseconds do not. What the server itself takes
//! is measured beside, by the same requests without the component.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fake_daytona::{Bucket, DEFAULT_KEY, FakeDaytona, Generation, Limits};
use host_tests::component;
use host_tests::fake::FakeNetwork;
use http_body_util::{BodyExt as _, Full};
use sandbox_host::http::{HttpClient as _, HttpError, RequestOptions};
use sandbox_host::{Context, Credential, Host, Spec};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Rounds of what takes microseconds, and of what takes milliseconds.
const ROUNDS: usize = 2_000;
const LOADS: usize = 7;

/// The goals, in microseconds: twice what a prototype with a tenth of the features took.
const INSTANCE_GOAL: f64 = 26.0;
const PROVISION_GOAL: f64 = 100.0;

/// Median time of an action, which is told the number of its round.
async fn median<T, F: Future<Output = T>>(rounds: usize, mut action: impl FnMut(usize) -> F) -> Duration {
    let mut times = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let begun = Instant::now();
        action(round).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[rounds / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn row(what: &str, time: Duration, goal: Option<f64>) {
    let time = micros(time);
    let verdict = match goal {
        Some(goal) if time < goal => format!("below {goal:.0} µs: yes"),
        Some(goal) => format!("below {goal:.0} µs: NO"),
        None => String::new(),
    };
    println!("  {what:<44} {time:>12.1} µs  {verdict}");
}

fn size(what: &str, bytes: usize, goal: Option<usize>) {
    let verdict = match goal {
        Some(goal) if bytes <= goal => format!("at most {goal}: yes"),
        Some(goal) => format!("at most {goal}: NO"),
        None => String::new(),
    };
    println!("  {what:<44} {bytes:>9} bytes  {verdict}");
}

/// A server that refuses nothing for its size or for coming too often.
fn server() -> FakeDaytona {
    let fake = FakeDaytona::builder(Generation::V0_205).limits(Limits::none()).counts_only().build();
    for bucket in [Bucket::SandboxCreate, Bucket::SandboxLifecycle, Bucket::Authenticated] {
        fake.set_rate_limit(bucket, u64::MAX);
    }
    fake
}

/// Sends what the component would send, without the component.
async fn exchange(network: &FakeNetwork, method: &str, path: &str, body: Bytes) -> Result<Bytes, HttpError> {
    let body = Full::new(body).map_err(|never| match never {}).boxed_unsync();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("https://daytona.example/api{path}"))
        .header("authorization", format!("Bearer {DEFAULT_KEY}"))
        .header("content-type", "application/json")
        .body(body)
        .map_err(|error| HttpError::InternalError(Some(error.to_string())))?;
    let reply = network.send(request, RequestOptions::default()).await?;
    Ok(reply.into_body().collect().await?.to_bytes())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let bytes = component();
    let fake = server();
    let network = FakeNetwork(fake.clone());
    let host = Host::builder().http(Arc::new(FakeNetwork(fake.clone()))).build()?;
    let provider = host.load(&bytes)?;
    let precompiled = provider.precompile()?;
    let file = std::env::temp_dir().join(format!("sandbox-bench-{}.cwasm", std::process::id()));
    provider.write_precompiled(&file)?;

    let context = Context::new("pool-1")
        .with_config(r#"{"daytonaApiUrl":"https://daytona.example/api"}"#)
        .with_credential(Credential::new(DEFAULT_KEY));
    let session = |kind: &str, round: usize| Spec::new(format!("{kind}-{round}"));
    let handle = provider.provision(&context, &session("watched", 0)).await?;
    let path = format!("/sandbox/{}", handle.external_id);
    let body = plain_create();

    println!("sizes");
    size("component", bytes.len(), Some(200_000));
    size("precompiled", precompiled.len(), None);

    println!("loading, medians of {LOADS}");
    row("from wasm", median(LOADS, |_| async { host.load(&bytes).map(drop) }).await, None);
    row("from a precompiled file", median(LOADS, |_| async { host.load_precompiled(&file).map(drop) }).await, None);
    std::fs::remove_file(&file)?;

    println!("calls, medians of {ROUNDS}");
    let fresh = median(ROUNDS, |_| async { provider.instance().await.map(drop) }).await;
    row("fresh instance", fresh, Some(INSTANCE_GOAL));
    row("fresh instance + describe", median(ROUNDS, |_| async { provider.describe().await.map(drop) }).await, None);
    row(
        "fresh instance + origins, as before every call",
        median(ROUNDS, |_| async { provider.origins(&context, None).await.map(drop) }).await,
        None,
    );
    let provision = median(ROUNDS, |round| {
        let spec = session("fresh", round);
        let (provider, context) = (&provider, &context);
        async move { provider.provision(context, &spec).await.map(drop) }
    });
    let provision = provision.await;
    row("fresh instance + provision", provision, None);
    let create = median(ROUNDS, |round| exchange(&network, "POST", "/sandbox", body(round))).await;
    row("  of which the server", create, None);
    row("  without it", provision.saturating_sub(create), Some(PROVISION_GOAL));
    row(
        "fresh instance + status",
        median(ROUNDS, |_| async { provider.status(&context, &handle).await.map(drop) }).await,
        None,
    );
    let mut instance = provider.instance().await?;
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        instance.status(&context, &handle).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    row("reused instance + status", times[ROUNDS / 2], None);
    row("  of which the server", median(ROUNDS, |_| exchange(&network, "GET", &path, Bytes::new())).await, None);
    Ok(())
}

/// The body of a plain create, by round.
fn plain_create() -> impl Fn(usize) -> Bytes {
    |round| {
        Bytes::from(format!(
            r#"{{"name":"bench-{round}","buildInfo":{{"dockerfileContent":"FROM a\nENTRYPOINT [\"run\"]\n"}},
            "user":"daytona","env":{{}},"labels":{{"rensei.dev/session":"bench-{round}"}},"autoStopInterval":30,"disk":20}}"#
        ))
    }
}
