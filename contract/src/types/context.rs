use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Pairs, Secret};

/// Reads a configuration: an object, whose text is kept, or the text of one.
///
/// # Errors
/// Those of the deserializer.
#[doc(hidden)]
pub fn json_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// What [`json_text`] reads.
#[cfg(feature = "schema")]
#[doc(hidden)]
pub fn json_text_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "description": "The pool's configuration: an object, or the text of one. Absent, null or empty: all defaults.",
        "type": ["object", "string", "null"],
    })
}

/// The key to the vendor's account, resolved by the platform for one call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credential {
    /// The secret itself, passed on byte for byte. `apiKey` is read as well.
    #[serde(alias = "apiKey")]
    pub secret: Secret,
    /// Base URL of the vendor's API that this key belongs to. Wins over every other source.
    #[serde(default)]
    pub api_url: Option<String>,
    /// The vendor's id of the organization that owns the key.
    #[serde(default)]
    pub organization_id: Option<String>,
}

impl Credential {
    /// A key that says nothing of its API or organization.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self { secret: secret.into(), api_url: None, organization_id: None }
    }

    /// Adds the base URL of the API that the key belongs to.
    pub fn with_api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }
}

/// What every call carries. Not serializable, because it may hold a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Context {
    /// The platform's organization on whose behalf the call is made.
    #[serde(default)]
    pub organization_id: Option<String>,
    /// The pool's id, stable over its lifetime.
    pub pool_id: String,
    /// The pool's configuration as JSON text; empty for all defaults. On reading an object, or the text of one.
    #[serde(default, deserialize_with = "json_text")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "json_text_schema"))]
    pub config: String,
    /// Absent: the provider looks into the environment that the host gives it.
    #[serde(default)]
    pub credential: Option<Credential>,
    /// Milliseconds that the whole call may take; at least 1. Absent: the contract's default for the call.
    #[serde(default)]
    pub deadline_ms: Option<u32>,
    /// Keys that the contract defines, for example `observe`.
    #[serde(default)]
    pub extensions: Pairs,
}

impl Context {
    /// A context of a pool with all defaults.
    pub fn new(pool_id: impl Into<String>) -> Self {
        Self { pool_id: pool_id.into(), ..Self::default() }
    }

    /// Sets the pool's configuration, JSON text.
    pub fn with_config(mut self, config: impl Into<String>) -> Self {
        self.config = config.into();
        self
    }

    /// Sets the credential.
    pub fn with_credential(mut self, credential: Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Bounds the whole call; shorter than a millisecond counts as one, longer than 49 days as 49 days.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        let millis = deadline.as_millis().clamp(1, u128::from(u32::MAX));
        self.deadline_ms = Some(u32::try_from(millis).unwrap_or(u32::MAX));
        self
    }
}
