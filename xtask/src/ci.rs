//! Everything that has to hold before a change goes in.

use crate::{Failure, component, interop, lint, test};

/// Runs it all; the first failure ends it.
pub fn ci() -> Result<(), Failure> {
    lint::lint()?;
    test::run()?;
    interop::interop()?;
    component::compare()
}
