//! The npm package: generated from the contract, built from the component, packed.

pub mod bench;
mod conformance;
pub mod core_module;
mod engines;
pub mod generate;
pub mod interop;
pub mod pack;
