//! The contract `rensei:sandbox` for programs that speak it in JSON: its types, its functions as a table, readers that never repeat
//! what they read, and the messages of JSON-RPC 2.0.
//!
//! Two programs have it in common: the host, which calls a provider in an engine of its own, and the gateway, which is a
//! component beside a provider. So nothing here knows an engine, a socket or a clock, and it all compiles to WebAssembly.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod convert;
pub mod function;
mod functions;
pub mod input;
pub mod rpc;
pub mod types;
