//! What failed, as an error of JSON-RPC.

use sandbox_contract::rpc::{
    HOST_BUSY, HOST_ERROR, NEVER_REPEAT, OUTCOME_UNKNOWN, REPEAT_LATER, RpcError, SWAP_REFUSED,
};
use sandbox_host::slot::SwapError;
use sandbox_host::{CallError, Retry};
use serde_json::Value;

use crate::failure::Failure;

/// The command line's own shape of an error, so that there is one; its exit code means nothing here.
fn data(failure: Failure) -> Value {
    let mut data = failure.to_json()["error"].take();
    if let Some(data) = data.as_object_mut() {
        data.remove("exitCode");
    }
    data
}

/// A call failed.
pub fn call(error: CallError) -> RpcError {
    let error = match error {
        CallError::Provider(error) => return error.into(),
        error => error,
    };
    let retry = match error.retry() {
        Retry::Never => NEVER_REPEAT,
        Retry::Later => REPEAT_LATER,
        Retry::OutcomeUnknown => OUTCOME_UNKNOWN,
        Retry::HostBusy => HOST_BUSY,
    };
    RpcError::new(HOST_ERROR, error.to_string()).with_retry(retry).with_data(data(error.into()))
}

/// A component was refused.
pub fn swap(error: SwapError) -> RpcError {
    let data = data(error.into());
    let message = data["message"].as_str().unwrap_or_default().to_owned();
    RpcError::new(SWAP_REFUSED, message).with_data(data)
}
