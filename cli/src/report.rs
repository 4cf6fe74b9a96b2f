//! How a failed command ends: what is told, where, and with which exit code.

use std::process::ExitCode;

use super::exit::Exit;
use super::failure::Failure;
use super::out;
use super::style::Style;

impl Failure {
    /// Tells it, and returns the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        // Where results cannot be written, errors cannot either.
        if json && self.exit != Exit::Output && out::line(self.to_json()).is_ok() {
            return self.exit.into();
        }
        // Whoever closed standard output, as `head` does, has seen enough.
        if !self.is_unread || self.locate.is_some() {
            out::note(self.to_text(Style::stderr()));
        }
        self.exit.into()
    }
}
