//! What a provider may import.

/// The interfaces, without version: any 0.2 of them.
pub(crate) const ALLOWED_IMPORTS: [&str; 7] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/monotonic-clock",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
    "wasi:cli/environment",
];

/// The track of WASI versions that is linked.
const TRACK: &str = "0.2.";

/// Whether a component may import this interface, written `package:name/interface@version`.
pub(crate) fn allowed(import: &str) -> bool {
    import.split_once('@').is_some_and(|(name, version)| ALLOWED_IMPORTS.contains(&name) && version.starts_with(TRACK))
}
