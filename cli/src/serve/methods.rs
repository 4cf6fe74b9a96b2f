//! The methods: the contract's functions, by name and with named parameters, and the server's own.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sandbox_host::input::from_value;
use sandbox_host::slot::Candidate;
use sandbox_host::{Function, Invocation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::message::{Request, RpcError, SWAP_REFUSED};
use super::server::Server;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

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

/// Runs a method: a function of the contract, or one of the server's own.
pub async fn run(server: &Server, method: &str, params: &Value) -> Result<Value, RpcError> {
    if let Ok(function) = method.parse::<Function>() {
        let call = Invocation::parse(function, params)?;
        if let Some(context) = call.context() {
            server.pools.seen(&context.pool_id, &context.config);
        }
        return Ok(server.slot.lease().invoke(&call).await?);
    }
    match method {
        "swap" => {
            let own: Swap = read(params)?;
            swapped(&server.slot.swap(own.candidate(server)?).await?)
        }
        "rollback" => {
            read::<Nothing>(params)?;
            swapped(&server.slot.rollback().await?)
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

fn swapped(swapped: &sandbox_host::slot::Swapped) -> Result<Value, RpcError> {
    Ok(json!({
        "from": written(&swapped.from)?,
        "to": written(&swapped.to)?,
        "changedCapabilities": swapped.changed_capabilities,
    }))
}
