//! How errors are made: one builder around the contract's own record.

use std::ops::{Deref, DerefMut};

use crate::contract::{ErrorCode, ErrorRecord};
use crate::http::secret::Secret;
use crate::pairs;

/// A failure. Behind one pointer, because every result has room for one and almost none carries one.
#[derive(Debug)]
pub struct Error(Box<ErrorRecord>);

impl Deref for Error {
    type Target = ErrorRecord;

    fn deref(&self) -> &ErrorRecord {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut ErrorRecord {
        &mut self.0
    }
}

impl From<Error> for ErrorRecord {
    fn from(error: Error) -> Self {
        *error.0
    }
}

impl Error {
    /// An error that is final, applied nothing and has no details yet.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::with_message(code, message.into())
    }

    // Errors are built in a hundred places, and rarely: cold functions keep the code of all of them small.
    #[cold]
    fn with_message(code: ErrorCode, message: String) -> Self {
        Self(Box::new(ErrorRecord {
            code,
            message,
            retryable: false,
            retry_after_ms: None,
            maybe_applied: false,
            http_status: None,
            details: Vec::new(),
        }))
    }

    /// The configuration, the credential's URL or the handle's origin is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidConfig, message)
    }

    /// The specification or the handle is wrong.
    pub fn spec(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidSpec, message)
    }

    /// The same call may succeed later without anybody changing anything.
    #[cold]
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// What was asked for may exist all the same.
    #[cold]
    pub fn maybe_applied(mut self, maybe: bool) -> Self {
        self.maybe_applied = maybe;
        self
    }

    /// Adds or replaces a detail; the keys are listed in the contract.
    #[cold]
    pub fn detail(mut self, key: &str, value: &str) -> Self {
        pairs::set(&mut self.details, key, value.to_owned());
        self
    }

    /// The specification or the handle is wrong, in one or several ways.
    #[cold]
    pub fn wrong(what: &str, problems: Vec<(String, String)>) -> Self {
        let told: Vec<&str> = problems.iter().map(|(_, problem)| problem.as_str()).collect();
        Self::spec(format!("{what}: {}.", told.join("; "))).problems(problems)
    }

    /// Tells all that is wrong with the caller's input: the first problem as others tell their only one, each of several once
    /// more for programs.
    #[cold]
    pub fn problems(mut self, problems: Vec<(String, String)>) -> Self {
        self = self.detail("problems", &problems.len().to_string());
        let several = problems.len() > 1;
        for (number, (path, problem)) in (1..).zip(problems) {
            if number == 1 {
                self = self.detail("path", &path);
            }
            if several {
                self = self.detail(&format!("path-{number}"), &path).detail(&format!("problem-{number}"), &problem);
            }
        }
        self
    }

    /// Names the rule that classified it.
    #[cold]
    pub fn rule(self, id: &str) -> Self {
        self.detail("rule", id)
    }

    /// Tells a person what to do.
    #[cold]
    pub fn remedy(self, text: &str) -> Self {
        self.detail("remedy", text)
    }

    /// The same without a key, wherever in the input that stood.
    #[cold]
    pub fn without(mut self, secret: &Secret) -> Self {
        self.message = secret.redact_input(&self.message);
        for (_, value) in &mut self.details {
            *value = secret.redact_input(value);
        }
        self
    }

    /// A detail's value.
    pub fn get(&self, key: &str) -> Option<&str> {
        pairs::get(&self.0.details, key)
    }
}
