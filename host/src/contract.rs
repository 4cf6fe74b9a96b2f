//! Every function of the contract, written once.
//!
//! What the crate needs to know of a function stands in its entry here: its interface, the version of the contract that
//! brought it, its names, its parameters and its result, and how long it may take. The methods of everything that can be
//! called, the look-up of exports, and the functions by name that JSON-RPC offers, with their schemas, follow from it.
//!
//! # Adding a function
//!
//! 1. Add it to the contract's WIT; `cargo xtask build` copies the WIT to this crate. A new interface also gets a line in
//!    `wit/host.wit`.
//! 2. Add its entry below. Types that the contract gains get a Rust type in `types`, their conversion in `convert`, and a line
//!    in `wire` that says that they may cross.
//! 3. Give it words in the command line, where people shall use it.
//!
//! # An entry
//!
//! ```text
//! /// What it does, in a sentence or more.
//! pool provision Provision = "provision" (spec: &$a Spec) -> fallible Handle, since "0.1.0", within 60;
//! ```
//!
//! - `pool`: the scope; see [`Scope`](crate::Scope). All but `local` have the context as their first parameter.
//! - `provision`: the method's name, unique among all functions; with dashes, or in camelCase, it is the name for JSON-RPC.
//! - `Provision`: its case of [`Function`](crate::Function).
//! - `"provision"`: its name in the interface.
//! - Parameters as Rust callers give them. In JSON they are members of an object, in camelCase. Attributes are for serde.
//! - `fallible` where the contract says `result`, else `plain`.
//! - `within`: the seconds that it may take where the context has no deadline.

/// Calls a macro with all entries, written with the lifetime that parameters shall have.
macro_rules! functions {
    ($callback:ident, $a:lifetime) => {
        $callback! {
            $a;

            interface "provider" {
                /// What this provider is.
                local describe Describe = "describe" () -> plain Descriptor, since "0.1.0", within 30;

                /// Every remark on a pool's configuration, most serious first.
                local check_config CheckConfig = "check-config" (
                    #[serde(deserialize_with = "crate::types::json_text")]
                    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::types::json_text_schema"))]
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
        }
    };
}

pub(crate) use functions;
