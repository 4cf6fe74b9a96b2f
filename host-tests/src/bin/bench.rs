//! What loading and calling costs, with the network taken out: an in-process handler answers every request at once.
//!
//! Medians of one run on this machine; ratios between rows carry over, seconds do not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use host_tests::{component, context};
use http_body_util::{BodyExt as _, Full};
use sandbox_host::http::{HttpClient, RequestOptions, ResponseFuture, WasiBody};
use sandbox_host::{Host, Spec};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Answers every request with a running sandbox.
struct Constant;

const SANDBOX: &str = r#"{"id":"2752acb4-993b-4bc3-810c-dbeb5fd8992c","organizationId":"o","name":"n","target":"us",
"snapshot":null,"user":"daytona","env":{},"labels":{},"cpu":1,"memory":1,"disk":3,"state":"started","desiredState":"started",
"errorReason":null,"autoStopInterval":30,"createdAt":"2026-11-23T12:00:00.000Z","toolboxProxyUrl":"https://proxy.daytona.example"}"#;

impl HttpClient for Constant {
    fn send(&self, request: http::Request<WasiBody>, _: RequestOptions) -> ResponseFuture {
        Box::pin(async move {
            request.into_body().collect().await?;
            let body = Full::new(Bytes::from_static(SANDBOX.as_bytes())).map_err(|never| match never {});
            Ok(http::Response::new(body.boxed_unsync()))
        })
    }
}

/// Median over a number of rounds.
async fn median<T, F: Future<Output = T>>(rounds: usize, mut action: impl FnMut() -> F) -> Duration {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Instant::now();
        action().await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[rounds / 2]
}

fn row(what: &str, time: Duration) {
    println!("  {what:<44} {:>10.1} µs", time.as_secs_f64() * 1e6);
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let bytes = component();
    let host = Host::builder().http(Arc::new(Constant)).build()?;
    let provider = host.load(&bytes)?;
    let precompiled = provider.precompile()?;
    let (context, spec) = (context(), Spec::new("sess-42"));
    let handle = provider.provision(&context, &spec).await?;

    println!("component                    {:>10} bytes", bytes.len());
    println!("precompiled                  {:>10} bytes", precompiled.len());
    println!("medians of one run");
    row("load from wasm", median(5, || async { host.load(&bytes).map(drop) }).await);
    row("fresh instance", median(2_000, || async { provider.instance().await.map(drop) }).await);
    row("fresh instance + describe", median(2_000, || async { provider.describe().await.map(drop) }).await);
    row(
        "fresh instance + provision",
        median(2_000, || async { provider.provision(&context, &spec).await.map(drop) }).await,
    );
    row(
        "fresh instance + status",
        median(2_000, || async { provider.status(&context, &handle).await.map(drop) }).await,
    );
    let mut instance = provider.instance().await?;
    let mut times = Vec::new();
    for _ in 0..2_000 {
        let begun = Instant::now();
        instance.status(&context, &handle).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    row("reused instance + status", times[times.len() / 2]);
    Ok(())
}
