//! What each method does: the contract's functions, by name and with named parameters, and the server's own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sandbox_contract::rpc::{FIRST_PROTOCOL, HOST_ERROR, LAST_PROTOCOL, Request, RpcError, SWAP_REFUSED};
use sandbox_host::input::from_value;
use sandbox_host::slot::Candidate;
use sandbox_host::{Function, Invocation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failed;
use super::own::{Initialize, Initialized, Nothing, Program, Provided, Swap, Switched};
use super::server::Server;

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
pub fn read<T: DeserializeOwned>(params: &Value) -> Result<T, RpcError> {
    Ok(from_value(params)?)
}

fn written(value: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(value)
        .map_err(|error| RpcError::new(HOST_ERROR, format!("the result cannot be written: {error}")))
}

/// Runs a method: a function of the contract, or one of the server's own.
pub async fn run(server: &Server, method: &str, params: &Value) -> Result<Value, RpcError> {
    // The server's own `health` is older than the contract's, which has a context.
    let is_of_server = method == Function::Health.method() && params.get("context").is_none();
    if let Ok(function) = method.parse::<Function>()
        && !is_of_server
    {
        let call = Invocation::parse(function, params)?;
        if let Some(context) = call.context() {
            server.pools.seen(&context.pool_id, &context.config);
        }
        return server.slot.lease().invoke(&call).await.map_err(failed::call);
    }
    match method {
        "swap" => {
            let own: Swap = read(params)?;
            swapped(server.slot.swap(own.candidate(server)?).await.map_err(failed::swap)?)
        }
        "rollback" => {
            read::<Nothing>(params)?;
            swapped(server.slot.rollback().await.map_err(failed::swap)?)
        }
        "health" => {
            read::<Nothing>(params)?;
            written(server.health().await)
        }
        "shutdown" => {
            read::<Nothing>(params)?;
            server.stop();
            Ok(Value::Null)
        }
        _ => Err(Request::unknown(method)),
    }
}

fn swapped(swapped: sandbox_host::slot::Swapped) -> Result<Value, RpcError> {
    written(Switched { from: swapped.from, to: swapped.to, changed_capabilities: swapped.changed_capabilities })
}

/// The version of the protocol that is spoken from now on, and what the server is. A client that asks for a later version than
/// there is gets the last one.
pub fn initialize(server: &Server, params: &Value, limits: super::own::Limits) -> Result<(u32, Value), RpcError> {
    let Initialize { protocol_version, client: _ } = read(params)?;
    if protocol_version < FIRST_PROTOCOL {
        return Err(RpcError::invalid_params(format!(
            "`protocolVersion` has to be at least {FIRST_PROTOCOL}; the last one is {LAST_PROTOCOL}"
        )));
    }
    let version = protocol_version.min(LAST_PROTOCOL);
    let lease = server.slot.lease();
    let info = lease.info();
    let initialized = Initialized {
        protocol_version: version,
        host: Program { name: env!("CARGO_BIN_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        manifest: Provided {
            descriptor: lease.descriptor().clone(),
            sha256: info.digest_hex(),
            functions: info.functions.iter().map(|function| function.rpc_name()).collect(),
        },
        limits,
    };
    Ok((version, written(initialized)?))
}
