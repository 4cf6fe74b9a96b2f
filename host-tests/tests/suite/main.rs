//! The component as a platform meets it: in wasmtime, through the reference host, over a scripted network or a stateful
//! Daytona, in virtual time.
//!
//! What a unit test beside the code proves in detail is proven here once per family, through the real component.

mod budgets;
mod configuration;
mod contract;
mod counts;
mod credentials;
mod ending;
mod errors;
mod faults;
mod golden;
mod provisioning;
mod releases;
mod secrets;
mod stateful;
mod states;
mod wire;
mod wit;
