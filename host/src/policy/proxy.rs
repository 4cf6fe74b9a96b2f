//! An HTTP proxy that every request goes through.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderValue, Uri};

use crate::origin::Origin;

/// An HTTP proxy, as `http://host:port` or `http://user:password@host:port`. Shown without user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    origin: Origin,
    authorization: Option<HeaderValue>,
}

/// A text is no proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no HTTP proxy. Write http://host:port, with user:password@ before the host where it asks for them")]
pub struct ProxyError;

impl Proxy {
    /// Reads a proxy.
    ///
    /// # Errors
    /// When it is not in this form; proxies that are spoken to in TLS, and SOCKS, are not supported.
    pub fn parse(text: &str) -> Result<Self, ProxyError> {
        let rest = text.strip_prefix("http://").ok_or(ProxyError)?.trim_end_matches('/');
        let (user, host) = rest.rsplit_once('@').map_or((None, rest), |(user, host)| (Some(user), host));
        let uri: Uri = format!("http://{host}").parse().map_err(|_| ProxyError)?;
        if uri.path() != "/" || uri.query().is_some() {
            return Err(ProxyError);
        }
        let origin = Origin::of(&uri).map_err(|_| ProxyError)?;
        let authorization = user.map(basic).transpose()?;
        Ok(Self { origin, authorization })
    }

    pub(crate) fn address(&self) -> (&str, u16) {
        (self.origin.unbracketed(), self.origin.port())
    }

    /// For the header `proxy-authorization`.
    pub(crate) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

/// User and password as a header. In a URL both are percent-encoded.
fn basic(user: &str) -> Result<HeaderValue, ProxyError> {
    let encoded = BASE64.encode(decoded(user)?);
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).map_err(|_| ProxyError)?;
    value.set_sensitive(true);
    Ok(value)
}

fn decoded(text: &str) -> Result<Vec<u8>, ProxyError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|digit| char::from(*digit).to_digit(16));
        bytes.push(match byte {
            b'%' => match (digit(), digit()) {
                (Some(high), Some(low)) => u8::try_from(high * 16 + low).map_err(|_| ProxyError)?,
                _ => return Err(ProxyError),
            },
            other => *other,
        });
    }
    Ok(bytes)
}

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        Self::parse(text)
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Proxy;

    #[test]
    fn a_proxy_is_read_with_and_without_a_password_and_never_shown_with_one() {
        let plain = Proxy::parse("http://proxy.example.com:3128/").unwrap();
        assert_eq!((plain.address(), plain.authorization()), (("proxy.example.com", 3128), None));
        let proxy = Proxy::parse("http://ann:p%40ss@[::1]:8080").unwrap();
        assert_eq!(proxy.address(), ("::1", 8080));
        // base64 of `ann:p@ss`.
        assert_eq!(proxy.authorization().unwrap(), "Basic YW5uOnBAc3M=");
        assert_eq!(format!("{proxy} {proxy:?}"), "http://[::1]:8080 Proxy(http://[::1]:8080)");
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for text in ["", "proxy:3128", "https://proxy", "socks5://proxy", "http://", "http://a/path", "http://u:%zz@a"]
        {
            assert!(Proxy::parse(text).is_err(), "{text}");
        }
    }
}
