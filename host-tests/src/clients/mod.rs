//! What the programs have in common that `bench` starts as clients of a server: where the server is, what a session is
//! like, and how they get their orders.
//!
//! A client reads lines from its input. A line is a number of cycles (create, get, delete), which it then does and answers
//! with a line of JSON: `{"wall": seconds, "cpu": seconds}`, of all of them. The end of the input ends it. The SDKs'
//! clients, in `interop/`, do the same.

mod caller;
mod process;

use std::io::{BufRead as _, Write as _};
use std::time::Instant;

use sandbox_host::{Context, Credential, Spec};

pub use caller::Caller;
/// The allocator of `sandbox-host`, which everything in Rust that is measured has.
pub use mimalloc::MiMalloc as Allocator;
pub use process::{cpu_seconds, peak_memory};

/// Why a client ends.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Sandboxes are made from this snapshot, because they then run as soon as they are created.
pub const SNAPSHOT: &str = "ubuntu:22.04";

/// The server, as the environment names it to every client.
pub struct Target {
    /// Base URL of the API.
    pub url: String,
    /// Its key.
    pub key: String,
}

impl Target {
    /// From `FAKE_DAYTONA_URL` and `FAKE_DAYTONA_KEY`.
    ///
    /// # Errors
    /// When one is missing.
    pub fn from_env() -> Result<Self, Failure> {
        let variable = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
        Ok(Self { url: variable("FAKE_DAYTONA_URL")?, key: variable("FAKE_DAYTONA_KEY")? })
    }

    /// A pool of it.
    pub fn context(&self, pool: &str) -> Context {
        let config = serde_json::json!({"daytonaApiUrl": self.url, "snapshot": SNAPSHOT}).to_string();
        Context::new(pool).with_config(config).with_credential(Credential::new(self.key.as_str()))
    }
}

/// A session with what sessions usually have.
pub fn session(id: impl Into<String>) -> Spec {
    let mut spec = Spec::new(id);
    spec.env = [("AGENT_TOKEN", "0123456789abcdef"), ("AGENT_URL", "https://platform.example")].into_iter().collect();
    spec.labels = [("team", "a")].into_iter().collect();
    spec
}

/// Carries out the orders of the input until it ends. `cycle` is given a name that no other cycle has, on one thread.
///
/// # Errors
/// The first failure of a cycle, or of input and output.
pub fn work(mut cycle: impl AsyncFnMut(String) -> Result<(), Failure>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut done = 0_u64;
    for line in std::io::stdin().lock().lines() {
        let cycles: u64 = line?.trim().parse()?;
        let (begun, cpu) = (Instant::now(), cpu_seconds()?);
        runtime.block_on(async {
            for _ in 0..cycles {
                cycle(format!("{}-{done}", std::process::id())).await?;
                done += 1;
            }
            Ok::<_, Failure>(())
        })?;
        let (wall, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
        let mut output = std::io::stdout().lock();
        writeln!(output, "{}", serde_json::json!({"wall": wall, "cpu": cpu}))?;
        output.flush()?;
    }
    Ok(())
}
