//! The provider in the Rust host.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use sandbox_host::http::HttpClient;
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{CallError, Function, Host, Invocation, Provider, Warm, WarmLimits};
use serde_json::{Map, Value};

use super::Mode;
use crate::transcript::Answer;

/// A custom section that says nothing: other bytes, the same provider.
const SECTION: &[u8] = b"\0\x05\x04same";

/// A provider, called in one of the host's ways.
pub struct Hosted {
    way: Way,
}

enum Way {
    /// Each call in an instance of its own.
    Fresh(Provider),
    /// In instances that stay between calls.
    Warm(Warm),
    /// In a slot, whose provider is replaced before each call.
    Slot { slot: Slot, versions: [Vec<u8>; 2], calls: AtomicUsize },
}

/// A case's call: its function as `interface.name`, its arguments as the parameters.
fn invocation(call: &str, arguments: &Map<String, Value>) -> Result<Invocation, String> {
    let is_meant = |function: &&Function| format!("{}.{}", function.interface(), function.name()) == call;
    let function = Function::ALL.iter().find(is_meant).ok_or_else(|| format!("the host has no function `{call}`"))?;
    Invocation::parse(*function, &Value::Object(arguments.clone()))
        .map_err(|mistake| format!("the arguments: {mistake}"))
}

/// A host whose network is the given one.
///
/// # Errors
/// Why there is none, for people.
pub fn host(
    network: std::sync::Arc<dyn HttpClient>,
    environment: &Map<String, Value>,
    cache: &Path,
) -> Result<Host, String> {
    let builder = Host::builder().http(network).cache(cache);
    let named = environment.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()));
    named.fold(builder, |host, (name, value)| host.env(name, value)).build().map_err(|error| error.to_string())
}

impl Hosted {
    /// Loads a component.
    ///
    /// # Errors
    /// Why it is no provider, for people.
    pub async fn open(host: &Host, component: &Path, mode: Mode) -> Result<Self, String> {
        let bytes = std::fs::read(component).map_err(|error| format!("{}: {error}", component.display()))?;
        let load = || host.load(&bytes).map_err(|error| error.to_string());
        let way = match mode {
            Mode::Fresh => Way::Fresh(load()?),
            Mode::Warm => Way::Warm(load()?.warm(WarmLimits::default())),
            Mode::Slot => {
                let slot = Slot::builder("conformance").warm(WarmLimits::default());
                let slot = slot.open(host, Candidate::bytes(bytes.clone())).await.map_err(|error| error.to_string())?;
                let other = [&bytes[..], SECTION].concat();
                Way::Slot { slot, versions: [bytes, other], calls: AtomicUsize::new(0) }
            }
        };
        Ok(Self { way })
    }

    /// Calls a function.
    pub async fn call(&self, call: &str, arguments: &Map<String, Value>) -> Answer {
        let invocation = match invocation(call, arguments) {
            Ok(invocation) => invocation,
            Err(problem) => return Answer::Failed(problem),
        };
        let outcome = match &self.way {
            Way::Fresh(provider) => provider.invoke(&invocation).await,
            Way::Warm(warm) => warm.invoke(&invocation).await,
            Way::Slot { slot, versions, calls } => {
                let next = calls.fetch_add(1, Ordering::Relaxed) % versions.len();
                if let Err(error) = slot.swap(Candidate::bytes(versions[next].clone())).await {
                    return Answer::Failed(format!("the provider cannot be replaced: {error}"));
                }
                slot.lease().invoke(&invocation).await
            }
        };
        match outcome {
            Ok(value) => Answer::Result(value),
            Err(CallError::Provider(error)) => match serde_json::to_value(&error) {
                Ok(error) => Answer::Error(error),
                Err(problem) => Answer::Failed(problem.to_string()),
            },
            Err(error) => Answer::Failed(error.to_string()),
        }
    }
}
