//! Whom a call may contact: the origins that the provider named for it, and nobody else.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;

use crate::http::Reach;
use crate::policy::{Inside, Policy};

/// Scheme, host and port; compared exactly, with the host in lower case and the scheme's port filled in.
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

/// What one call may contact. Empty until the provider has named its origins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Egress(Arc<[Origin]>);

impl Egress {
    pub(crate) fn new(origins: Vec<Origin>) -> Self {
        Self(origins.into())
    }

    /// Lets a request leave and says whereto and to which addresses, or says why it may not.
    pub(crate) fn admit(&self, uri: &Uri, policy: &Policy) -> Result<(Origin, Reach), String> {
        let origin = Origin::of(uri).map_err(|error| format!("the address of a request is not acceptable: {error}"))?;
        if !self.0.contains(&origin) {
            let known: Vec<String> = self.0.iter().map(Origin::to_string).collect();
            return Err(if known.is_empty() {
                format!("{origin} was called, but this call may contact nobody")
            } else {
                format!("{origin} was called, but this call may contact {} only", known.join(", "))
            });
        }
        if policy.allow.is_some() && !policy.vouches_for(&origin) {
            return Err(format!(
                "{origin} was called, but the policy does not allow it. This would: [egress] allow = [\"{origin}\"]"
            ));
        }
        let reach = match (policy.inside, self.0.first()) {
            (Inside::Allow, _) => Reach::Inside,
            (Inside::OwnApi, Some(api)) if *api == origin => Reach::Inside,
            (Inside::OwnApi, Some(api)) => Reach::as_far_as(api),
            _ => Reach::Public,
        };
        Ok((origin, reach))
    }
}

#[cfg(test)]
mod tests {
    use super::{Egress, Inside, Origin, OriginError, Policy, Reach};

    fn origin(text: &str) -> Origin {
        Origin::parse(text).unwrap()
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

    fn admit(egress: &Egress, policy: &Policy, text: &str) -> Result<Reach, String> {
        egress.admit(&text.parse().unwrap(), policy).map(|(_, reach)| reach)
    }

    #[test]
    fn a_request_leaves_only_to_a_named_origin() {
        let policy = Policy::default();
        let egress = Egress::new(vec![origin("https://api.example.com")]);
        assert_eq!(admit(&egress, &policy, "https://api.example.com/api/sandbox?x=1"), Ok(Reach::Inside));
        assert_eq!(
            admit(&egress, &policy, "http://169.254.169.254/latest").unwrap_err(),
            "http://169.254.169.254 was called, but this call may contact https://api.example.com only"
        );
        assert!(admit(&egress, &policy, "https://user@api.example.com/").is_err());
        assert_eq!(
            admit(&Egress::default(), &policy, "https://api.example.com").unwrap_err(),
            "https://api.example.com was called, but this call may contact nobody"
        );
    }

    #[test]
    fn a_named_origin_needs_the_policy_where_it_has_a_list() {
        let egress = Egress::new(vec![origin("https://api.example.com"), origin("https://proxy.example.com")]);
        let policy = Policy::default().with_allowed(["api.example.com"]).unwrap();
        assert!(admit(&egress, &policy, "https://api.example.com/x").is_ok());
        assert_eq!(
            admit(&egress, &policy, "https://proxy.example.com/x").unwrap_err(),
            "https://proxy.example.com was called, but the policy does not allow it. This would: [egress] allow = \
             [\"https://proxy.example.com\"]"
        );
        let nobody = Policy::default().with_allowed([]).unwrap();
        assert!(admit(&egress, &nobody, "https://api.example.com/x").is_err());
    }

    #[test]
    fn private_addresses_are_for_the_pools_own_api_and_what_lies_as_far_inside() {
        let egress = Egress::new(vec![origin("https://api.example.com"), origin("https://proxy.example.com")]);
        let reach = |inside, text: &str| {
            let policy = Policy { inside, ..Policy::default() };
            admit(&egress, &policy, text).unwrap()
        };
        let (api, proxy) = ("https://api.example.com", "https://proxy.example.com");
        assert_eq!(reach(Inside::OwnApi, api), Reach::Inside);
        assert_eq!(reach(Inside::OwnApi, proxy), Reach::as_far_as(&origin(api)));
        assert_eq!((reach(Inside::Deny, api), reach(Inside::Deny, proxy)), (Reach::Public, Reach::Public));
        assert_eq!(reach(Inside::Allow, proxy), Reach::Inside);
    }
}
