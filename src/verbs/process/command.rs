//! What a command asks for, checked before anything is sent.

use crate::contract::process::Command;
use crate::error::Error;
use crate::http::secret::Secret;
use crate::sandbox::shell::{Flaw, Program};
use crate::verbs::call::key_in_id;

/// How much of each stream is kept, in bytes.
pub struct Limit {
    pub default: u32,
    pub max: u32,
}

/// A command that can be started.
pub struct Checked<'a> {
    pub program: Program<'a>,
    /// Milliseconds.
    pub timeout_ms: Option<u32>,
    /// Bytes.
    pub limit: u32,
}

/// Refuses what cannot work, with all problems at once.
pub fn check<'a>(
    command: &'a Command,
    limit: &Limit,
    max_timeout_ms: u32,
    secret: &Secret,
) -> Result<Checked<'a>, Error> {
    let program = Program { argv: &command.argv, env: &command.env, directory: command.working_directory.as_deref() };
    let mut flaws = program.flaws();
    for (path, number, max) in
        [("timeout-ms", command.timeout_ms, max_timeout_ms), ("max-output-bytes", command.max_output_bytes, limit.max)]
    {
        match number {
            Some(0) => flaws.push(flaw("zero", path, "is 0; leave it out for the default".to_owned())),
            Some(number) if number > max => {
                flaws.push(flaw("out-of-range", path, format!("is {number}, more than {max}")));
            }
            _ => {}
        }
    }
    let texts = command.argv.iter().chain(&command.working_directory);
    let pairs = command.env.iter().flat_map(|(name, value)| [name, value]);
    if texts.chain(pairs).any(|text| secret.occurs_in(text)) {
        let problem = "contains the API key of this call, which must not get into a sandbox".to_owned();
        flaws.push(flaw("key-in-spec", "argv", problem));
    }
    match refusal(&flaws) {
        Some(error) => Err(error),
        None => Ok(Checked {
            program,
            timeout_ms: command.timeout_ms,
            limit: command.max_output_bytes.unwrap_or(limit.default),
        }),
    }
}

/// Checks an id of the caller's.
pub fn check_id(path: &str, id: &str, secret: &Secret) -> Result<(), Error> {
    const MAX_ID: usize = 255;
    if secret.occurs_in(id) {
        return Err(key_in_id(path));
    }
    if (1..=MAX_ID).contains(&id.len()) {
        return Ok(());
    }
    let message = format!("{path} has {} bytes; an id has 1 to {MAX_ID}.", id.len());
    Err(Error::spec(message).rule("process-id").detail("path", path).remedy("Name the process as launch named it."))
}

fn flaw(rule: &'static str, path: &str, problem: String) -> Flaw {
    Flaw { rule, path: path.to_owned(), problem }
}

fn refusal(flaws: &[Flaw]) -> Option<Error> {
    let first = flaws.first()?;
    let told = flaws.iter().map(|flaw| {
        let path = format!("command.{}", flaw.path);
        let problem = format!("{path} {}", flaw.problem);
        (path, problem)
    });
    let error = Error::wrong("The command cannot be run", told.collect());
    Some(error.rule(first.rule).remedy("Correct the command. Nothing was run."))
}
