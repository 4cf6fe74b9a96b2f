//! Faults: what can be made to happen to single requests, by script or by chance.
//!
//! [`RequestAction`] says what happens to one request, [`Matcher`] which requests it applies to, and [`RandomFaults`] draw actions
//! by chance, the same ones in every run with the same seed. All of it works where the router is called as a service
//! and on a socket alike.

mod action;
mod kind;
mod matcher;
mod random;
pub(crate) mod rewrite;
pub(crate) mod script;

pub use action::RequestAction;
pub use kind::{FaultKind, UnknownFault};
pub use matcher::Matcher;
pub use random::RandomFaults;
pub use rewrite::Rewrite;
