//! `sandbox-host serve` as a platform in another language uses it: the built program, line by line.

mod client;
mod diagnosis;
#[cfg(unix)]
mod endings;
mod messages;
#[cfg(unix)]
mod peers;
mod secrets;
mod session;
#[cfg(unix)]
mod socket;
