//! Everything that has to hold before a change goes in.

use crate::{Failure, component, conformance, interop, lint, test};

/// Runs it all; the first failure ends it.
pub fn ci() -> Result<(), Failure> {
    lint::lint()?;
    test::run()?;
    conformance::run(&[])?;
    interop::interop()?;
    component::compare()
}
