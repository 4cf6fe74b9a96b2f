//! A command line that is wrong. The parser's words repeat what was typed, and what was typed into the wrong place may be a
//! key.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use super::args::Arguments;
use super::exit::Exit;
use super::failure::Failure;
use super::out;

/// Reads the arguments, or tells what is wrong with them and returns the exit code.
pub fn arguments() -> Result<Arguments, ExitCode> {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let json = typed.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    Arguments::try_parse_from(&typed).map_err(|error| told(error, json))
}

fn told(error: clap::Error, json: bool) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match out::print(error.render().to_string()) {
            Ok(()) => Exit::Ok.into(),
            Err(failure) => failure.report(false),
        };
    }
    let has_values = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let tip = tip(&error);
    let text = if has_values { without_values(error) } else { error }.render().to_string();
    let text = match tip {
        Some(tip) => text.replacen("\n\nUsage:", &format!("\n\n  tip: {tip}\n\nUsage:"), 1),
        None => text,
    };
    if json {
        let (message, remedy) = text.split_once("\n\n").unwrap_or((&text, ""));
        let failure = Failure::usage(message.trim_start_matches("error: ").trim());
        return failure.remedy(remedy.trim().replace("\n\n", "\n")).report(true);
    }
    out::note(text);
    Exit::Usage.into()
}

/// What somebody probably meant who typed something that does not exist.
fn tip(error: &clap::Error) -> Option<&'static str> {
    let ContextValue::String(typed) = error.get(ContextKind::InvalidArg)? else { return None };
    match (error.kind(), typed.as_str()) {
        (ErrorKind::UnknownArgument, "--session") => Some(
            "`sandbox-host locate --session ID --handle-out FILE` writes the session's handle, which names its sandbox",
        ),
        (ErrorKind::UnknownArgument, word) if !word.starts_with('-') => {
            let is_provision = std::env::args_os().any(|word| word == "provision");
            Some(match is_provision {
                true => {
                    "every value has an option before it, for example --session ID; the launch command comes last, after --"
                }
                false => "every value has an option before it, for example --session ID, --pool FILE or --handle FILE",
            })
        }
        _ => None,
    }
}

/// The same error, with `…` for values that may be secrets.
fn without_values(error: clap::Error) -> clap::Error {
    let mut shown = clap::Error::new(error.kind()).with_cmd(&Arguments::command());
    let hides_all = matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue);
    for (kind, value) in error.context() {
        // After `--` comes the launch command, so that nothing else can be passed there as the parser would have it.
        if kind == ContextKind::Suggested && error.kind() == ErrorKind::UnknownArgument {
            continue;
        }
        let value = match (kind, value) {
            (ContextKind::InvalidValue, ContextValue::String(text)) if hides_all && !text.is_empty() => {
                ContextValue::String("…".to_owned())
            }
            (
                ContextKind::InvalidArg | ContextKind::InvalidSubcommand | ContextKind::InvalidValue,
                ContextValue::String(text),
            ) => ContextValue::String(word(text)),
            (_, value) => value.clone(),
        };
        shown.insert(kind, value);
    }
    // The words of a value's own parser are fixed texts; they are the error's source, which does not come along.
    match std::error::Error::source(&error) {
        Some(source) if error.kind() == ErrorKind::ValueValidation => {
            let about = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
            Arguments::command().error(ErrorKind::ValueValidation, format!("the value of '{about}' is wrong: {source}"))
        }
        _ => shown,
    }
}

/// What was typed, as far as it can be shown: options by their names, and words that are too short or too plain to be a key.
fn word(text: &str) -> String {
    const SHORT: usize = 8;
    const LONG: usize = 24;
    // What the definition itself says, such as `--env <NAME=VALUE>`.
    if text.starts_with('<') || text.contains(" <") {
        return text.to_owned();
    }
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = name.len() <= LONG
        && digits <= 2
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    match (is_plain || name.len() < SHORT, value) {
        (true, None) => name.to_owned(),
        (true, Some(_)) => format!("{name}=…"),
        (false, _) => "…".to_owned(),
    }
}
