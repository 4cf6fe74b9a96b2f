use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Pairs;
use super::context::millis;

/// What is run in a sandbox. A field that is not known is refused on reading, so that a misspelt one is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Command {
    /// The program and its arguments. No shell reads them.
    pub argv: Vec<String>,
    /// Variables beside those of the sandbox.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub env: Pairs,
    /// Where it runs. Absent: the image's own directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Milliseconds after which it and all that it started are ended; at least 1. Absent: for `exec` what the deadline
    /// leaves, for `launch` never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Bytes that are kept of each stream; what comes after them is thrown away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_bytes: Option<u32>,
    /// `exec-id`: an id of the caller's, by which a repetition finds the first one's result.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub extensions: Pairs,
}

impl Command {
    /// A command of these words, with nothing else.
    ///
    /// ```
    /// # use sandbox_contract::types as sandbox_host;
    /// use std::time::Duration;
    ///
    /// use sandbox_host::Command;
    ///
    /// let command = Command::new(["git", "status", "--short"])
    ///     .with_working_directory("/repo")
    ///     .with_env("LANG", "C")
    ///     .with_timeout(Duration::from_secs(20));
    /// assert_eq!(command.timeout_ms, Some(20_000));
    /// ```
    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Adds a variable.
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push(name, value);
        self
    }

    /// Sets where it runs.
    pub fn with_working_directory(mut self, directory: impl Into<String>) -> Self {
        self.working_directory = Some(directory.into());
        self
    }

    /// Bounds its time; shorter than a millisecond counts as one, longer than 49 days as 49 days.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(millis(timeout));
        self
    }

    /// Bounds the bytes that are kept of each stream.
    pub fn with_max_output_bytes(mut self, bytes: u32) -> Self {
        self.max_output_bytes = Some(bytes);
        self
    }

    /// Adds a key that the contract defines, such as `exec-id`.
    pub fn with_extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extensions.push(name, value);
        self
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// Its exit code: 128 and the number of the signal that ended it. Absent: ended by its timeout, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// Whether more was written than is told.
    pub truncated: bool,
    /// Keys that the contract defines: `streams`, `ended-by`, `process-id`.
    #[serde(default)]
    pub details: Pairs,
}

/// What a process wrote since the last read, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Where the next read goes on; none when the process has ended and all was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether it has ended.
    pub ended: bool,
    /// Its exit code, as in [`Completion`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Keys that the contract defines: `streams`, `truncated`, `ended-by`, `restarted`.
    #[serde(default)]
    pub details: Pairs,
}
