//! A pool's configuration: its keys, their defaults, and every remark on it at once.
#![forbid(unsafe_code)]

mod config;
mod document;
mod finding;
mod reader;
mod rules;
mod unknown;

use crate::contract::{Finding, Severity};
use crate::json::{self, Members};
use config::KEYS;
use document::{Kind, Object, Value};
use finding::Findings;

pub use config::{DEFAULT_API_URL, DEFAULT_COMMAND, DEFAULT_DISK_GB, DEFAULT_IMAGE, Dialect, KeepAlive, Pool, SCHEMA};
pub use rules::is_daytona_v2;

/// Longest configuration that is read, in bytes.
const MAX_TEXT: usize = 256 * 1024;

/// Every remark on a configuration, most serious first.
pub fn check(config: &str) -> Vec<Finding> {
    read(config).1
}

/// The configuration, or every remark on it when at least one is an error.
pub fn load(config: &str) -> Result<Box<Pool>, Vec<Finding>> {
    let (pool, findings) = read(config);
    if findings.iter().any(|finding| finding.severity == Severity::Error) { Err(findings) } else { Ok(pool) }
}

fn read(config: &str) -> (Box<Pool>, Vec<Finding>) {
    let mut findings = Findings::new();
    let object = parse(config, &mut findings);
    let pool = rules::read(&object, &mut findings);
    unknown::report(&object, &KEYS, &mut findings);
    (pool, findings.finish())
}

/// The text as an object; an empty one where it is absent or unusable.
fn parse<'c>(config: &'c str, findings: &mut Findings) -> Object<'c> {
    let empty = Object::default();
    // Some editors begin a file with a byte order mark.
    let text = config.strip_prefix('\u{feff}').unwrap_or(config).trim_ascii();
    if text.is_empty() {
        return empty;
    }
    if config.len() > MAX_TEXT {
        let message = format!("The configuration has {} bytes, more than {MAX_TEXT}.", config.len());
        findings.error(
            "config-too-large",
            "$",
            message,
            "Check that this is a pool's configuration; one needs a few hundred bytes.",
        );
        return empty;
    }
    let read = within_depth(text).and_then(|()| match text.starts_with('{') {
        true => serde_json::from_str::<Members<'_>>(text).map(|members| Ok(Object::from(members))),
        false => serde_json::from_str(text).map(|value| Err(Value::of(value))),
    });
    match read {
        Ok(Ok(object)) => object,
        Ok(Err(value)) => match value.kind() {
            Kind::Null => empty,
            _ => {
                let message = format!("The configuration is {}, where an object belongs.", finding::describe(value));
                findings.error(
                    "not-an-object",
                    "$",
                    message,
                    "Write keys and values in braces, such as {\"diskGB\": 10}; {} means all defaults.",
                );
                empty
            }
        },
        Err(problem) => {
            let message = format!("The configuration cannot be read: {}.", json::explain(&problem));
            findings.error(
                "not-json",
                "$",
                message,
                "Check quotes, commas and brackets there. JSON has neither comments nor trailing commas.",
            );
            empty
        }
    }
}

/// Reads all of a text that may be nested deeper than JSON is read. Values are looked into one by one later, so nothing
/// else would notice.
fn within_depth(text: &str) -> serde_json::Result<()> {
    const MAX_DEPTH: usize = 127;
    let nests = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if nests > MAX_DEPTH { json::check_depth(text) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
