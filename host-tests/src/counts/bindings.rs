//! The contract's types and functions as wasmtime's macro makes them from `wit/`. The bench calls the component without
//! the host library, whose own work is none of the component's.

#![allow(clippy::all, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "../wit",
    inline: "
        package host:counts;

        world contract {
            include rensei:sandbox/sandbox-provider@0.1.1;
            export rensei:sandbox/lifecycle@0.1.1;
            export rensei:sandbox/inventory@0.1.1;
            export rensei:sandbox/diagnostics@0.1.1;
        }
    ",
    world: "host:counts/contract",
    exports: { default: async },
});

pub use exports::rensei::sandbox::{inventory, types};
