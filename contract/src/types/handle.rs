use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Pairs;
use crate::input::{Mistake, from_str};

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

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// From its JSON, which is what it is written as.
///
/// ```
/// # use sandbox_contract::types as sandbox_host;
/// use sandbox_host::Handle;
///
/// let text = r#"{"providerId":"vendor","externalId":"4f1c","metadata":{"region":"eu"}}"#;
/// let handle: Handle = text.parse()?;
/// assert_eq!(handle.external_id, "4f1c");
/// assert_eq!(handle.to_string(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl FromStr for Handle {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_str(text)
    }
}
