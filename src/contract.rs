//! The contract's types, generated from `wit/`, under the names that the rest of the component uses.
//!
//! The records are the vocabulary of every room, so there is no second set of them and nothing to convert.

/// Generated code, the only place where `unsafe` is allowed.
#[allow(unsafe_code)]
#[allow(clippy::all, clippy::pedantic)]
#[rustfmt::skip]
mod generated {
    wit_bindgen::generate!({
        world: "daytona-provider",
        path: "wit",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "crate::contract::generated",
    });
}

pub use generated::exports::rensei::sandbox::{lifecycle, provider, types};
#[cfg(target_arch = "wasm32")]
pub use generated::{export, wasi};
pub use types::{
    BillingModel, Capabilities, Context, Credential, Declaration, Descriptor, EgressDefault, Error, ErrorCode, Finding,
    Handle, IdleCostModel, Phase, Resources, Severity, Spec, State, Status, Termination, TransportModel,
};
