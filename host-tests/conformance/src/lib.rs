//! The conformance suite of the contract `rensei:sandbox`.
//!
//! Cases are data (`cases/`, `docs/conformance.md` describes the format). A runner plays one: it serves the replies, makes
//! the calls, and writes down what came of them and which requests arrived. The judge compares that transcript with what
//! the case expects, and the transcripts of several hosts with each other.
#![forbid(unsafe_code)]

pub mod data;
pub mod judge;
pub mod play;
pub mod report;
pub mod runner;
pub mod transcript;
