//! The real component and a Daytona on a loopback socket, in the test's own runtime.

use fake_daytona::{FakeDaytona, Generation, Latencies};
use sandbox_host::{Context, Credential, Host, Provider};

/// A Daytona, and where it is.
pub struct Daytona {
    pub fake: FakeDaytona,
    /// Base URL of the API.
    pub url: String,
}

/// Loads the component as an embedder does.
///
/// # Panics
/// When it was not built, with the command that builds it.
pub fn load(host: &Host) -> Provider {
    host.load(&host_tests::component()).expect("the component is a provider")
}

impl Daytona {
    /// Today's, with changes of state that take a millisecond.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let fake = FakeDaytona::builder(Generation::V0_205)
            .latencies(Latencies::quick())
            .toolbox_url(&format!("{origin}/toolbox"))
            .build();
        let router = fake.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("{origin}{}", fake.api_path());
        Self { fake, url }
    }

    /// A pool of it, with its key.
    pub fn context(&self) -> Context {
        self.context_at(&self.url)
    }

    /// The same pool under another address.
    pub fn context_at(&self, url: &str) -> Context {
        let config = serde_json::json!({ "daytonaApiUrl": url, "diskGB": 10, "image": "ubuntu:24.04" });
        Context::new("pool-1").with_config(config.to_string()).with_credential(Credential::new(self.fake.key()))
    }
}
