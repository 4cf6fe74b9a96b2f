//! Changing the labels of a sandbox.

use super::call::Call;
use super::target::Target;
use crate::daytona::{Dialect, Rejection, Sandbox};
use crate::http::Transport;
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
    match labels::changed(&sandbox.labels, without, with) {
        Some(labels) => call.client.set_labels(dialect, &target.id, &target.external_id, &labels),
        None => Ok(()),
    }
}
