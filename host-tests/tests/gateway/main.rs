//! The gateway as its operators and clients see it: composed with the provider, in an engine of `wasi:http`, against the fake
//! Daytona.

mod client;
mod http;
mod load;
mod restart;
mod session;
mod trust;
