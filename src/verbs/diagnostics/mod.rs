//! Why something does not work, what became of a session, and how many more fit. Nothing here creates or changes anything.

mod check_spec;

use crate::contract::diagnostics::{CapacityReport, Explanation, HealthReport};
use crate::contract::{Context, ErrorCode, Finding, Handle, Spec};
use crate::error::Error;

pub use check_spec::check_spec;

pub fn health(_: Context) -> Result<HealthReport, Error> {
    Err(unfinished())
}

pub fn preflight(_: Context, _: Option<Spec>) -> Result<Vec<Finding>, Error> {
    Err(unfinished())
}

pub fn explain(_: Context, _: String, _: Option<Handle>) -> Result<Explanation, Error> {
    Err(unfinished())
}

pub fn capacity(_: Context) -> Result<CapacityReport, Error> {
    Err(unfinished())
}

fn unfinished() -> Error {
    Error::new(ErrorCode::Unsupported, "This version of the provider does not offer the function yet.")
        .rule("unfinished")
}
