//! Parameters and results of the server's own methods; the contract's functions have theirs in the library.

use std::path::PathBuf;

use sandbox_host::Descriptor;
use sandbox_host::re_exports::schemars::{self, JsonSchema};
use sandbox_host::slot::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Parameters of methods that take none.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What a client says of itself, before anything else.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Initialize {
    /// The last version of the protocol that the client speaks: 1 or later. Version 2 has error codes that tell what may be
    /// done.
    pub protocol_version: u32,
    /// The client's name and version, for people.
    #[serde(default)]
    #[allow(dead_code, reason = "it is checked on reading, and is for people who look at the messages")]
    pub client: Option<Program>,
}

/// A program, by name and version.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What a server is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Initialized {
    /// The version of the protocol that is spoken from now on: not later than what the client asked for.
    pub protocol_version: u32,
    /// The server's program.
    pub host: Program,
    /// The provider that serves.
    pub manifest: Provided,
    /// What a client may send.
    pub limits: Limits,
}

/// A provider.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Provided {
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// SHA-256 of the component, lower-case hex.
    pub sha256: String,
    /// The functions that it has, by their names as methods.
    pub functions: Vec<String>,
}

/// What a client may send.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Bytes of one message.
    pub message_bytes: usize,
    /// Values in the parameters of one message.
    pub message_values: usize,
    /// Messages of this client that may be worked on at once; also of one batch.
    pub messages_at_once: usize,
    /// Bytes of all of them.
    pub bytes_at_once: usize,
    /// Calls of all clients that may run at once.
    pub concurrent_calls: u32,
}

/// Which component to bring in: `file` or `component`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["file"] }, { "required": ["component"] }]))]
pub struct Swap {
    /// Path of a component, read by the server; its signature beside it, with .sig at the end.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// A component in base64. Over a socket only where the policy has trusted-keys.
    #[serde(default)]
    pub component: Option<String>,
    /// What the bytes have to have, in hex.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Ed25519 signature of the component's bytes, in hex.
    #[serde(default)]
    pub signature: Option<String>,
}

/// What a swap did.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Switched {
    /// What served before.
    pub from: Version,
    /// What serves now; the same as `from` when the bytes were the same.
    pub to: Version,
    /// Names of capabilities that the two declare differently.
    pub changed_capabilities: Vec<String>,
}

/// Which request to cancel.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "the id is compared as it was written; this is its schema")]
pub struct Cancel {
    /// A text or a number.
    #[schemars(extend("type" = ["string", "number"]))]
    pub id: Value,
}

/// Whether a server takes requests.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Readiness {
    Serving,
    Stopping,
}

/// How a server is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether it takes requests.
    pub status: Readiness,
    /// What serves.
    pub active: Version,
    /// Calls that are running on it.
    pub in_flight: usize,
    /// Replaced versions that still have calls.
    pub draining: Vec<Draining>,
    /// Warm instances that wait for a call; 0 where the policy has none.
    pub waiting_instances: usize,
    /// Whether `rollback` has something to go back to.
    pub can_roll_back: bool,
    /// Milliseconds since the server began.
    pub uptime_ms: u64,
}

/// A replaced version that still has calls.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Draining {
    /// Which.
    pub version: Version,
    /// How many calls.
    pub calls: usize,
}
