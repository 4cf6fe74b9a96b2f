//! A sandbox provider as an HTTP service: a component that imports the contract `rensei:sandbox` and exports
//! `wasi:http/incoming-handler`, so that every engine that serves components can serve a provider.
//!
//! A request comes in through `http`, `routes` decides who may ask what, `rpc` reads the messages, `calls` makes the calls, and
//! `settings` has what the operator allows: tokens and pools, from the environment. A message names a pool by its id and cannot
//! change whom a call reaches, because whoever may name the API's URL would receive the operator's key.
//!
//! Nothing is kept between requests.

#![deny(unsafe_code)]
// A trap would cost a client its answer, so no input may reach a panic.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)
)]
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "natively nothing but the tests uses what the component uses")
)]

mod answer;
mod context;
mod routes;
mod rpc;
mod settings;
mod token;

#[cfg(target_arch = "wasm32")]
mod bindings;
#[cfg(target_arch = "wasm32")]
mod calls;
#[cfg(target_arch = "wasm32")]
mod convert;
#[cfg(target_arch = "wasm32")]
mod http;
