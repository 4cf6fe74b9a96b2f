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
    Arguments::try_parse_from(&typed).map_err(|error| told(error, &typed, json))
}

fn told(error: clap::Error, typed: &[OsString], json: bool) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match out::print(error.render().to_string()) {
            Ok(()) => Exit::Ok.into(),
            Err(failure) => failure.report(false),
        };
    }
    let command = command(typed);
    let has_values = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let tip = tip(&error, &command);
    let text = if has_values { without_values(error, command) } else { error }.render().to_string();
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

/// The command that was typed, as far as there is one.
fn command(typed: &[OsString]) -> clap::Command {
    let mut command = Arguments::command();
    // Gives each command its full name.
    command.build();
    for word in typed.iter().take_while(|word| *word != "--") {
        if let Some(found) = command.find_subcommand(word) {
            command = found.clone();
        }
    }
    command
}

/// What somebody probably meant who typed something that does not exist.
fn tip(error: &clap::Error, command: &clap::Command) -> Option<String> {
    let typed = |kind| match error.get(kind) {
        Some(ContextValue::String(typed)) => Some(typed.as_str()),
        _ => None,
    };
    if error.kind() == ErrorKind::InvalidSubcommand {
        if typed(ContextKind::InvalidSubcommand) == Some("check-spec") {
            return Some("`sandbox-host doctor --spec FILE` checks a specification".to_owned());
        }
        let names = command.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help");
        let names: Vec<&str> = names.collect();
        let is_similar = error.get(ContextKind::SuggestedSubcommand).is_some();
        return (!is_similar).then(|| format!("there are {}", names.join(", ")));
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let takes = |name: &str| command.get_arguments().any(|known| known.get_long() == Some(name));
    let positionals: Vec<&str> =
        command.get_positionals().filter(|known| !known.is_last_set()).map(|known| known.get_id().as_str()).collect();
    let tip = match typed(ContextKind::InvalidArg)? {
        "--session" if ["doctor", "health", "capacity"].contains(&command.get_name()) => {
            "`sandbox-host explain --session ID` finds out what became of one session"
        }
        "--session" if command.get_name() == "prepare" => {
            "a snapshot is of no session: its NAME stands without an option"
        }
        "--session" => {
            "`sandbox-host locate --session ID --handle-out FILE` writes the session's handle, which names its sandbox"
        }
        "--spec" => "`sandbox-host doctor --spec FILE` checks a specification",
        "--name" if !positionals.is_empty() => "the NAME stands without an option",
        word if word.starts_with('-') => return None,
        _ if command.get_positionals().any(clap::Arg::is_last_set) => {
            "every value has an option before it, for example --session ID or --handle FILE; the command that shall run comes last, after --"
        }
        _ if !positionals.is_empty() => {
            "one NAME stands without an option; every other value has an option before it, for example --handle FILE"
        }
        _ if takes("id") => {
            "every value has an option before it: a process is named with --id ID, a sandbox with --handle FILE"
        }
        _ => "every value has an option before it, for example --session ID, --pool FILE or --handle FILE",
    };
    Some(tip.to_owned())
}

/// The same error, with `…` for values that may be secrets, and without what is hardly meant.
fn without_values(error: clap::Error, command: clap::Command) -> clap::Error {
    let hides_all = matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue);
    // The words of a value's own parser are fixed texts; they are the error's source, which does not come along.
    if let Some(source) = std::error::Error::source(&error).filter(|_| error.kind() == ErrorKind::ValueValidation) {
        let about = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
        let mut command = command;
        return command.error(ErrorKind::ValueValidation, format!("the value of '{about}' is wrong: {source}"));
    }
    let is_far = is_far(&error);
    let usage = command.clone().render_usage();
    let mut shown = clap::Error::new(error.kind()).with_cmd(&command);
    for (kind, value) in error.context() {
        // After `--` comes the launch command, so that nothing else can be passed there as the parser would have it.
        if kind == ContextKind::Suggested && error.kind() == ErrorKind::UnknownArgument {
            continue;
        }
        let value = match (kind, value) {
            (ContextKind::SuggestedArg, _) if is_far => continue,
            // It names the option that is far.
            (ContextKind::Usage, _) if is_far => ContextValue::StyledStr(usage.clone()),
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
    shown
}

/// Whether the option that the parser takes for similar begins otherwise: `--ca-file` for `--tail`.
fn is_far(error: &clap::Error) -> bool {
    let first = |kind| match error.get(kind)? {
        ContextValue::String(name) => name.trim_start_matches('-').chars().next(),
        _ => None,
    };
    error.get(ContextKind::SuggestedArg).is_some() && first(ContextKind::SuggestedArg) != first(ContextKind::InvalidArg)
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
