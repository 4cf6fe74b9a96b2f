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

/// A time in the contract's unit: at least one millisecond, at most what 32 bits hold, which is 49 days.
pub(super) fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis().max(1)).unwrap_or(u32::MAX)
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

    /// Adds the vendor's id of the organization that owns the key.
    pub fn with_organization(mut self, id: impl Into<String>) -> Self {
        self.organization_id = Some(id.into());
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
    ///
    /// ```
    /// # use sandbox_contract::types as sandbox_host;
    /// use std::time::Duration;
    ///
    /// use sandbox_host::{Context, Credential};
    ///
    /// let credential = Credential::new("the key").with_api_url("https://daytona.example.com/api");
    /// let context = Context::new("pool-1")
    ///     .with_config(r#"{"image": "ghcr.io/acme/worker:1", "diskGB": 8}"#)
    ///     .with_credential(credential)
    ///     .with_deadline(Duration::from_secs(20));
    /// assert!(!format!("{context:?}").contains("the key"));
    /// ```
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
        self.deadline_ms = Some(millis(deadline));
        self
    }

    /// Sets the platform's organization on whose behalf calls are made.
    pub fn with_organization(mut self, id: impl Into<String>) -> Self {
        self.organization_id = Some(id.into());
        self
    }

    /// Adds a key that the contract defines, such as `observe` with `true`: a status that keeps nothing alive.
    pub fn with_extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extensions.push(name, value);
        self
    }
}
