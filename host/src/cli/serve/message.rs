//! JSON-RPC 2.0: what a message is, and what an answer looks like.

use sandbox_host::CallError;
use sandbox_host::slot::SwapError;
use serde_json::{Value, json};

use crate::cli::failure::Failure;

/// Numbers of errors. The first five are JSON-RPC's own, the last is the one of the Language Server Protocol.
pub const PARSE_ERROR: i32 = -32_700;
pub const INVALID_REQUEST: i32 = -32_600;
pub const METHOD_NOT_FOUND: i32 = -32_601;
pub const INVALID_PARAMS: i32 = -32_602;
pub const PROVIDER_ERROR: i32 = -32_000;
pub const HOST_ERROR: i32 = -32_001;
pub const SWAP_REFUSED: i32 = -32_002;
pub const SHUTTING_DOWN: i32 = -32_003;
pub const CANCELLED: i32 = -32_800;

/// A request, or a notification where it has no id.
#[derive(Debug)]
pub struct Request {
    pub id: Option<Value>,
    pub method: String,
    pub params: Value,
}

/// What goes into the member `error` of an answer.
#[derive(Debug)]
pub struct RpcError {
    code: i32,
    message: String,
    data: Option<Value>,
}

impl RpcError {
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(INVALID_PARAMS, message)
    }
}

/// The command line's own shape of an error, so that there is one; its exit code means nothing here.
fn data(failure: Failure) -> Value {
    let mut data = failure.to_json()["error"].take();
    if let Some(data) = data.as_object_mut() {
        data.remove("exitCode");
    }
    data
}

impl From<CallError> for RpcError {
    fn from(error: CallError) -> Self {
        let code = if error.provider().is_some() { PROVIDER_ERROR } else { HOST_ERROR };
        Self { code, message: error.to_string(), data: Some(data(error.into())) }
    }
}

impl From<SwapError> for RpcError {
    fn from(error: SwapError) -> Self {
        Self { code: SWAP_REFUSED, message: error.to_string(), data: Some(data(error.into())) }
    }
}

impl Request {
    /// Reads one message of a batch or outside of one. On failure the id to answer to, where there is one.
    pub fn parse(message: Value) -> Result<Self, (Value, RpcError)> {
        let Value::Object(mut members) = message else {
            return Err((Value::Null, RpcError::new(INVALID_REQUEST, "a message has to be an object")));
        };
        let id = members.remove("id");
        let told = id.clone().unwrap_or(Value::Null);
        let wrong = |text: &str| Err((told.clone(), RpcError::new(INVALID_REQUEST, text)));
        if id.as_ref().is_some_and(|id| !matches!(id, Value::String(_) | Value::Number(_) | Value::Null)) {
            return Err((Value::Null, RpcError::new(INVALID_REQUEST, "`id` has to be a text or a number")));
        }
        if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return wrong("`jsonrpc` has to be \"2.0\"");
        }
        let Some(Value::String(method)) = members.remove("method") else {
            return wrong("`method` has to be a text");
        };
        match members.remove("params") {
            None => Ok(Self { id, method, params: json!({}) }),
            Some(params @ Value::Object(_)) => Ok(Self { id, method, params }),
            Some(_) => Err((told, RpcError::invalid_params("`params` has to be an object: they go by name"))),
        }
    }
}

/// An answer.
pub fn answer(id: &Value, outcome: Result<Value, RpcError>) -> Value {
    match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => {
            let mut told = json!({ "code": error.code, "message": error.message });
            if let Some(data) = error.data {
                told["data"] = data;
            }
            json!({ "jsonrpc": "2.0", "id": id, "error": told })
        }
    }
}

/// A message that nobody asked for at that moment.
pub fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}
