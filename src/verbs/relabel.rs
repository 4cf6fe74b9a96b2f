//! Changing the labels of a sandbox.
//!
//! They are replaced all at once and there is no precondition, so of two writers at the same time one is lost without a
//! trace. Where much may have happened since they were seen, they are read again directly before.

use super::call::Call;
use super::target::Target;
use crate::daytona::{Dialect, Rejection, Sandbox};
use crate::http::Transport;
use crate::sandbox::labels;

/// Takes some labels off a sandbox and puts some on. Nothing is sent where nothing changes.
pub fn relabel<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    without: &[&str],
    with: &[(&str, &str)],
) -> Result<(), Rejection> {
    match labels::changed(&sandbox.labels, without, with) {
        Some(labels) => call.client.set_labels(dialect, &target.id, &target.external_id, &labels),
        None => Ok(()),
    }
}

/// The sandbox with the labels that it has now; none when it is gone.
pub fn reread<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
) -> Result<Option<Box<Sandbox>>, Rejection> {
    call.client.get(dialect, &target.id, &target.external_id)
}
