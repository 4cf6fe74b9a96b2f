//! The errors of JSON-RPC answers: their numbers, and how a failed call becomes one.

use sandbox_host::input::Mistake;
use sandbox_host::slot::SwapError;
use sandbox_host::{CallError, Retry};
use serde_json::{Value, json};

use crate::failure::Failure;

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

/// Numbers of failed calls that tell what may be done, from version 2 of the protocol on: clients exist that read nothing
/// else of an error. In version 1 these are [`PROVIDER_ERROR`] and [`HOST_ERROR`].
pub const NEVER_REPEAT: i32 = -32_010;
pub const REPEAT_LATER: i32 = -32_011;
pub const OUTCOME_UNKNOWN: i32 = -32_012;
pub const HOST_BUSY: i32 = -32_013;

/// The versions of the protocol that a client may ask for in `initialize`. Without it, it is the first.
pub const FIRST_PROTOCOL: u32 = 1;
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
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, retry: None, message: message.into(), data: None }
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
        let retry = match error.retry() {
            Retry::Never => NEVER_REPEAT,
            Retry::Later => REPEAT_LATER,
            Retry::OutcomeUnknown => OUTCOME_UNKNOWN,
            Retry::HostBusy => HOST_BUSY,
        };
        Self { code, retry: Some(retry), message: error.to_string(), data: Some(data(error.into())) }
    }
}

impl From<SwapError> for RpcError {
    fn from(error: SwapError) -> Self {
        let data = data(error.into());
        let message = data["message"].as_str().unwrap_or_default().to_owned();
        Self { code: SWAP_REFUSED, retry: None, message, data: Some(data) }
    }
}

/// A parameter is named with its path and type; the path is a member of `data` as well.
impl From<Mistake> for RpcError {
    fn from(mistake: Mistake) -> Self {
        let message = format!("the parameters do not fit the method: {mistake}; see docs/host-rpc.schema.json");
        Self::invalid_params(message).with_data(json!({ "path": mistake.path() }))
    }
}
