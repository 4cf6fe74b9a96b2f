//! Where a scene plays: a Daytona on a loopback socket, and the provider that talks to it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use fake_daytona::{FakeDaytona, Generation, Latencies, Timestamp};
use sandbox_host::http::PooledClient;
use sandbox_host::{Context, Credential, Host, Provider};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::wire::{Exchange, Recorder};
use crate::args::Global;
use crate::component::load;
use crate::failure::Failure;

/// How fast things go.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Between two steps of a server's job.
    step: Duration,
    /// Between two looks. The real `watch` looks every two seconds.
    pub look: Duration,
}

impl Pace {
    /// Long enough to be seen, short enough for somebody who is curious.
    pub const VISIBLE: Self = Self { step: Duration::from_millis(300), look: Duration::from_millis(80) };
    pub const QUICK: Self = Self { step: Duration::from_millis(1), look: Duration::from_millis(2) };

    fn latencies(self) -> Latencies {
        let step = self.step;
        Latencies {
            pick_up: step / 5,
            start: step,
            build: step * 2,
            after_build: step,
            stop: step,
            archive: step,
            restore: step,
            delete: step,
            snapshot: step,
        }
    }
}

pub struct Stage {
    pub provider: Provider,
    pub fake: FakeDaytona,
    /// Base URL of its API.
    pub url: String,
    pub pace: Pace,
    recorder: Arc<Recorder>,
    server: JoinHandle<()>,
}

impl Stage {
    pub async fn open(global: &Global, generation: Generation, pace: Pace) -> Result<Self, Failure> {
        let no_socket = |error: std::io::Error| {
            Failure::host(format!("No socket on 127.0.0.1 for the demo's Daytona: {error}."))
                .remedy("Allow this program to listen on a loopback address.")
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(no_socket)?;
        let origin = format!("http://{}", listener.local_addr().map_err(no_socket)?);
        let fake = FakeDaytona::builder(generation)
            .latencies(pace.latencies())
            .toolbox_url(&format!("{origin}/toolbox"))
            .epoch(now())
            .seed(generation as u64)
            .build();
        let router = fake.router();
        let server = tokio::spawn(async move {
            // It ends with the stage; an error before that shows as a refused connection in the scene.
            let _ = axum::serve(listener, router).await;
        });
        let recorder = Arc::new(Recorder::new(PooledClient::builder().build()?));
        let host = Host::builder().http(recorder.clone()).build()?;
        let provider = load(&host, global)?;
        Ok(Self { provider, url: format!("{origin}{}", fake.api_path()), fake, pace, recorder, server })
    }

    /// The pool of the demo, with the key that is accepted.
    pub fn context(&self) -> Context {
        self.context_with_key(self.fake.key())
    }

    /// The same pool with another key.
    pub fn context_with_key(&self, key: &str) -> Context {
        let config = serde_json::json!({ "daytonaApiUrl": self.url, "diskGB": 10 });
        Context::new("demo").with_config(config.to_string()).with_credential(Credential::new(key))
    }

    /// A pool whose sessions begin from a snapshot.
    pub fn context_with_snapshot(&self, vendor_name: &str) -> Context {
        let config = serde_json::json!({ "daytonaApiUrl": self.url, "snapshot": vendor_name });
        Context::new("demo").with_config(config.to_string()).with_credential(Credential::new(self.fake.key()))
    }

    /// What went over the wire since this was last asked.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.recorder.take()
    }

    /// Sandboxes that still exist, by the server's own account.
    pub fn alive(&self) -> usize {
        self.fake.alive().len()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or_default())
}
