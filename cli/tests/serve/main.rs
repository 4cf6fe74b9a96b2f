//! `sandbox-host serve` as a platform in another language uses it: the built program, line by line.

mod client;
mod messages;
#[cfg(unix)]
mod peers;
mod session;
#[cfg(unix)]
mod socket;
