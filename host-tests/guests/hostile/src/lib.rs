//! A hostile provider. It implements the whole contract and does, in the function that its orders name, what a broken or
//! malicious component could do: see [`orders::Orders`] for the form of the orders, and `attack` for the attacks.
//!
//! Without orders it is harmless: every function succeeds.

#![cfg(target_arch = "wasm32")]
#![deny(unsafe_code)]

mod attack;
mod contract;
mod diagnostics;
mod exports;
#[allow(dead_code, reason = "a hostile guest breaks off where others read on")]
#[path = "../../shared/http.rs"]
mod http;
mod network;
mod orders;
mod process;
mod snapshots;
#[path = "../../shared/values.rs"]
mod values;
