//! The contract's functions, by name and with named parameters.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sandbox_host::input::from_value;
use sandbox_host::slot::{Candidate, Lease};
use sandbox_host::{CallError, Context, Credential, Declaration, Handle, Known, Mode, Pairs, Spec};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::message::{Request, RpcError, SWAP_REFUSED};
use super::server::Server;

/// A context as it comes in: the configuration is an object, or the text of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ContextIn {
    #[serde(default)]
    organization_id: Option<String>,
    pool_id: String,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    credential: Option<Credential>,
    #[serde(default)]
    deadline_ms: Option<u32>,
    #[serde(default)]
    extensions: Pairs,
}

impl From<ContextIn> for Context {
    fn from(context: ContextIn) -> Self {
        Self {
            organization_id: context.organization_id,
            pool_id: context.pool_id,
            config: match context.config {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            },
            credential: context.credential,
            deadline_ms: context.deadline_ms,
            extensions: context.extensions,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CheckConfig {
    config: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Provides {
    #[serde(default)]
    runtime_provides: Option<Declaration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unmet {
    demand: Declaration,
    #[serde(default)]
    runtime_provides: Option<Declaration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Origins {
    context: ContextIn,
    #[serde(default)]
    handle: Option<Handle>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Provision {
    context: ContextIn,
    spec: Spec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Locate {
    context: ContextIn,
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OnHandle {
    context: ContextIn,
    handle: Handle,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Extend {
    context: ContextIn,
    handle: Handle,
    seconds: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    context: ContextIn,
    #[serde(default)]
    cursor: Option<String>,
}

/// Nothing has a default: to forget the sessions must not read as that there are none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reconcile {
    context: ContextIn,
    known_sessions: Vec<String>,
    known_as_of: String,
    min_age_sec: u32,
    mode: Mode,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Swap {
    #[serde(default)]
    file: Option<PathBuf>,
    /// In base64.
    #[serde(default)]
    component: Option<String>,
    #[serde(default)]
    sha256: Option<String>,
    /// In hex.
    #[serde(default)]
    signature: Option<String>,
}

impl Swap {
    fn candidate(self, server: &Server) -> Result<Candidate, RpcError> {
        let candidate = match (self.file, self.component) {
            (Some(file), None) => Candidate::file(file),
            (None, Some(_)) if !server.takes_bytes => {
                return Err(RpcError::new(
                    SWAP_REFUSED,
                    "over a socket, components come as files, or as bytes that are signed: name the keys in the policy's `components.trusted-keys`",
                ));
            }
            (None, Some(component)) => Candidate::bytes(
                BASE64.decode(component).map_err(|_| RpcError::invalid_params("`component` is not base64"))?,
            ),
            _ => return Err(RpcError::invalid_params("`swap` takes either `file` or `component`")),
        };
        let candidate = self.sha256.into_iter().fold(candidate, Candidate::with_digest);
        Ok(self.signature.into_iter().fold(candidate, Candidate::with_signature))
    }
}

/// Parameters by name. What does not fit is named by its path and its type, never by its value.
fn read<T: DeserializeOwned>(params: &Value) -> Result<T, RpcError> {
    Ok(from_value(params)?)
}

fn written(value: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(value)
        .map_err(|error| RpcError::new(super::message::HOST_ERROR, format!("the result cannot be written: {error}")))
}

/// Runs a method.
pub async fn run(server: &Server, method: &str, params: &Value) -> Result<Value, RpcError> {
    let slot = &server.slot;
    match method {
        "describe" => {
            read::<Nothing>(params)?;
            written(slot.lease().describe().await?)
        }
        "check-config" => {
            let CheckConfig { config } = read(params)?;
            let config = config.as_str().map_or_else(|| config.to_string(), str::to_owned);
            written(slot.lease().check_config(&config).await?)
        }
        "provides" => {
            let own: Provides = read(params)?;
            written(slot.lease().provides(own.runtime_provides.as_ref()).await?)
        }
        "unmet" => {
            let own: Unmet = read(params)?;
            written(slot.lease().unmet(&own.demand, own.runtime_provides.as_ref()).await?)
        }
        "origins" => {
            let own: Origins = read(params)?;
            let context = seen(server, own.context);
            written(slot.lease().origins(&context, own.handle.as_ref()).await?)
        }
        "provision" => {
            let own: Provision = read(params)?;
            let context = seen(server, own.context);
            written(slot.lease().provision(&context, &own.spec).await?)
        }
        "locate" => {
            let own: Locate = read(params)?;
            let context = seen(server, own.context);
            written(slot.lease().locate(&context, &own.session_id).await?)
        }
        "status" => on_handle(server, params, async |lease, context, handle| lease.status(context, handle).await).await,
        "terminate" => {
            on_handle(server, params, async |lease, context, handle| lease.terminate(context, handle).await).await
        }
        "stop" => on_handle(server, params, async |lease, context, handle| lease.stop(context, handle).await).await,
        "start" => on_handle(server, params, async |lease, context, handle| lease.start(context, handle).await).await,
        "archive" => {
            on_handle(server, params, async |lease, context, handle| lease.archive(context, handle).await).await
        }
        "keep-alive" => {
            on_handle(server, params, async |lease, context, handle| lease.keep_alive(context, handle).await).await
        }
        "extend" => {
            let own: Extend = read(params)?;
            let context = seen(server, own.context);
            written(slot.lease().extend(&context, &own.handle, own.seconds).await?)
        }
        "list" => {
            let own: List = read(params)?;
            let context = seen(server, own.context);
            written(slot.lease().list(&context, own.cursor.as_deref()).await?)
        }
        "reconcile" => {
            let own: Reconcile = read(params)?;
            let context = seen(server, own.context);
            let known = Known { sessions: own.known_sessions, as_of: own.known_as_of, min_age_sec: own.min_age_sec };
            written(slot.lease().reconcile(&context, &known, own.mode).await?)
        }
        "swap" => {
            let own: Swap = read(params)?;
            swapped(&slot.swap(own.candidate(server)?).await?)
        }
        "rollback" => {
            read::<Nothing>(params)?;
            swapped(&slot.rollback().await?)
        }
        "health" => {
            read::<Nothing>(params)?;
            Ok(server.health().await)
        }
        "shutdown" => {
            read::<Nothing>(params)?;
            server.stop();
            Ok(Value::Null)
        }
        _ => Err(Request::unknown(method)),
    }
}

/// Remembers the pool of a call.
fn seen(server: &Server, context: ContextIn) -> Context {
    let context = Context::from(context);
    server.pools.seen(&context.pool_id, &context.config);
    context
}

async fn on_handle<T: Serialize>(
    server: &Server,
    params: &Value,
    call: impl AsyncFnOnce(&Lease, &Context, &Handle) -> Result<T, CallError>,
) -> Result<Value, RpcError> {
    let own: OnHandle = read(params)?;
    let context = seen(server, own.context);
    written(call(&server.slot.lease(), &context, &own.handle).await?)
}

fn swapped(swapped: &sandbox_host::slot::Swapped) -> Result<Value, RpcError> {
    Ok(json!({
        "from": written(&swapped.from)?,
        "to": written(&swapped.to)?,
        "changedCapabilities": swapped.changed_capabilities,
    }))
}
