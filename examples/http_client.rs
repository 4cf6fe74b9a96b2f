//! An HTTP client of one's own: here one that notes what is sent, and lets the host's client send it.
//!
//! ```console
//! $ export DAYTONA_API_KEY=…
//! $ cargo run -p examples --bin http-client -- target/component/daytona-sandbox-provider.wasm
//! ```

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sandbox_host::http::{HttpClient, PooledClient, RequestOptions, ResponseFuture, WasiBody};
use sandbox_host::re_exports::http;
use sandbox_host::{Context, Credential, Host, Spec};

/// Notes each request, without what may be secret: its headers and its body.
struct Noting {
    inner: PooledClient,
    seen: Mutex<Vec<String>>,
}

impl HttpClient for Noting {
    fn send(&self, request: http::Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let line = format!("{} {}", request.method(), request.uri().path());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        self.inner.send(request, options)
    }
}

/// Provisions a session and ends it. Returns what was sent.
pub async fn run(component: &Path, context: &Context) -> Result<Vec<String>, Box<dyn Error>> {
    // A client of one's own gets the policy's proxy by hand: `PooledClient::builder().proxy(...)`.
    let client = Arc::new(Noting { inner: PooledClient::builder().build()?, seen: Mutex::default() });
    let host = Host::builder().http(client.clone()).build()?;
    let provider = host.load_file(component)?;
    let handle = provider.provision(context, &Spec::new("session-1")).await?;
    provider.terminate(context, &handle).await?;
    let seen = client.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(seen)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let component = std::env::args().nth(1).ok_or("name the component's file")?;
    let key = Credential::new(std::env::var("DAYTONA_API_KEY")?);
    for line in run(Path::new(&component), &Context::new("pool-1").with_credential(key)).await? {
        println!("{line}");
    }
    Ok(())
}
