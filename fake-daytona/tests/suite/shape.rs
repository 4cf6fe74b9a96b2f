//! The fields of a sandbox.

use serde_json::Value;

/// Fields of a 0.190 sandbox that are always there.
pub const ALWAYS: [&str; 25] = [
    "id",
    "organizationId",
    "name",
    "target",
    "user",
    "env",
    "cpu",
    "gpu",
    "memory",
    "disk",
    "public",
    "networkBlockAll",
    "labels",
    "volumes",
    "state",
    "desiredState",
    "recoverable",
    "backupState",
    "autoStopInterval",
    "autoArchiveInterval",
    "autoDeleteInterval",
    "sandboxClass",
    "createdAt",
    "updatedAt",
    "toolboxProxyUrl",
];

fn fields(body: &Value) -> Vec<String> {
    let mut names: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

/// The body has exactly these fields.
pub fn expect_fields(body: &Value, parts: &[&[&str]]) {
    let mut wanted: Vec<String> = parts.concat().iter().map(|name| (*name).to_owned()).collect();
    wanted.sort();
    assert_eq!(fields(body), wanted);
}
