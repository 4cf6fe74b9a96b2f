//! A pool's configuration: its keys, their defaults, and every remark on it at once.
#![forbid(unsafe_code)]

mod finding;
mod reader;
mod rules;
mod unknown;

use crate::contract::{Finding, Severity};
use crate::http::url::{BaseUrl, Origin};
use crate::json::{Keep, Reading, Value};
use crate::prelude::*;
use crate::text;
use finding::Findings;

pub use rules::is_daytona_v2;

/// Daytona's cloud.
pub const DEFAULT_API_URL: &str = "https://app.daytona.io/api";
/// The worker image of the provider description.
pub const DEFAULT_IMAGE: &str = "ghcr.io/renseiai/donmai-worker:latest";
/// The launch command of the provider description.
pub const DEFAULT_COMMAND: [&str; 3] = ["donmai", "agent", "run"];
/// Disk in GiB. More than Daytona's cloud usually grants, so a refusal of this default is answered with what it grants.
pub const DEFAULT_DISK_GB: u32 = 20;
/// The user that Daytona is told.
pub const DEFAULT_USER: &str = "daytona";

/// JSON Schema (draft 2020-12) of the configuration.
pub const SCHEMA: &str = include_str!("schema.json");

/// All keys, in the order in which they are looked at.
const KEYS: [&str; 16] = [
    "daytonaApiUrl",
    "image",
    "diskGB",
    "user",
    "command",
    "snapshot",
    "target",
    "dialect",
    "cpu",
    "memoryGB",
    "labels",
    "maxLifetimeMinutes",
    "autoArchiveMinutes",
    "autoDeleteMinutes",
    "toolboxUrl",
    "keepAlive",
];

/// Longest configuration that is read, in bytes.
const MAX_TEXT: usize = 256 * 1024;

/// Which of Daytona's APIs to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// `/sandbox`, and `/workspace` where the server has no such route.
    Auto,
    Sandbox,
    Workspace,
}

/// What `status` does for a running session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeepAlive {
    /// Keeps it alive while its agent runs.
    Agent,
    /// Keeps it alive while it is polled.
    Poll,
    Off,
}

/// What the admin wrote. None: not written; the default is applied where the value is used, because a default may be
/// given up where a wish may not.
pub struct Pool {
    pub api_url: Option<BaseUrl>,
    /// An OCI image reference.
    pub image: Option<String>,
    pub disk_gb: Option<u32>,
    pub user: String,
    /// Not empty, and neither is its first word.
    pub command: Option<Vec<String>>,
    /// Name or id of a snapshot that is registered at Daytona.
    pub snapshot: Option<String>,
    /// Region id.
    pub target: Option<String>,
    pub dialect: Dialect,
    pub cpu: Option<u32>,
    pub memory_gb: Option<u32>,
    pub labels: Vec<(String, String)>,
    pub max_lifetime_minutes: Option<u32>,
    pub auto_archive_minutes: Option<u32>,
    pub auto_delete_minutes: Option<u32>,
    /// Where the toolbox may be called although it lies outside of the API's domain.
    pub toolbox_url: Option<Origin>,
    pub keep_alive: KeepAlive,
}

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
fn parse<'c>(config: &'c str, findings: &mut Findings) -> Value<'c> {
    let empty = Value::Object(Vec::new());
    // Some editors begin a file with a byte order mark.
    let text = config.strip_prefix('\u{feff}').unwrap_or(config).trim_ascii();
    if text.is_empty() {
        return empty;
    }
    if config.len() > MAX_TEXT {
        let message = text::fill("The configuration has {} bytes, more than 262144.", &[&text::decimal(config.len())]);
        findings.error(
            "config-too-large",
            "$",
            message,
            "Check that this is a pool's configuration; one needs a few hundred bytes.",
        );
        return empty;
    }
    match (Reading { keep: |_| Keep::Whole, clean: &|text| text }).read(text.as_bytes()) {
        Ok(object @ Value::Object(_)) => object,
        Ok(Value::Null) => empty,
        Ok(other) => {
            let message =
                text::fill("The configuration is {}, where an object belongs.", &[&finding::describe(&other)]);
            findings.error(
                "not-an-object",
                "$",
                message,
                "Write keys and values in braces, such as {\"diskGB\": 10}; {} means all defaults.",
            );
            empty
        }
        Err(problem) => {
            let message = text::fill("The configuration cannot be read: {}.", &[&problem]);
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

#[cfg(test)]
mod tests;
