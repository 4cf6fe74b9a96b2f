//! A sandbox provider for Daytona, as a WebAssembly component.
//!
//! Calls run downhill: `exports` takes the contract's types in and hands them out; a module of `verbs` decides, with what
//! `pool` says of the configuration and `sandbox` of the sandbox; `daytona` speaks the wire; `http` carries one exchange.
//! Nothing is kept between calls.

#![deny(unsafe_code)]
// A trap would lose what the call has done already, so no input may reach a panic.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)
)]
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, unused_imports, reason = "natively nothing but the tests uses what the exports use")
)]

mod contract;
mod daytona;
mod digits;
mod error;
mod http;
mod json;
mod moment;
mod pairs;
mod pool;
mod sandbox;
mod verbs;

#[cfg(target_arch = "wasm32")]
mod exports;
