//! The contract's types, generated from `wit/`, under the names that the rest of the component uses.
//!
//! Every module uses these records, so there is no second set of them and nothing to convert.

/// Generated code: here and where its symbols are exported, `unsafe` is allowed.
#[allow(unsafe_code, clippy::all, clippy::pedantic, reason = "generated code")]
#[rustfmt::skip]
pub mod generated {
    wit_bindgen::generate!({
        world: "daytona-provider",
        path: "wit",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "crate::contract::generated",
    });
}

pub use generated::exports::rensei::sandbox::{diagnostics, inventory, process, snapshots, types};
#[cfg(target_arch = "wasm32")]
pub use generated::exports::rensei::sandbox::{lifecycle, provider};
#[cfg(target_arch = "wasm32")]
pub use generated::{export, wasi};
#[cfg(test)]
pub use types::Credential;
pub use types::{
    BillingModel, Capabilities, Context, Declaration, Descriptor, EgressDefault, Error as ErrorRecord, ErrorCode,
    Finding, Handle, IdleCostModel, Phase, Resources, Severity, Spec, State, Status, Termination, TransportModel,
};
