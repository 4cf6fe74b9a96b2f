//! The contract's types as wasmtime's macro makes them from `wit/`.
//!
//! Only the types are used from here, at the boundary (`convert`). Functions are looked up by `exports`, one by one, so
//! that an interface beyond the core may be missing.

#![allow(missing_docs, clippy::all, dead_code, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "wit",
    world: "host",
    exports: { default: async },
});

pub(crate) use exports::rensei::sandbox::{diagnostics, inventory, process, snapshots, types};
