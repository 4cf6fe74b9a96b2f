//! What a runner saw of a case: the answers, and the requests that arrived.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One case in one host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transcript {
    /// The case's name.
    pub case: String,
    /// Whether time is virtual, so that what a call takes is exact.
    #[serde(default)]
    pub virtual_time: bool,
    /// Why the case could not be run, for people. A case that could not run is a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// One for each step.
    #[serde(default)]
    pub steps: Vec<Seen>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    /// What it came to.
    pub answer: Answer,
    /// What arrived at the server, in order.
    #[serde(default)]
    pub requests: Vec<Arrived>,
    /// Milliseconds that the call took.
    pub took_ms: u64,
}

/// What a call came to. The server's origin stands in it as `${origin}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The function's value.
    Result(Value),
    /// The contract's error.
    Error(Value),
    /// A trap, a limit of the host, no such function: no answer of the provider at all.
    Failed(String),
}

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Arrived {
    /// As sent.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// By lower-case name; of several with one name the last.
    pub headers: BTreeMap<String, String>,
    /// The body; bytes that are no UTF-8 are replaced.
    pub body: String,
}
