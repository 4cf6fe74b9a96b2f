//! What each version reads of the body of a create. Everything else it ignores without a word, and so does the fake;
//! but the fake can tell.
//!
//! From the published specifications of 0.100, 0.179, 0.190 and 0.205.1 and the clients of 0.231; what 0.105 reads is
//! concluded from its neighbours.

use crate::generation::Generation;
use crate::inspect::RecordedRequest;

/// What every `POST /workspace` reads, and every `POST /sandbox` but `image`.
const ALWAYS: [&str; 12] = [
    "user",
    "env",
    "labels",
    "public",
    "target",
    "cpu",
    "gpu",
    "memory",
    "disk",
    "autoStopInterval",
    "volumes",
    "buildInfo",
];

/// What `POST /sandbox` reads beyond that, and the version that began it.
const SANDBOX: [(&str, Generation); 17] = [
    ("snapshot", Generation::V0_105),
    ("autoArchiveInterval", Generation::V0_105),
    ("name", Generation::V0_179),
    ("autoDeleteInterval", Generation::V0_179),
    ("networkBlockAll", Generation::V0_179),
    ("networkAllowList", Generation::V0_179),
    ("domainAllowList", Generation::V0_190),
    ("gpuType", Generation::V0_190),
    ("linkedSandbox", Generation::V0_190),
    ("autoPauseInterval", Generation::V0_205),
    ("ttlMinutes", Generation::V0_205),
    ("outboundProxyUrl", Generation::V0_205),
    ("secrets", Generation::V0_205),
    ("spot", Generation::V0_205),
    ("otelEndpointOverride", Generation::V0_205),
    ("kvm", Generation::V0_231),
    ("queueTimeout", Generation::V0_231),
];

/// The keys of a create's body that this version ignores; `None` for other requests.
pub(crate) fn ignored(generation: Generation, request: &RecordedRequest) -> Vec<String> {
    let reads: fn(Generation, &str) -> bool = match (request.method.as_str(), request.route.as_str()) {
        ("POST", "/sandbox") if generation.has_sandbox() => of_sandbox,
        ("POST", "/workspace") if generation.has_workspace() => of_workspace,
        _ => return Vec::new(),
    };
    let body = request.json();
    let keys = body.as_object().into_iter().flat_map(|body| body.keys());
    keys.filter(|key| !reads(generation, key)).cloned().collect()
}

fn of_sandbox(generation: Generation, key: &str) -> bool {
    ALWAYS.contains(&key)
        || SANDBOX.iter().any(|(known, first)| *known == key && generation.since(*first))
        || (key == "class" && !generation.has_sandbox_class())
}

fn of_workspace(generation: Generation, key: &str) -> bool {
    match key {
        "image" => true,
        "command" => generation == Generation::Documented,
        "class" => generation != Generation::Documented,
        "autoArchiveInterval" => generation.has_sandbox(),
        "buildInfo" => generation != Generation::Documented,
        key => ALWAYS.contains(&key),
    }
}
