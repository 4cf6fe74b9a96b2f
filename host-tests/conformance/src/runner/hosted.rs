//! The provider in the Rust host. This file alone knows the host's functions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sandbox_host::http::HttpClient;
use sandbox_host::policy::{Egress, Policy};
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{CallError, Function, Host, Invocation, Provider, Warm, WarmLimits};
use serde_json::{Map, Value};

use super::Mode;
use crate::data::Case;
use crate::transcript::Answer;

/// A custom section that says nothing: other bytes, the same provider.
const SECTION: &[u8] = b"\0\x05\x04same";

/// A provider, called in one of the host's ways.
pub enum Hosted {
    /// Each call in an instance of its own.
    Fresh(Provider),
    /// In instances that stay between calls.
    Warm(Warm),
    /// In a slot, whose provider is replaced before each call.
    Slot(Replaced),
}

/// A slot that never serves the same bytes twice in a row.
pub struct Replaced {
    slot: Slot,
    versions: [Vec<u8>; 2],
    calls: AtomicUsize,
}

/// The function of the contract that a case names by interface and name.
///
/// # Errors
/// When the host knows no such function.
pub fn function(call: &str) -> Result<Function, String> {
    let known = |function: &&Function| call.split_once('.') == Some((function.interface(), function.name()));
    Function::ALL.iter().find(known).copied().ok_or_else(|| format!("the host has no function `{call}`"))
}

/// A host whose network is the given one, as a case wants it.
///
/// # Errors
/// Why there is none, for people.
pub fn host(network: Arc<dyn HttpClient>, case: &Case, cache: &Path) -> Result<Host, String> {
    let policy = match case.egress {
        None => Policy::new(),
        Some(crate::data::Egress::Denied) => Policy::new().with_egress(Egress::Nobody),
    };
    // The provider itself has to tell no key, whatever host it runs in.
    let builder = Host::builder().http(network).cache(cache).policy(policy).errors_as_told();
    let named = case.environment.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()));
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
        Ok(match mode {
            Mode::Fresh => Self::Fresh(load()?),
            Mode::Warm => Self::Warm(load()?.warm(WarmLimits::default())),
            Mode::Slot => {
                let slot = Slot::builder("conformance").warm(WarmLimits::default());
                let slot = slot.open(host, Candidate::bytes(bytes.clone())).await.map_err(|error| error.to_string())?;
                let other = [&bytes[..], SECTION].concat();
                Self::Slot(Replaced { slot, versions: [bytes, other], calls: AtomicUsize::new(0) })
            }
        })
    }

    /// Calls a function.
    pub async fn call(&self, call: &str, arguments: &Map<String, Value>) -> Answer {
        let function = match function(call) {
            Ok(function) => function,
            Err(why) => return Answer::Failed(why),
        };
        let call = match Invocation::parse(function, &Value::Object(arguments.clone())) {
            Ok(call) => call,
            Err(mistake) => return Answer::Failed(format!("the arguments do not fit: {mistake}")),
        };
        let outcome = match self {
            Self::Fresh(provider) => provider.invoke(&call).await,
            Self::Warm(warm) => warm.invoke(&call).await,
            Self::Slot(replaced) => {
                if let Err(why) = replaced.next().await {
                    return Answer::Failed(why);
                }
                replaced.slot.lease().invoke(&call).await
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

impl Replaced {
    /// Brings in the other version.
    async fn next(&self) -> Result<(), String> {
        let next = self.calls.fetch_add(1, Ordering::Relaxed) % self.versions.len();
        let swapped = self.slot.swap(Candidate::bytes(self.versions[next].clone())).await;
        swapped.map(drop).map_err(|error| format!("the provider cannot be replaced: {error}"))
    }
}
