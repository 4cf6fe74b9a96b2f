//! Commands that are printed for the user to run. They have to work as they stand, so they carry every option that this
//! command was given and the next one needs.

use std::path::Path;

use sandbox_host::{CallError, Retry};

use super::args::{Arguments, Global, Verb};
use super::exit::Exit;
use super::failure::Failure;
use super::input;

impl Failure {
    /// The user pressed the interrupt key.
    pub fn interrupted(arguments: &Arguments) -> Self {
        let failure = Self::new(Exit::Interrupted, "interrupted", "Interrupted.");
        match &arguments.verb {
            Verb::Provision(own) => {
                // It was read before, and could be read then.
                let session = input::spec(own).map_or_else(|_| "SESSION".to_owned(), |spec| spec.session_id);
                failure.locate_with(&arguments.global, &session)
            }
            _ => failure,
        }
    }

    /// Adds how to find a sandbox that exists, or may exist.
    pub fn locate_with(mut self, global: &Global, session: &str) -> Self {
        self.locate = Some(locate(global, session));
        self
    }

    /// A call for a session failed: tells how to find what it may have left.
    pub fn of_session(error: CallError, global: &Global, session: &str) -> Self {
        let is_ambiguous = error.retry() == Retry::OutcomeUnknown;
        let failure = Self::from(error);
        if is_ambiguous { failure.locate_with(global, session) } else { failure }
    }
}

/// The command that finds the sandbox of a session.
fn locate(global: &Global, session: &str) -> String {
    let Global { pool, pool_id, component, credential_file, deadline: _, ca_file, pass_env, policy, json: _ } = global;
    let mut words = vec!["sandbox-host locate --session".to_owned(), quoted(session)];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    let path = |path: &Path| path.display().to_string();
    for (name, file) in
        [("--pool", pool), ("--component", component), ("--credential-file", credential_file), ("--policy", policy)]
    {
        if let Some(file) = file {
            option(name, &path(file));
        }
    }
    if let Some(id) = pool_id {
        option("--pool-id", id);
    }
    for file in ca_file {
        option("--ca-file", &path(file));
    }
    for name in pass_env {
        option("--pass-env", name);
    }
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | '@' | '%' | '+');
    match !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{locate, quoted};
    use crate::args::Arguments;

    #[test]
    fn a_hint_carries_every_option_that_it_needs_and_no_other() {
        let words = [
            "sandbox-host",
            "provision",
            "--session",
            "a b",
            "--pool",
            "p.json",
            "--pool-id",
            "p-1",
            "--component",
            "c.wasm",
            "--credential-file",
            "key file.json",
            "--deadline",
            "5s",
            "--ca-file",
            "a.pem",
            "--ca-file",
            "b.pem",
            "--pass-env",
            "X",
            "--policy",
            "policy.toml",
            "--json",
        ];
        let arguments = Arguments::try_parse_from(words).unwrap();
        let hint = locate(&arguments.global, "a b");
        assert_eq!(
            hint,
            "sandbox-host locate --session 'a b' --pool p.json --component c.wasm --credential-file 'key file.json' \
             --policy policy.toml --pool-id p-1 --ca-file a.pem --ca-file b.pem --pass-env X"
        );
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!([quoted("it's"), quoted(""), quoted("-x"), quoted("a.b/c")], ["'it'\\''s'", "''", "'-x'", "a.b/c"]);
    }
}
