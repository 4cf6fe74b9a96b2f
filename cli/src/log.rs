//! Log lines of the library, on standard error: what was denied, and for a server what happens.

use tracing_subscriber::filter::LevelFilter;

use super::args::Verb;

/// Starts logging: warnings, and for a server what is worth knowing as well.
pub fn start(verb: &Verb) {
    let level = if matches!(verb, Verb::Serve(_)) { LevelFilter::INFO } else { LevelFilter::WARN };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| super::out::Log)
        .with_ansi(super::style::Style::stderr().is_live());
    // A subscriber that is there already stays.
    let _ = match verb {
        Verb::Serve(_) => log.try_init(),
        // The error itself is told by the command; a line before it needs neither time nor origin.
        _ => log.without_time().with_target(false).try_init(),
    };
}
