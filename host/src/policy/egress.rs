//! Which of the origins that a provider names may be called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::pattern::{OriginPattern, PatternError};
use crate::origin::Origin;

/// Which of the origins that a provider names may be called. A provider names whom it will call, from the configuration and
/// the handle alone; it reaches nobody else, whatever stands here.
///
/// ```
/// use sandbox_host::policy::Egress;
///
/// let egress = Egress::only(["api.vendor.example", "*.vendor.example"])?;
/// assert_eq!(egress.to_string(), "https://api.vendor.example, https://*.vendor.example");
/// # Ok::<(), sandbox_host::policy::PatternError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Egress {
    /// All of them, which nobody but the provider vouches for. For platforms that trust their providers and whoever
    /// configures their pools.
    #[default]
    WhateverTheProviderNames,
    /// Those that this list admits.
    Only(Vec<OriginPattern>),
    /// None. Only functions that send nothing work.
    Nobody,
}

impl Egress {
    /// Those that one of these entries admits; see [`OriginPattern`]. No entry admits nobody.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn only<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        Ok(Self::Only(patterns.into_iter().map(OriginPattern::parse).collect::<Result<_, _>>()?))
    }

    /// Whether somebody other than the provider vouches for an origin.
    pub(crate) fn vouches_for(&self, origin: &Origin) -> bool {
        matches!(self, Self::Only(patterns) if patterns.iter().any(|pattern| pattern.admits(origin)))
    }

    /// Whether an origin that a provider names may be called.
    pub(crate) fn admits(&self, origin: &Origin) -> bool {
        matches!(self, Self::WhateverTheProviderNames) || self.vouches_for(origin)
    }
}

/// What [`Egress`] prints for all origins, and for none.
const WHATEVER: &str = "whatever-the-provider-names";
const NOBODY: &str = "nobody";

impl fmt::Display for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WhateverTheProviderNames => f.write_str(WHATEVER),
            Self::Nobody => f.write_str(NOBODY),
            Self::Only(patterns) if patterns.is_empty() => f.write_str(NOBODY),
            Self::Only(patterns) => {
                for (index, pattern) in patterns.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{pattern}")?;
                }
                Ok(())
            }
        }
    }
}

/// Reads what [`Egress`] prints: one of its words, or entries with commas between them.
impl FromStr for Egress {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        match text.trim() {
            WHATEVER => Ok(Self::WhateverTheProviderNames),
            NOBODY => Ok(Self::Nobody),
            list => Self::only(list.split(',').map(str::trim)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Egress;

    #[test]
    fn egress_is_read_as_it_is_printed_and_as_json() {
        for egress in [
            Egress::WhateverTheProviderNames,
            Egress::Nobody,
            Egress::only(["api.example.com", "*.example.net:8443", "http://localhost:3986"]).unwrap(),
        ] {
            assert_eq!(egress.to_string().parse::<Egress>().unwrap(), egress);
            let json = serde_json::to_string(&egress).unwrap();
            assert_eq!(serde_json::from_str::<Egress>(&json).unwrap(), egress, "{json}");
        }
        assert_eq!(Egress::default(), Egress::WhateverTheProviderNames);
    }

    #[test]
    fn a_list_of_nothing_is_a_mistake_in_a_text() {
        for text in ["", "a.example,", "whatever"] {
            let read = text.parse::<Egress>();
            assert_eq!(read.is_err(), text != "whatever", "{text}: {read:?}");
        }
    }
}
