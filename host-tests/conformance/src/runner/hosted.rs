//! The provider in the Rust host. This file alone knows the host's functions.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use sandbox_host::http::HttpClient;
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{CallError, Context, Credential, Host, Known, Pairs, Provider, Warm, WarmLimits};
use serde::Deserialize;
use serde::de::DeserializeOwned;
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
    Warm(Provider, Warm),
    /// In a slot, whose provider is replaced before each call.
    Slot { slot: Slot, versions: [Vec<u8>; 2], calls: AtomicUsize },
}

/// A context as the cases write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ContextIn {
    organization_id: Option<String>,
    pool_id: String,
    #[serde(default)]
    config: String,
    credential: Option<Credential>,
    deadline_ms: Option<u32>,
    #[serde(default)]
    extensions: Pairs,
}

/// Why there is no value.
enum Failure {
    Call(CallError),
    /// The case itself is wrong, or this file lacks a function.
    Case(String),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// A parameter of a call.
fn parameter<T: DeserializeOwned>(arguments: &Map<String, Value>, name: &str) -> Result<T, Failure> {
    let value = arguments.get(name).cloned().unwrap_or(Value::Null);
    serde_json::from_value(value).map_err(|error| Failure::Case(format!("the argument `{name}`: {error}")))
}

fn context(arguments: &Map<String, Value>) -> Result<Context, Failure> {
    let ContextIn { organization_id, pool_id, config, credential, deadline_ms, extensions } =
        parameter(arguments, "context")?;
    Ok(Context { organization_id, pool_id, config, credential, deadline_ms, extensions })
}

fn value(result: impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(result).map_err(|error| Failure::Case(error.to_string()))
}

/// The functions of the contract, on what offers those for no pool, those for a pool, and the optional interfaces.
macro_rules! functions {
    ($call:expr, $arguments:expr, $local:expr, $pool:expr, $lifecycle:expr, $inventory:expr) => {{
        let (call, arguments): (&str, &Map<String, Value>) = ($call, $arguments);
        let not_offered = || Failure::Case(format!("the provider does not offer `{call}`"));
        match call {
            "provider.describe" => value($local.describe().await?),
            "provider.check-config" => value($local.check_config(&parameter::<String>(arguments, "config")?).await?),
            "provider.provides" => {
                value($local.provides(parameter::<Option<_>>(arguments, "runtimeProvides")?.as_ref()).await?)
            }
            "provider.unmet" => {
                let (demand, own) =
                    (parameter(arguments, "demand")?, parameter::<Option<_>>(arguments, "runtimeProvides")?);
                value($local.unmet(&demand, own.as_ref()).await?)
            }
            "provider.origins" => {
                let handle = parameter::<Option<_>>(arguments, "handle")?;
                value($local.origins(&context(arguments)?, handle.as_ref()).await?)
            }
            "provider.provision" => value($pool.provision(&context(arguments)?, &parameter(arguments, "spec")?).await?),
            "provider.locate" => {
                value($pool.locate(&context(arguments)?, &parameter::<String>(arguments, "sessionId")?).await?)
            }
            "provider.status" => value($pool.status(&context(arguments)?, &parameter(arguments, "handle")?).await?),
            "provider.terminate" => {
                value($pool.terminate(&context(arguments)?, &parameter(arguments, "handle")?).await?)
            }
            "lifecycle.stop" => {
                let offered = $lifecycle.ok_or_else(not_offered)?;
                value(offered.stop(&context(arguments)?, &parameter(arguments, "handle")?).await?)
            }
            "lifecycle.start" => {
                let offered = $lifecycle.ok_or_else(not_offered)?;
                value(offered.start(&context(arguments)?, &parameter(arguments, "handle")?).await?)
            }
            "lifecycle.archive" => {
                let offered = $lifecycle.ok_or_else(not_offered)?;
                value(offered.archive(&context(arguments)?, &parameter(arguments, "handle")?).await?)
            }
            "lifecycle.keep-alive" => {
                let offered = $lifecycle.ok_or_else(not_offered)?;
                value(offered.keep_alive(&context(arguments)?, &parameter(arguments, "handle")?).await?)
            }
            "lifecycle.extend" => {
                let offered = $lifecycle.ok_or_else(not_offered)?;
                let (handle, seconds) = (parameter(arguments, "handle")?, parameter(arguments, "seconds")?);
                value(offered.extend(&context(arguments)?, &handle, seconds).await?)
            }
            "inventory.list" => {
                let offered = $inventory.ok_or_else(not_offered)?;
                let cursor = parameter::<Option<String>>(arguments, "cursor")?;
                value(offered.list(&context(arguments)?, cursor.as_deref()).await?)
            }
            "inventory.reconcile" => {
                let offered = $inventory.ok_or_else(not_offered)?;
                let known = Known {
                    sessions: parameter(arguments, "knownSessions")?,
                    as_of: parameter(arguments, "knownAsOf")?,
                    min_age_sec: parameter(arguments, "minAgeSec")?,
                };
                value(offered.reconcile(&context(arguments)?, &known, parameter(arguments, "mode")?).await?)
            }
            _ => Err(Failure::Case(format!("this runner has no function `{call}`"))),
        }
    }};
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
            Mode::Warm => {
                let provider = load()?;
                let warm = provider.warm(WarmLimits::default());
                Way::Warm(provider, warm)
            }
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
        let outcome = match &self.way {
            Way::Fresh(provider) => self.fresh(provider, call, arguments).await,
            Way::Warm(provider, warm) => self.warm(provider, warm, call, arguments).await,
            Way::Slot { slot, versions, calls } => {
                let next = calls.fetch_add(1, Ordering::Relaxed) % versions.len();
                if let Err(error) = slot.swap(Candidate::bytes(versions[next].clone())).await {
                    return Answer::Failed(format!("the provider cannot be replaced: {error}"));
                }
                self.slot(slot, call, arguments).await
            }
        };
        match outcome {
            Ok(value) => Answer::Result(value),
            Err(Failure::Call(CallError::Provider(error))) => match serde_json::to_value(&error) {
                Ok(error) => Answer::Error(error),
                Err(problem) => Answer::Failed(problem.to_string()),
            },
            Err(Failure::Call(error)) => Answer::Failed(error.to_string()),
            Err(Failure::Case(problem)) => Answer::Failed(problem),
        }
    }

    async fn fresh(&self, own: &Provider, call: &str, arguments: &Map<String, Value>) -> Result<Value, Failure> {
        functions!(call, arguments, own, own, own.lifecycle(), own.inventory())
    }

    async fn warm(
        &self,
        provider: &Provider,
        own: &Warm,
        call: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Value, Failure> {
        functions!(call, arguments, provider, own, Some(own), Some(own))
    }

    async fn slot(&self, slot: &Slot, call: &str, arguments: &Map<String, Value>) -> Result<Value, Failure> {
        let lease = slot.lease();
        functions!(call, arguments, lease, lease, Some(&lease), Some(&lease))
    }
}
