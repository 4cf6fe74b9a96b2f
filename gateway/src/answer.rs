//! Answers of the gateway. An error is the same JSON everywhere, the one of JSON-RPC, so that a client reads one shape only.

use sandbox_contract::rpc::{HOST_ERROR, Id, RpcError, answer};
use serde_json::{Value, json};

/// An answer over HTTP.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers beside those that every answer has.
    pub headers: Vec<(&'static str, &'static str)>,
    /// JSON, or nothing.
    pub body: String,
}

impl Answer {
    /// JSON with a status.
    pub fn json(status: u16, body: String) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// For notifications, which nobody answers.
    pub fn empty() -> Self {
        Self::json(204, String::new())
    }

    /// A refusal; `retry` is the number that tells what may be done.
    pub fn refusal(status: u16, code: &str, message: &str, retry: i32) -> Self {
        let error = refusal(code, message, retry);
        Self::json(status, answer(&Id::null(), Err(error)))
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A refusal of the gateway itself: a word for programs, words for people, and the number that tells what may be done.
pub fn refusal(code: &str, message: &str, retry: i32) -> RpcError {
    let data: Value = json!({ "code": code, "message": message });
    RpcError::new(HOST_ERROR, message).with_retry(retry).with_data(data)
}
