use serde::{Deserialize, Serialize};

/// What a pool can run, or what a session demands. Both vocabularies are open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declaration {
    /// How an agent's tools may be packaged.
    #[serde(default)]
    pub runtime_kinds: Vec<String>,
    /// What the surroundings must have.
    #[serde(default)]
    pub requirement_kinds: Vec<String>,
}
