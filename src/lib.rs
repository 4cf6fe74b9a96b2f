//! A sandbox provider for Daytona, as a WebAssembly component.
//!
//! Calls run downhill: this file takes the contract's types in and hands them out; a room per verb decides; `daytona`
//! speaks the wire; `http` carries one exchange. Nothing is kept between calls.

#![deny(unsafe_code)]
// Natively there is no host to call, so what only the exports use is used by nothing outside the tests.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

mod context;
mod contract;
mod credentials;
mod daytona;
mod error;
mod handle;
mod http;
mod identity;
mod image;
mod json;
mod lifecycle;
mod locate;
mod lookup;
mod origins;
mod pool;
mod profile;
mod provision;
mod spec_check;
mod status;
mod terminate;

#[cfg(target_arch = "wasm32")]
mod exports;

#[cfg(test)]
mod scenarios;
