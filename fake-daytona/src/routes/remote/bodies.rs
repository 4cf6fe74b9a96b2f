//! The bodies of scripts.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

/// What went wrong, for whoever wrote the script.
pub(super) type Problem = String;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Skip {
    pub(super) skip_seconds: u64,
}

/// The name of a copy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) name: String,
}

/// How every reply is written; what is missing is as it should be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
pub(super) struct ReplySettings {
    pub(super) delay_millis: u64,
    pub(super) date_ahead_seconds: i64,
    pub(super) offset_minutes: Option<i32>,
}

/// One more organization, by its first key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrganization {
    pub(super) key: String,
}

/// What changes of the organization; what is missing stays.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OrganizationChange {
    /// A reason, or `null` for the end of a suspension.
    #[serde(default, deserialize_with = "given")]
    pub(super) suspended: Option<Option<String>>,
    pub(super) default_region: Option<bool>,
}

/// Tells `null` from what is missing.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A region; what is missing is as in the first one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RegionBody {
    pub(super) id: String,
    #[serde(default = "yes")]
    pub(super) has_quota: bool,
    #[serde(default = "yes")]
    pub(super) has_snapshots: bool,
    #[serde(default)]
    pub(super) ephemeral_only: bool,
    pub(super) non_ephemeral_disk: Option<u64>,
}

fn yes() -> bool {
    true
}

/// What changes of the server; what is missing stays.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ServerChange {
    pub(super) maintenance: Option<bool>,
    pub(super) stops_kill: Option<bool>,
    /// `page` or `missing`.
    pub(super) dashboard: Option<String>,
}

/// One more key of the organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) key: String,
    pub(super) scopes: Vec<String>,
}

/// How the next start or build goes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Next {
    pub(super) fails: Option<String>,
    pub(super) takes_seconds: Option<u64>,
}

impl Next {
    pub(super) fn apply(self, fails: impl FnOnce(&str), takes: impl FnOnce(Duration)) -> Result<Value, Problem> {
        match (self.fails, self.takes_seconds) {
            (Some(reason), None) => fails(&reason),
            (None, Some(seconds)) => takes(Duration::from_secs(seconds)),
            _ => return Err("one of fails and takesSeconds is needed".to_owned()),
        }
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forced {
    pub(super) state: String,
    pub(super) reason: Option<String>,
}

/// Faults to come: certain ones, or by chance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Faults {
    /// Names of kinds; all of them when there are none.
    #[serde(default)]
    pub(super) faults: Vec<String>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    #[serde(default = "certain")]
    pub(super) probability: f64,
    #[serde(default)]
    pub(super) seed: u64,
    /// No more than this many; without end when it is missing.
    pub(super) times: Option<usize>,
}

fn certain() -> f64 {
    1.0
}

/// The behavior of one sandbox, of those with a name or a label, or of all to come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Entrypoints {
    /// Scripts that were written before it had this name say `fate`.
    #[serde(alias = "fate")]
    pub(super) behavior: String,
    #[serde(default)]
    pub(super) after_seconds: u64,
    #[serde(default)]
    pub(super) code: i32,
    pub(super) sandbox: Option<String>,
    pub(super) name: Option<String>,
    pub(super) label: Option<(String, String)>,
}
