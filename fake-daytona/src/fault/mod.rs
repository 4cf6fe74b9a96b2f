//! Faults: what can be made to happen to single requests, by script or by chance.
//!
//! [`Verdict`] says what happens to one request, [`Matcher`] which requests it applies to, and a [`Storm`] draws verdicts
//! by chance, the same ones in every run with the same seed. All of it works where the router is called as a service
//! and on a socket alike.

mod kind;
mod matcher;
pub(crate) mod rewrite;
pub(crate) mod script;
mod storm;
mod verdict;

pub use kind::{FaultKind, UnknownFault};
pub use matcher::Matcher;
pub use rewrite::Rewrite;
pub use storm::Storm;
pub use verdict::Verdict;
