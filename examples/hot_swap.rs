//! Replaces a provider while it is being used: a session that the first version began is ended by the second.
//!
//! ```console
//! $ export DAYTONA_API_KEY=…
//! $ cargo run -p examples --bin hot-swap -- version-1.wasm version-2.wasm
//! ```

use std::error::Error;
use std::path::Path;

use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{Context, Credential, Host, Spec};

/// Begins a session, swaps, goes back, swaps again, and ends the session. Returns the versions that served.
pub async fn run(first: &Path, second: &Path, context: &Context) -> Result<Vec<String>, Box<dyn Error>> {
    let host = Host::builder().build()?;
    let slot = Slot::builder("provider").open(&host, Candidate::file(first)).await?;
    let mut served = vec![slot.lease().version().version];

    // A lease is for one call: it holds the version that serves, and takes part in the drain of a swap.
    let handle = slot.lease().provision(context, &Spec::new("session-1")).await?;

    // Until the new version has passed every check, nothing changes for anybody.
    let swapped = slot.swap(Candidate::file(second)).await?;
    println!("{} for {}", swapped.to, swapped.from);
    served.push(slot.lease().version().version);
    println!("{}", slot.lease().status(context, &handle).await?.status);

    served.push(slot.rollback().await?.to.version);
    served.push(slot.rollback().await?.to.version);
    println!("{}", slot.lease().terminate(context, &handle).await?);
    Ok(served)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let (first, second) = files.next().zip(files.next()).ok_or("name the files of two components")?;
    let key = Credential::new(std::env::var("DAYTONA_API_KEY")?);
    run(Path::new(&first), Path::new(&second), &Context::new("pool-1").with_credential(key)).await?;
    Ok(())
}
