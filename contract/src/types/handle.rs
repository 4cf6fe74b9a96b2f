use serde::{Deserialize, Serialize};

use super::Pairs;

/// Names one sandbox for ever. Store it as JSON and hand it back unchanged, to this or any later version of its provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Handle {
    /// The provider that made it.
    pub provider_id: String,
    /// The vendor's own id of the sandbox.
    pub external_id: String,
    /// Facts known when it was made; opaque to hosts.
    #[serde(default)]
    pub metadata: Pairs,
}
