//! `sandbox-host serve` as a platform in another language uses it: the built program, line by line.

mod client;
mod messages;
mod session;
#[cfg(unix)]
mod socket;
