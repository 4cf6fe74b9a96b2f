//! The versions of Daytona's servers.

use std::fmt;

use crate::digits::digits;

/// Major and minor version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Version(pub u32, pub u32);

impl Version {
    /// Reads a version such as `v0.190.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(digits);
        Some(Self(u32::try_from(parts.next()??).ok()?, u32::try_from(parts.next()??).ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.0, self.1)
    }
}
