//! The contract as the gateway imports it, and what it uses of WASI, generated from `wit/`.

#[allow(unsafe_code, clippy::all, clippy::pedantic, dead_code, reason = "generated code")]
#[rustfmt::skip]
pub mod generated {
    wit_bindgen::generate!({
        path: ["../wit", "wit"],
        world: "rensei:sandbox-gateway/gateway",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "crate::bindings::generated",
    });
}

/// What makes the gateway's handler an export; `unsafe` is allowed for its symbols.
#[allow(unsafe_code, reason = "generated code")]
mod exported {
    super::generated::export!(Gateway with_types_in super::generated);

    use crate::http::Gateway;
}

pub use generated::exports::wasi::http::incoming_handler;
pub use generated::rensei::sandbox::{diagnostics, inventory, lifecycle, process, provider, snapshots, types};
pub use generated::wasi;
