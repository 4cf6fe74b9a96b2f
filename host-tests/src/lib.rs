//! The harness: the real component in wasmtime, with a scripted HTTP handler behind `wasi:http`, in virtual time.
//!
//! Tests run on tokio's paused clock, which the guest's timers and its monotonic clock follow: a wait of thirty seconds
//! takes none, and the time that passed is exact.
#![forbid(unsafe_code)]

pub mod fake;
pub mod script;

use std::sync::Arc;
use std::time::Duration;

use sandbox_host::{Context, Credential, Host, Provider, ProviderError};

pub use script::{Recorded, Reply, Script};

/// Where `cargo xtask build` leaves the component.
pub const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/daytona-sandbox-provider.wasm");

/// The key of every test, which may be seen in one place only.
pub const KEY: &str = "dtn_0123456789abcdef0123456789abcdef";

/// The id of the sandbox in scripted replies.
pub const ID: &str = "2752acb4-993b-4bc3-810c-dbeb5fd8992c";

/// The bytes of the component.
///
/// # Panics
/// When it was not built, with the command that builds it.
pub fn component() -> Vec<u8> {
    match std::fs::read(COMPONENT) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{COMPONENT}: {error}. Run `cargo xtask build` first."),
    }
}

/// The component in a host whose network is a script.
pub struct Bench {
    pub provider: Provider,
    pub script: Arc<Script>,
}

/// Loads the component over a script.
pub fn bench(replies: impl IntoIterator<Item = Reply>) -> Bench {
    let script = Arc::new(Script::new(replies));
    let host = Host::builder().http(script.clone()).build().expect("a host");
    let provider = host.load(&component()).expect("the component is a provider");
    Bench { provider, script }
}

/// The component in a host whose network is a fake Daytona.
pub fn over(fake: &fake_daytona::FakeDaytona) -> Provider {
    let host = Host::builder().http(Arc::new(fake::FakeNetwork(fake.clone()))).build().expect("a host");
    host.load(&component()).expect("the component is a provider")
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
