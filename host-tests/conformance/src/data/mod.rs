//! The cases: read from files, and made plain for those who run them.

mod expand;
mod file;
mod reply;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use expand::{plain, replace, whole};
pub use file::{DataError, Suite};
pub use reply::{Echo, Fault, Piece, Reply};

/// One case, with every variable replaced but those that are known only while it runs.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Unique in the suite.
    pub name: String,
    /// What it is about, for people.
    pub about: String,
    /// The file that it is from, without its extension, below the directory of cases.
    pub group: String,
    /// Environment variables of the provider.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub environment: Map<String, Value>,
    /// Whom the host lets the provider call; absent: whomever the provider names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<Egress>,
    /// A text that may be in no answer, and in requests in headers only.
    #[serde(skip)]
    pub secret: Option<String>,
    /// The calls, one after the other.
    pub steps: Vec<Step>,
}

/// Whom a host lets the provider call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Egress {
    /// Nobody: each request is denied by the host before it leaves.
    Denied,
}

/// One call of a case.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Interface and function, as in `provider.status`.
    pub call: String,
    /// The function's parameters by name.
    pub arguments: Map<String, Value>,
    /// What the server does with the first request, the second one and so on.
    pub replies: Vec<Reply>,
    /// What it does with all requests after those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Reply>,
    /// The name under which later steps find the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
    /// What has to come of it. Who only plays does not need it.
    pub expect: Expect,
    /// What has to arrive, one for each of `replies`, and one more where there is an `otherwise`.
    pub requests: Vec<Arrival>,
}

/// What has to come of a call: one of the first three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    /// It succeeds with a value like this.
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// It fails with an error like this.
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// It succeeds or fails, whichever, as long as the provider answers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub answer: bool,
    /// Milliseconds that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<Value>,
}

/// A request that has to arrive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Arrival {
    /// Its method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Value>,
    /// Its path and query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Value>,
    /// Its headers by lower-case name; `null`: such a header may not be there.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// Its body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Its body, read as JSON.
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// For requests beyond the counted ones only: how many have to come at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<usize>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Tells `null` from what is not there: a result may be `null`.
mod present {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}
