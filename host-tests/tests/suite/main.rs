//! The component as a platform meets it: in wasmtime, through the reference host, over a scripted network or a stateful
//! Daytona, in virtual time.
//!
//! What can be said as data is a case of the conformance suite (`host-tests/conformance`), which runs in every host; here is
//! what needs this one.
//!
//! What a unit test beside the code proves in detail is proven here once per family, through the real component.

mod budgets;
mod contract;
mod counts;
mod credentials;
mod diagnosis;
mod ending;
mod errors;
mod faults;
mod golden;
mod older_host;
mod processes;
mod provisioning;
mod releases;
mod secrets;
mod snapshots;
mod stateful;
mod wire;
mod wit;
