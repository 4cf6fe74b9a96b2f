//! Every function of the contract, written once.
//!
//! What the crate needs to know of a function stands in its entry here: its interface, the version of the contract that
//! brought it, its names, its parameters and its result, and how long it may take. The methods of everything that can be
//! called, the look-up of exports, and the functions by name that JSON-RPC offers, with their schemas, follow from it.
//!
//! # Adding a function
//!
//! 1. Add it to the contract's WIT; `cargo xtask build` copies the WIT to the host's crate. A new interface also gets a line in
//!    `host/wit/host.wit` and in `gateway/wit/gateway.wit`.
//! 2. Add its entry below. Types that the contract gains get a Rust type in `types`, their conversion in `convert`, and a
//!    line in the host's `wire` and in the gateway's `calls` that says that they may cross.
//! 3. Import it by its method's name in the gateway's `calls`.
//! 4. Give it words in the command line, where people shall use it.
//!
//! # An entry
//!
//! ```text
//! /// What it does, in a sentence or more.
//! pool provision Provision = "provision" (spec: &$a Spec) -> fallible Handle, since "0.1.0", within 60;
//! ```
//!
//! - `pool`: the scope; see [`Scope`](crate::function::Scope). All but `local` have the context as their first parameter.
//! - `provision`: the method's name, unique among all functions; with dashes, or in camelCase, it is the name for JSON-RPC.
//! - `Provision`: its case of [`Function`](crate::function::Function).
//! - `"provision"`: its name in the interface.
//! - Parameters as Rust callers give them. In JSON they are members of an object, in camelCase. Attributes are for serde.
//! - `fallible` where the contract says `result`, else `plain`.
//! - `within`: the seconds that it may take where the context has no deadline.

/// Calls a macro with all entries, written with the lifetime that parameters shall have. The crate that calls it knows this one as
/// `sandbox_contract`.
#[macro_export]
macro_rules! functions {
    ($callback:ident, $a:lifetime) => {
        $callback! {
            $a;

            interface "provider" {
                /// What this provider is.
                local describe Describe = "describe" () -> plain Descriptor, since "0.1.0", within 30;

                /// Every remark on a pool's configuration, most serious first.
                local check_config CheckConfig = "check-config" (
                    #[serde(deserialize_with = "sandbox_contract::types::json_text")]
                    #[cfg_attr(feature = "schema", schemars(schema_with = "sandbox_contract::types::json_text_schema"))]
                    config: &$a str
                ) -> plain Vec<Finding>, since "0.1.0", within 30;

                /// What a pool provides, with or without the pool's own declaration.
                local provides Provides = "provides" (
                    runtime_provides: Option<&$a Declaration>
                ) -> plain Declaration, since "0.1.0", within 30;

                /// The kinds of a demand that such a pool does not provide; empty: the pool is eligible.
                local unmet Unmet = "unmet" (
                    demand: &$a Declaration,
                    runtime_provides: Option<&$a Declaration>
                ) -> plain Vec<String>, since "0.1.0", within 30;

                /// Whom calls with this context and handle may contact.
                offline origins Origins = "origins" (
                    handle: Option<&$a Handle>
                ) -> fallible Vec<String>, since "0.1.0", within 30;

                /// Creates the sandbox of a session, without waiting until it runs.
                pool provision Provision = "provision" (
                    spec: &$a Spec
                ) -> fallible Handle, since "0.1.0", within 60;

                /// The handle of a session's sandbox, from the session's id alone; none where there is no sandbox.
                pool locate Locate = "locate" (
                    session_id: &$a str
                ) -> fallible Option<Handle>, since "0.1.0", within 30;

                /// The sandbox's state.
                handle status Status = "status" (handle: &$a Handle) -> fallible State, since "0.1.0", within 30;

                /// Ends a sandbox for good.
                handle terminate Terminate = "terminate" (
                    handle: &$a Handle
                ) -> fallible Termination, since "0.1.0", within 60;
            }

            interface "lifecycle" {
                /// Stops the sandbox and keeps its disk. Returns the state last seen.
                handle stop Stop = "stop" (handle: &$a Handle) -> fallible State, since "0.1.0", within 30;

                /// Starts the sandbox again. Returns the state last seen.
                handle start Start = "start" (handle: &$a Handle) -> fallible State, since "0.1.0", within 30;

                /// Moves the sandbox's disk to cheap storage. Returns the state last seen.
                handle archive Archive = "archive" (handle: &$a Handle) -> fallible State, since "0.1.0", within 30;

                /// Renews the sandbox's idle clock now, as far as the session's deadline lets it. Returns the state last seen.
                handle keep_alive KeepAlive = "keep-alive" (
                    handle: &$a Handle
                ) -> fallible State, since "0.1.0", within 30;

                /// Moves the session's deadline to that many seconds from now. Returns the state last seen.
                handle extend Extend = "extend" (
                    handle: &$a Handle,
                    seconds: u32
                ) -> fallible State, since "0.1.0", within 30;
            }

            interface "inventory" {
                /// One page of the pool's sandboxes; the first one without a cursor.
                pool list List = "list" (cursor: Option<&$a str>) -> fallible Page, since "0.1.0", within 30;

                /// Finds sandboxes whose session the platform does not know, and does with them what the mode allows.
                ///
                /// `known_sessions` are all sessions of the pool that may live. `known_as_of` is when they were read, RFC 3339
                /// by the vendor's clock: the `server_time` of a list from before they were read. A sandbox has to be
                /// `min_age_sec` seconds older than that before it can be an orphan.
                pool reconcile Reconcile = "reconcile" (
                    known_sessions: &$a [String],
                    known_as_of: &$a str,
                    min_age_sec: u32,
                    mode: Mode
                ) -> fallible Report, since "0.1.0", within 30;
            }

            interface "diagnostics" {
                /// Every remark on a session's specification in this pool; an error is what `provision` would refuse unsent.
                offline check_spec CheckSpec = "check-spec" (
                    spec: &$a Spec
                ) -> plain Vec<Finding>, since "0.1.1", within 60;

                /// Whether the pool can be used now, from one request.
                pool health Health = "health" () -> fallible HealthReport, since "0.1.1", within 30;

                /// Whether a provision would work, as far as it can be told without creating anything.
                pool preflight Preflight = "preflight" (
                    spec: Option<&$a Spec>
                ) -> fallible Vec<Finding>, since "0.1.1", within 30;

                /// What became of a session and what to do about it. Without a handle, what the vendor's API alone tells.
                pool explain Explain = "explain" (
                    session_id: &$a str,
                    handle: Option<&$a Handle>
                ) -> fallible Explanation, since "0.1.1", within 30;

                /// Sandboxes of the pool, and how many more fit where the key may see it.
                pool capacity Capacity = "capacity" () -> fallible CapacityReport, since "0.1.1", within 30;
            }

            interface "process" {
                /// Runs a command in the sandbox to its end. It is sent once, and not again once it may have begun.
                handle exec Exec = "exec" (
                    handle: &$a Handle,
                    command: &$a Command
                ) -> fallible Completion, since "0.1.1", within 60;

                /// Starts a command in the background and returns its id. With an id of the caller's, a repetition finds the
                /// one that runs instead of starting another.
                handle launch Launch = "launch" (
                    handle: &$a Handle,
                    command: &$a Command,
                    process_id: Option<&$a str>
                ) -> fallible String, since "0.1.1", within 30;

                /// Reads what a process wrote, from where a cursor says, and how it stands. Without an id: the session's
                /// launch command. `max_bytes` bounds both streams together.
                handle read Read = "read" (
                    handle: &$a Handle,
                    process_id: Option<&$a str>,
                    cursor: Option<&$a str>,
                    max_bytes: Option<u32>
                ) -> fallible Output, since "0.1.1", within 30;

                /// Ends a process and all that it started, and returns once it has ended.
                handle kill Kill = "kill" (
                    handle: &$a Handle,
                    process_id: &$a str
                ) -> fallible (), since "0.1.1", within 30;
            }

            interface "snapshots" {
                /// Makes a snapshot of a sandbox's file system, and waits until it is there.
                handle capture Capture = "capture" (
                    handle: &$a Handle,
                    name: &$a str
                ) -> fallible Snapshot, since "0.1.1", within 60;

                /// Registers what a provision of that specification would build, ahead of it. Poll `get-snapshot` until it is
                /// ready.
                pool prepare Prepare = "prepare" (
                    name: &$a str,
                    spec: &$a Spec
                ) -> fallible Snapshot, since "0.1.1", within 30;

                /// The snapshot of that name; none where there is none.
                pool get_snapshot GetSnapshot = "get" (
                    name: &$a str
                ) -> fallible Option<Snapshot>, since "0.1.1", within 30;

                /// One page of the pool's snapshots; the first one without a cursor.
                pool list_snapshots ListSnapshots = "list" (
                    cursor: Option<&$a str>
                ) -> fallible SnapshotPage, since "0.1.1", within 30;

                /// Makes an inactive snapshot usable again.
                pool activate_snapshot ActivateSnapshot = "activate" (
                    name: &$a str
                ) -> fallible Snapshot, since "0.1.1", within 30;

                /// Deletes a snapshot; sandboxes that began from it live on.
                pool delete_snapshot DeleteSnapshot = "delete" (
                    name: &$a str
                ) -> fallible Termination, since "0.1.1", within 60;
            }
        }
    };
}
