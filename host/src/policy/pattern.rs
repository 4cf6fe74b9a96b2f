//! Entries of the list of allowed origins.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::origin::{Origin, OriginError};

/// One entry of [`Egress::Only`](super::Egress::Only). In JSON a text.
///
/// | written | admits |
/// |---|---|
/// | `api.example.com` | `https` on port 443 of this host |
/// | `api.example.com:8443` | `https` on this port |
/// | `*.example.com` | every host below `example.com`, not itself, likewise |
/// | `http://localhost:3986` | `http`, which has to be written out |
///
/// Hosts are compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern {
    /// For a suffix, with the host as that part of the name that follows the star and its dot.
    below: bool,
    origin: Origin,
}

/// A text is no such entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no origin: {reason}. {}", Self::FORMS)]
pub struct PatternError {
    #[source]
    reason: OriginError,
}

impl PatternError {
    /// What can be written instead.
    pub(crate) const FORMS: &str = "Write host, host:port, *.suffix, or http://host:port";

    /// What is wrong.
    pub fn reason(&self) -> OriginError {
        self.reason
    }
}

impl OriginPattern {
    /// Reads an entry.
    ///
    /// # Errors
    /// When it is none of the forms in the table.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let error = |reason| PatternError { reason };
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let (below, host) = match rest.strip_prefix("*.") {
            Some(host) => (true, host),
            None => (false, rest),
        };
        if host.contains('*') {
            return Err(error(OriginError::Authority));
        }
        let origin = Origin::parse(&format!("{scheme}://{host}")).map_err(error)?;
        Ok(Self { below, origin })
    }

    /// Whether it admits an origin.
    pub(crate) fn admits(&self, origin: &Origin) -> bool {
        if !self.below {
            return *origin == self.origin;
        }
        self.origin.same_but_host(origin)
            && origin
                .host()
                .strip_suffix(self.origin.host())
                .is_some_and(|start| start.len() > 1 && start.ends_with('.'))
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin.to_string();
        match origin.split_once("://") {
            Some((scheme, rest)) if self.below => write!(f, "{scheme}://*.{rest}"),
            _ => f.write_str(&origin),
        }
    }
}

impl FromStr for OriginPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

/// Exactly this origin.
impl From<Origin> for OriginPattern {
    fn from(origin: Origin) -> Self {
        Self { below: false, origin }
    }
}

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text itself is not told: a URL may have a password in it.
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, OriginPattern};

    fn admits(pattern: &str, origin: &str) -> bool {
        OriginPattern::parse(pattern).unwrap().admits(&Origin::parse(origin).unwrap())
    }

    #[test]
    fn a_host_means_https_on_the_usual_port() {
        assert!(admits("api.example.com", "https://API.example.com:443"));
        for other in ["http://api.example.com", "https://api.example.com:8443", "https://x.api.example.com"] {
            assert!(!admits("api.example.com", other), "{other}");
        }
        assert!(admits("api.example.com:8443", "https://api.example.com:8443"));
        assert!(admits("http://localhost:3986", "http://localhost:3986"));
    }

    #[test]
    fn a_star_admits_what_is_below_and_nothing_that_only_ends_alike() {
        assert!(admits("*.example.com", "https://api.example.com"));
        assert!(admits("*.example.com", "https://a.b.example.com"));
        for other in ["https://example.com", "https://evilexample.com", "https://.example.com", "http://a.example.com"]
        {
            assert!(!Origin::parse(other).is_ok_and(|_| admits("*.example.com", other)), "{other}");
        }
    }

    #[test]
    fn an_entry_is_printed_as_it_can_be_read() {
        for text in ["api.example.com", "*.example.com:8443", "http://localhost:3986", "http://*.example.com"] {
            let pattern: OriginPattern = text.parse().unwrap();
            assert_eq!(pattern.to_string().parse::<OriginPattern>().unwrap(), pattern, "{text}");
            let json = serde_json::to_string(&pattern).unwrap();
            assert_eq!(serde_json::from_str::<OriginPattern>(&json).unwrap(), pattern, "{json}");
        }
        assert!(serde_json::from_str::<OriginPattern>(r#""https://a/b""#).is_err());
    }

    #[test]
    fn what_is_no_entry_is_refused_with_the_forms_that_are() {
        for wrong in ["", "*", "a.*.com", "https://a/b", "ftp://a", "user@host"] {
            let error = OriginPattern::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("Write host, host:port"), "{error}");
        }
    }
}
