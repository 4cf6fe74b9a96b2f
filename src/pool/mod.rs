//! A pool's configuration: its keys, their defaults, and every remark on it at once.
#![forbid(unsafe_code)]

mod config;
mod document;
mod finding;
mod protection;
mod reader;
mod rules;
mod unknown;

use std::collections::BinaryHeap;

use crate::contract::{Finding, Severity};
use crate::json::{self, Members};
use config::KEYS;
use document::{Kind, Object, Value};
use finding::Findings;

pub use config::MAX_WORD;
pub use config::{
    DEFAULT_API_URL, DEFAULT_COMMAND, DEFAULT_DISK_GB, DEFAULT_IMAGE, Dialect, KeepAlive, Pool, Protection, SCHEMA,
};
pub use finding::cut;
pub use protection::is_variable;
pub use rules::{MAX_AUTO_ARCHIVE, MAX_ENTRYPOINT, USUAL_MAXIMA, entrypoint_size, is_daytona_v2};

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
    report_doubled(&object, "$", &mut findings);
    report_keys_of_daytona(&object, &mut findings);
    unknown::report(&object, &KEYS, &mut findings);
    (pool, findings.finish())
}

/// Names that stand twice. Readers disagree about which one counts, and an admin means only one of them.
fn report_doubled(object: &Object<'_>, parent: &str, findings: &mut Findings) {
    // Sorted by a heap, as elsewhere, because each way to sort is code of its own.
    let names: BinaryHeap<&str> = object.iter().map(|(name, _)| name).collect();
    let mut before = None;
    for name in names.into_sorted_vec() {
        if before == Some(name) {
            let path = finding::member(parent, name);
            findings.error("key-twice", &path, format!("{path} stands there twice."), "Remove one of the two.");
        }
        before = Some(name);
    }
}

/// API keys in values that are used. Most of them would reach a sandbox, where the agent reads them.
fn report_keys_of_daytona(object: &Object<'_>, findings: &mut Findings) {
    for (name, _) in object.iter().filter(|(name, value)| finding::holds_key(value.text()) && KEYS.contains(name)) {
        findings.error(
            "key-in-config",
            &finding::member("$", name),
            format!("{name} has an API key in it."),
            "Remove it, and put the API key into the org's daytona credential or into DAYTONA_API_KEY. If others can read this configuration, replace the key.",
        );
    }
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
