//! The contract's types and the host's functions, generated: the core interface, and what it needs of WASI.

/// Generated code: here and where its symbols are exported, `unsafe` is allowed.
#[allow(unsafe_code, clippy::all, clippy::pedantic, reason = "generated code")]
#[rustfmt::skip]
pub mod generated {
    wit_bindgen::generate!({
        inline: "package tiny:provider;
            world tiny {
                import wasi:clocks/monotonic-clock@0.2.0;
                import wasi:http/types@0.2.0;
                import wasi:http/outgoing-handler@0.2.0;
                include rensei:sandbox/sandbox-provider@0.1.1;
            }",
        path: "../../../wit",
        world: "tiny:provider/tiny",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "crate::contract::generated",
    });
}

pub use generated::exports::rensei::sandbox::provider;
pub use generated::exports::rensei::sandbox::types;
pub use generated::wasi;
