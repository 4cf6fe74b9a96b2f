//! Scheme, host and port of a URL.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Scheme, host and port; compared exactly, with the host in lower case and the scheme's port filled in.
///
/// ```
/// use sandbox_host::Origin;
///
/// let origin: Origin = "https://API.example.com/".parse()?;
/// assert_eq!(origin, Origin::parse("https://api.example.com:443")?);
/// assert!(Origin::parse("https://api.example.com/v1").is_err());
/// # Ok::<(), sandbox_host::OriginError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// Why a text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL at all.
    #[error("it is not a URL")]
    Syntax,
    /// Another scheme, or none.
    #[error("its scheme is neither http nor https")]
    Scheme,
    /// No host, or user information before it.
    #[error("it has no host, or user information before it")]
    Authority,
    /// More than scheme, host and port.
    #[error("it has a path or a query")]
    Path,
}

impl Origin {
    /// Reads `https://host` or `https://host:port`; a single `/` at the end is let through.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError::Syntax)?;
        let origin = Self::of(&uri)?;
        if uri.path() != "/" || uri.query().is_some() || text.contains('#') {
            return Err(OriginError::Path);
        }
        Ok(origin)
    }

    /// The origin that a request for this address goes to.
    pub fn of(uri: &Uri) -> Result<Self, OriginError> {
        let https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(OriginError::Scheme),
        };
        let authority = uri.authority().ok_or(OriginError::Authority)?;
        let host = authority.host();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(OriginError::Authority);
        }
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            None if authority.as_str().len() > host.len() => return Err(OriginError::Authority),
            None if https => 443,
            None => 80,
        };
        Ok(Self { https, host: host.to_ascii_lowercase(), port })
    }
}

impl Origin {
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The host as a resolver takes it: an IPv6 address without its brackets.
    pub(crate) fn unbracketed(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether scheme and port are the same.
    pub(crate) fn same_but_host(&self, other: &Self) -> bool {
        (self.https, self.port) == (other.https, other.port)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.https { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != usual {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        Self::parse(text)
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text itself is not told: a URL may have a password in it.
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, OriginError};

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn an_origin_is_compared_by_scheme_host_and_port() {
        let api = origin("https://api.example.com");
        assert_eq!(api, origin("HTTPS://API.example.COM:443/"));
        for other in [
            "http://api.example.com",
            "https://api.example.com:8443",
            "https://api.example.com.evil.net",
            "https://example.com",
            "https://api.example.com.",
        ] {
            assert_ne!(api, origin(other), "{other}");
        }
    }

    #[test]
    fn an_origin_is_written_without_the_usual_port() {
        assert_eq!(origin("http://Host.Example:80").to_string(), "http://host.example");
        assert_eq!(origin("http://[::1]:3986").to_string(), "http://[::1]:3986");
    }

    #[test]
    fn what_is_no_origin_is_refused_with_its_reason() {
        for (text, error) in [
            ("", OriginError::Syntax),
            ("https://exa mple.com", OriginError::Syntax),
            ("api.example.com", OriginError::Scheme),
            ("/path", OriginError::Scheme),
            ("ftp://api.example.com", OriginError::Scheme),
            ("https://user@api.example.com", OriginError::Authority),
            ("https://api.example.com/api", OriginError::Path),
            ("https://api.example.com/?q", OriginError::Path),
            ("https://api.example.com/#f", OriginError::Path),
        ] {
            assert_eq!(Origin::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn an_origin_is_a_text_in_json() {
        let written = origin("https://API.example.com:8443");
        let text = serde_json::to_string(&written).unwrap();
        assert_eq!(text, r#""https://api.example.com:8443""#);
        assert_eq!(serde_json::from_str::<Origin>(&text).unwrap(), written);
        let error = serde_json::from_str::<Origin>(r#""https://ann:secret@example.com""#).unwrap_err().to_string();
        assert!(error.contains("user information") && !error.contains("secret"), "{error}");
    }
}
