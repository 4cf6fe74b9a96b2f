//! The contract's types and the host's functions, generated from `wit/`.

/// Generated code: here and where its symbols are exported, `unsafe` is allowed.
#[allow(unsafe_code, clippy::all, clippy::pedantic, reason = "generated code")]
#[rustfmt::skip]
pub mod generated {
    wit_bindgen::generate!({
        world: "daytona-provider",
        path: "../../../wit",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "crate::contract::generated",
    });
}

pub use generated::exports::rensei::sandbox::{diagnostics, inventory, lifecycle, process, provider, snapshots, types};
pub use generated::wasi;
