//! A sandbox provider for Daytona, as a WebAssembly component.
//!
//! Calls run downhill: this file takes the contract's types in and hands them out; a room per verb decides; `daytona`
//! speaks the wire; `http` carries one exchange. Nothing is kept between calls.

// Half of what std brings along is for printing panics, which nobody would see; see `runtime`.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(unsafe_code)]
// Natively there is no host to call, so what only the exports use is used by nothing outside the tests.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, unused_imports))]

extern crate alloc;

mod adopt;
mod calendar;
mod context;
mod contract;
mod credentials;
mod daytona;
mod deadline;
mod error;
mod extend;
mod handle;
mod http;
mod identity;
mod image;
mod inventory;
mod json;
mod keep_alive;
mod lifecycle;
mod locate;
mod lookup;
mod origins;
mod pairs;
mod pool;
mod prelude;
mod profile;
mod provision;
mod spec_check;
mod status;
mod terminate;
mod text;

#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(target_arch = "wasm32")]
mod runtime;

#[cfg(test)]
mod scenarios;
