//! Changing the labels of a sandbox.
//!
//! They are replaced all at once and there is no precondition, so of two writers at the same time one is lost without a
//! trace. Where much may have happened since they were seen, they are read again directly before.

use super::call::Call;
use super::target::Target;
use crate::daytona::{Dialect, Rejection, Sandbox};
use crate::http::Transport;
use crate::pairs;
use crate::sandbox::labels;

/// Takes some labels off a sandbox and puts one on. Nothing is sent where nothing changes.
pub fn relabel<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    without: &[&str],
    with: Option<(&str, &str)>,
) -> Result<(), Rejection> {
    relabel_with(call, target, dialect, sandbox, without, with, None)
}

/// The same with one more label, which is put on although nothing else changes; it has to be among those that are taken
/// off.
pub fn relabel_with<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    dialect: Dialect,
    sandbox: &Sandbox,
    without: &[&str],
    with: Option<(&str, &str)>,
    more: Option<(&str, &str)>,
) -> Result<(), Rejection> {
    let mut new = labels::changed(&sandbox.labels, without, with);
    if let Some(more) = more {
        new.get_or_insert_with(|| pairs::borrowed(&sandbox.labels).collect()).push(more);
    }
    match new {
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
