//! The harness: the real component in wasmtime, with a scripted HTTP handler behind `wasi:http`, in virtual time.
//!
//! Tests run on tokio's paused clock, which the guest's timers and its monotonic clock follow: a wait of thirty seconds
//! takes none, and the time that passed is exact.
#![forbid(unsafe_code)]

pub mod clients;
pub mod counts;
pub mod fake;
pub mod gateway;
mod imports;
mod load;
pub mod older;
pub mod script;
pub mod sim;

use std::sync::Arc;
use std::time::Duration;

use sandbox_host::{Context, Credential, Handle, Host, Provider, ProviderError};

pub use load::{
    COMPONENT, RELEASES, Release, component, first_release, load, load_first_release, load_hostile, load_release,
    load_signed, write_signed,
};
pub use script::{Recorded, Reply, Script};

/// The key of every test, which may be seen in one place only.
pub const KEY: &str = "dtn_0123456789abcdef0123456789abcdef";

/// The name of the sandbox of session `sess-42` in pool `pool-1`.
pub const NAME: &str = "rensei-sess-42-899de6a060c37588";

/// The id of the sandbox in scripted replies.
pub const ID: &str = "2752acb4-993b-4bc3-810c-dbeb5fd8992c";

/// The component in a host whose network is a script.
pub struct Bench {
    pub provider: Provider,
    pub script: Arc<Script>,
}

/// The component over a script that is used up reply by reply.
pub fn bench(replies: impl IntoIterator<Item = Reply>) -> Bench {
    bench_of(Script::new(replies))
}

/// The component over a script.
pub fn bench_of(script: Script) -> Bench {
    bench_with_env(script, &[])
}

/// The component over a script, with environment variables.
pub fn bench_with_env(script: Script, variables: &[(&str, &str)]) -> Bench {
    let script = Arc::new(script);
    let host = Host::builder().http(script.clone());
    let host = variables.iter().fold(host, |host, (name, value)| host.env(*name, *value));
    let provider = load(&host.build().expect("a host"));
    Bench { provider, script }
}

/// A host whose network is a fake Daytona.
pub fn host_over(fake: &fake_daytona::FakeDaytona) -> Host {
    Host::builder().http(Arc::new(fake::FakeNetwork(fake.clone()))).build().expect("a host")
}

/// The component in a host whose network is a fake Daytona.
pub fn over(fake: &fake_daytona::FakeDaytona) -> Provider {
    load(&host_over(fake))
}

/// The handle of the sandbox in scripted replies, with the facts that every version writes.
pub fn handle(dialect: &str) -> Handle {
    let metadata = [("dialect", dialect), ("api-origin", "https://daytona.example")].into_iter().collect();
    Handle { provider_id: "daytona".to_owned(), external_id: ID.to_owned(), metadata }
}

/// A pool at a server of ours, with the key as the org's credential.
pub fn context() -> Context {
    context_with("")
}

/// The same, with more in its configuration, for example `"cpu":2`.
pub fn context_with(more: &str) -> Context {
    let comma = if more.is_empty() { "" } else { "," };
    let config = format!(r#"{{"daytonaApiUrl":"https://daytona.example/api"{comma}{more}}}"#);
    Context { organization_id: Some("org-1".to_owned()), ..Context::new("pool-1") }
        .with_config(config)
        .with_credential(Credential::new(KEY.to_owned()))
}

/// What the provider reported.
///
/// # Panics
/// When the call succeeded, or ended in a failure of the host: that would be a trap.
pub fn reported<T>(outcome: Result<T, sandbox_host::CallError>) -> ProviderError {
    match outcome {
        Ok(_) => panic!("the call succeeded"),
        Err(sandbox_host::CallError::Provider(error)) => error,
        Err(other) => panic!("the host reports: {other}"),
    }
}

/// Virtual time that an action takes.
pub async fn timed<T>(action: impl Future<Output = T>) -> (T, Duration) {
    let begun = tokio::time::Instant::now();
    let outcome = action.await;
    (outcome, begun.elapsed())
}

/// The operators' guide, so that its code is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/host.md")]
struct OperatorsGuide;

/// The first thing that everybody reads, so that its code is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
