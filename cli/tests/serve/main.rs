//! `sandbox-host serve` as a platform in another language uses it: the built program, line by line.

mod client;
mod diagnosis;
#[cfg(unix)]
mod endings;
mod messages;
mod methods;
#[cfg(unix)]
mod peers;
#[path = "../planted/mod.rs"]
mod planted;
mod secrets;
mod session;
#[cfg(unix)]
mod socket;
