//! The errors of answers: their numbers, and how a failed call becomes one.

use serde_json::{Value, json};

use crate::input::Mistake;
use crate::types::ProviderError;

/// No JSON. This and the next three are JSON-RPC's own.
pub const PARSE_ERROR: i32 = -32_700;
/// No message.
pub const INVALID_REQUEST: i32 = -32_600;
/// No such method.
pub const METHOD_NOT_FOUND: i32 = -32_601;
/// The parameters do not fit the method.
pub const INVALID_PARAMS: i32 = -32_602;
/// The provider failed a call.
pub const PROVIDER_ERROR: i32 = -32_000;
/// The host failed a call.
pub const HOST_ERROR: i32 = -32_001;
/// A component was refused.
pub const SWAP_REFUSED: i32 = -32_002;
/// The host is shutting down.
pub const SHUTTING_DOWN: i32 = -32_003;
/// The client has cancelled it; the number is the one of the Language Server Protocol.
pub const CANCELLED: i32 = -32_800;

// Numbers of failed calls that tell what may be done, from version 2 of the protocol on: clients exist that read nothing
// else of an error. In version 1 these are `PROVIDER_ERROR` and `HOST_ERROR`.

/// The same call will not succeed.
pub const NEVER_REPEAT: i32 = -32_010;
/// The same call may succeed later.
pub const REPEAT_LATER: i32 = -32_011;
/// What was asked for may exist all the same: look first.
pub const OUTCOME_UNKNOWN: i32 = -32_012;
/// The host has no room for the call just now.
pub const HOST_BUSY: i32 = -32_013;

/// The first version of the protocol: the one without `initialize`.
pub const FIRST_PROTOCOL: u32 = 1;
/// The last version of the protocol that a client may ask for.
pub const LAST_PROTOCOL: u32 = 2;

/// What goes into the member `error` of an answer.
#[derive(Debug)]
pub struct RpcError {
    code: i32,
    /// The number that tells what may be done, where it is a call that failed.
    retry: Option<i32>,
    message: String,
    data: Option<Value>,
}

impl RpcError {
    /// An error by its number and in words.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, retry: None, message: message.into(), data: None }
    }

    /// Adds the number that tells what may be done. From version 2 of the protocol on it takes the place of the other.
    pub fn with_retry(self, retry: i32) -> Self {
        Self { retry: Some(retry), ..self }
    }

    /// The error as a version of the protocol has it.
    pub fn in_protocol(mut self, version: u32) -> Self {
        if let Some(retry) = self.retry.filter(|_| version > FIRST_PROTOCOL) {
            self.code = retry;
        }
        self
    }

    /// Adds what a program can read.
    pub fn with_data(self, data: Value) -> Self {
        Self { data: Some(data), ..self }
    }

    /// The member `error` of an answer.
    pub fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(data) = &self.data {
            error["data"] = data.clone();
        }
        error
    }

    /// The parameters do not fit the method.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(INVALID_PARAMS, message)
    }
}

/// A call that the provider failed; `data` is its error, with the remedy beside the code.
impl From<ProviderError> for RpcError {
    fn from(error: ProviderError) -> Self {
        let retry = match (error.maybe_applied, error.retryable) {
            (true, _) => OUTCOME_UNKNOWN,
            (false, true) => REPEAT_LATER,
            (false, false) => NEVER_REPEAT,
        };
        let mut data = serde_json::to_value(&error).unwrap_or_default();
        if let Some(remedy) = error.remedy() {
            data["remedy"] = remedy.into();
        }
        Self::new(PROVIDER_ERROR, error.to_string()).with_retry(retry).with_data(data)
    }
}

/// A parameter is named with its path and type; the path is a member of `data` as well.
impl From<Mistake> for RpcError {
    fn from(mistake: Mistake) -> Self {
        let message = format!("the parameters do not fit the method: {mistake}; see docs/host-rpc.schema.json");
        Self::invalid_params(message).with_data(json!({ "path": mistake.path() }))
    }
}
