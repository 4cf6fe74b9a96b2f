//! Warm instances: calls of one pool share an instance, calls of two pools never do.
//!
//! ```console
//! $ export DAYTONA_API_KEY=…
//! $ cargo run -p examples --bin warm -- target/component/daytona-sandbox-provider.wasm
//! ```

use std::error::Error;
use std::path::Path;

use sandbox_host::{Context, Credential, Host, Spec, WarmLimits};

/// Provisions and ends some sessions. Returns how many instances wait afterwards.
pub async fn run(component: &Path, context: &Context) -> Result<usize, Box<dyn Error>> {
    let host = Host::builder().build()?;
    let provider = host.load_file(component)?;
    let warm = provider.warm(WarmLimits::new().with_idle(8).with_calls(500));
    for number in 1..=3 {
        let handle = warm.provision(context, &Spec::new(format!("session-{number}"))).await?;
        println!("{}", warm.status(context, &handle).await?.status);
        warm.terminate(context, &handle).await?;
    }
    println!("{} instance waits for the next call of this pool", warm.idle());
    Ok(warm.idle())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let component = std::env::args().nth(1).ok_or("name the component's file")?;
    let key = Credential::new(std::env::var("DAYTONA_API_KEY")?);
    run(Path::new(&component), &Context::new("pool-1").with_credential(key)).await?;
    Ok(())
}
