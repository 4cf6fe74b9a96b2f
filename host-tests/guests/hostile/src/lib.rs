//! A provider that means harm. It implements the whole contract and does, in the function that it is told to, what a
//! broken or malicious component could do: see [`orders::Orders`] for how it is told, and `attack` for what it can.
//!
//! Left alone it is as harmless as it is useless: every function succeeds.

#![cfg(target_arch = "wasm32")]
#![deny(unsafe_code)]

mod attack;
mod contract;
mod exports;
mod network;
mod orders;
