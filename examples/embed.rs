//! Embeds the host: loads a provider, provisions a session, waits until it runs, and ends it.
//!
//! ```console
//! $ export DAYTONA_API_KEY=…
//! $ cargo run -p examples --bin embed -- target/component/daytona-sandbox-provider.wasm
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use sandbox_host::policy::Policy;
use sandbox_host::{CallError, Context, Credential, Function, Handle, Host, Limits, Retry, Spec, Status};

/// A session from its first request to its last. Returns the handle that a platform would store.
pub async fn run(component: &Path, context: &Context) -> Result<Handle, Box<dyn Error>> {
    // What the provider may do. A platform whose pools are configured by strangers also gives `with_egress` a list.
    let policy = Policy::new().with_limits(Limits::new().with_concurrent_calls(20)).with_pool_calls_per_second(50);
    let host = Host::builder().policy(policy).build()?;
    let provider = host.load_file(component)?;

    let spec = Spec::new("session-1");
    let handle = match provider.provision(context, &spec).await {
        Ok(handle) => handle,
        // The sandbox may exist although the call failed: look before doing anything else.
        Err(error) if error.retry() == Retry::OutcomeUnknown => {
            provider.locate(context, &spec.session_id).await?.ok_or(error)?
        }
        Err(error) => return Err(error.into()),
    };
    println!("provisioned {}", handle.external_id);

    loop {
        let state = provider.status(context, &handle).await?;
        println!("{} ({})", state.status, state.phase);
        match state.status {
            Status::Provisioning => tokio::time::sleep(Duration::from_millis(100)).await,
            Status::Running => break,
            Status::Failed | Status::Terminated => return Err(state.reason.unwrap_or_default().into()),
        }
    }

    // What is optional can be asked for, or simply called.
    if provider.offers(Function::Extend) {
        provider.extend(context, &handle, 3_600).await?;
    }
    match provider.keep_alive(context, &handle).await {
        Ok(_) | Err(CallError::NotOffered { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    println!("{}", provider.terminate(context, &handle).await?);
    Ok(handle)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let component = std::env::args().nth(1).ok_or("name the component's file")?;
    let key = Credential::new(std::env::var("DAYTONA_API_KEY")?);
    run(Path::new(&component), &Context::new("pool-1").with_credential(key)).await?;
    Ok(())
}
