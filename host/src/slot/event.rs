//! What a slot tells its subscribers.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// One of the components that a slot has held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Version {
    /// Counts the switches of the slot, from 1. A component that comes back gets a new number.
    pub generation: u64,
    /// `descriptor.id`.
    pub provider: String,
    /// `descriptor.version`.
    pub version: String,
    /// SHA-256 of the component, lower-case hex.
    pub sha256: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.sha256.get(..12).unwrap_or(&self.sha256);
        write!(f, "{} {} (generation {}, sha256 {short})", self.provider, self.version, self.generation)
    }
}

/// Something that happened in a slot. As JSON: the variant's name in the member `event`, times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// The first component of the slot serves.
    Loaded {
        /// Which.
        version: Version,
    },
    /// Calls that begin from now on reach another version.
    Swapped {
        /// What served before.
        from: Version,
        /// What serves now.
        to: Version,
        /// Names of capabilities that they declare differently.
        changed_capabilities: Vec<String>,
    },
    /// A component was not taken.
    Refused {
        /// SHA-256 of what was refused; absent when it could not be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        /// Which check failed, and what to do.
        reason: String,
        /// What serves on.
        serving: Version,
    },
    /// The last call of a replaced version has ended.
    Drained {
        /// Which version.
        version: Version,
        /// Calls that had to be ended because they took longer than the drain limit.
        interrupted: usize,
        /// Time since it was replaced.
        #[serde(serialize_with = "millis", rename = "afterMs")]
        #[cfg_attr(feature = "schema", schemars(with = "u64"))]
        after: Duration,
    },
    /// A call broke or ran into a limit; its instance was thrown away.
    Trapped {
        /// The version that it ran on.
        version: Version,
        /// Function of the contract.
        function: String,
        /// What happened.
        reason: String,
    },
}

fn millis<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loaded { version } => write!(f, "loaded {version}"),
            Self::Swapped { from, to, changed_capabilities } => {
                write!(f, "swapped {from} for {to}")?;
                if !changed_capabilities.is_empty() {
                    write!(f, "; changed capabilities: {}", changed_capabilities.join(", "))?;
                }
                Ok(())
            }
            Self::Refused { reason, serving, .. } => write!(f, "refused a component: {reason}. {serving} serves on"),
            Self::Drained { version, interrupted, after } => {
                write!(f, "drained {version} after {after:?}, {interrupted} calls ended")
            }
            Self::Trapped { version, function, reason } => write!(f, "{version} failed in `{function}`: {reason}"),
        }
    }
}
