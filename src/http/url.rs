//! Addresses: origins, base URLs, path segments and query values, in the one spelling that every host sends unchanged.
//!
//! Stricter than a browser on purpose. HTTP hosts disagree about user info, IPv6 literals, characters outside ASCII and
//! characters that should have been encoded, so none of these gets past here.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::fmt;

use crate::digits::digits;

/// Longest URL that is read, in bytes.
const MAX_URL: usize = 2048;

/// Longest host name and longest label of one, in bytes (RFC 1035).
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// Longest text that becomes a path segment, in bytes before encoding.
const MAX_SEGMENT: usize = 512;

/// The two schemes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// The name in a URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Why a URL is not usable. None of the texts repeats the URL, which may have a password in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UrlProblem {
    TooLong,
    Whitespace,
    Scheme,
    UserInfo,
    Ipv6,
    NonAscii,
    Host,
    Port,
    Query,
    Fragment,
    PathCharacter,
    PathSegment,
}

impl UrlProblem {
    /// Stable id.
    pub fn rule(self) -> &'static str {
        match self {
            Self::TooLong => "url-too-long",
            Self::Whitespace => "url-whitespace",
            Self::Scheme => "url-scheme",
            Self::UserInfo => "url-user-info",
            Self::Ipv6 => "url-ipv6",
            Self::NonAscii => "url-non-ascii",
            Self::Host => "url-host",
            Self::Port => "url-port",
            Self::Query => "url-query",
            Self::Fragment => "url-fragment",
            Self::PathCharacter => "url-path-character",
            Self::PathSegment => "url-path-segment",
        }
    }

    /// What is wrong, as the second half of a sentence about the URL.
    pub fn message(self) -> &'static str {
        match self {
            Self::TooLong => "is longer than 2048 bytes",
            Self::Whitespace => "contains a space, a line break or another invisible character",
            Self::Scheme => "does not start with https:// or http://",
            Self::UserInfo => "contains user info (the part before @)",
            Self::Ipv6 => "contains an IPv6 address",
            Self::NonAscii => "has a host with characters outside ASCII",
            Self::Host => "has no valid host",
            Self::Port => "has an invalid port",
            Self::Query => "contains a query (the part from ?)",
            Self::Fragment => "contains a fragment (the part from #)",
            Self::PathCharacter => "has a path with characters that must be percent-encoded",
            Self::PathSegment => "has an empty path segment, or one that is . or ..",
        }
    }

    /// What to write instead, as a sentence. `example` is a URL that is right for the setting in question.
    pub fn remedy(self, example: &str) -> String {
        let fixed = match self {
            Self::Scheme => return format!("Write the full URL, such as {example}."),
            Self::Host => return format!("Write a host name, as in {example}, or an IPv4 address."),
            Self::TooLong => "Write scheme, host and path only.",
            Self::Whitespace => "Remove it; it is often copied along at one of the ends.",
            Self::UserInfo => "Remove it; the API key belongs in the credential.",
            Self::Ipv6 => "Write a host name or an IPv4 address; not every host can send to an IPv6 literal.",
            Self::NonAscii => "Write the host in its punycode form (xn--...).",
            Self::Port => "Write a number from 1 to 65535, or leave the colon out.",
            Self::Query => "Remove everything from the question mark on.",
            Self::Fragment => "Remove everything from the number sign on.",
            Self::PathCharacter => "Percent-encode them, as in %20 for a space.",
            Self::PathSegment => "Write the path without doubled slashes and without dots, such as /api.",
        };
        fixed.to_owned()
    }
}

/// Scheme, host and port: whom a request goes to. The host is in lower case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads the origin of a URL; path, query and fragment are dropped.
    pub fn parse(text: &str) -> Result<Self, UrlProblem> {
        split(text).map(|(origin, _)| origin)
    }

    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Name or IPv4 address, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `host`, or `host:port` when the port is not the scheme's own.
    pub fn authority(&self) -> Cow<'_, str> {
        if self.port == self.scheme.default_port() {
            Cow::Borrowed(&self.host)
        } else {
            format!("{}:{}", self.host, self.port).into()
        }
    }

    /// This machine: `localhost`, a name below it (RFC 6761), or 127.0.0.0/8.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.ends_with(".localhost") || (self.is_ip() && self.host.starts_with("127."))
    }

    /// An IPv4 address, the only kind of address that is let in.
    pub fn is_ip(&self) -> bool {
        ends_in_number(&self.host)
    }
}

/// As it stands at the beginning of a URL.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.name(), self.authority())
    }
}

/// Where an API lives: an origin and a path that all of its routes begin with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaseUrl {
    origin: Origin,
    path: String,
}

impl BaseUrl {
    /// Reads a URL of scheme, host, port and path; slashes at its end are dropped.
    pub fn parse(text: &str) -> Result<Self, UrlProblem> {
        let (origin, rest) = split(text)?;
        if rest.bytes().any(|byte| byte == b'#') {
            return Err(UrlProblem::Fragment);
        }
        if rest.bytes().any(|byte| byte == b'?') {
            return Err(UrlProblem::Query);
        }
        let path = rest.trim_end_matches('/');
        // What stands before the first slash is empty.
        for segment in path.as_bytes().split(|byte| *byte == b'/').skip(1) {
            if matches!(segment, b"" | b"." | b"..") {
                return Err(UrlProblem::PathSegment);
            }
            if !is_encoded(segment) {
                return Err(UrlProblem::PathCharacter);
            }
        }
        Ok(Self { origin, path: path.to_owned() })
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Empty, or begins with a slash and does not end with one.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// The whole URL, without a slash at its end.
impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.path)
    }
}

/// One segment of a path, percent-encoded: whatever the text, it can neither end the path nor climb in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment(String);

impl Segment {
    /// Encodes a text. None when no server could mean it: empty, `.` or `..`, with control characters, above 512 bytes.
    pub fn new(text: &str) -> Option<Self> {
        let usable =
            !matches!(text, "" | "." | "..") && text.len() <= MAX_SEGMENT && !text.chars().any(char::is_control);
        usable.then(|| Self(encode(text)))
    }

    /// As it goes into a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Percent-encodes a query value: everything but unreserved characters.
pub fn encode_query(value: &str) -> String {
    encode(value)
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_unreserved(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether a path segment has only characters that may stand in one (RFC 3986, `pchar`).
fn is_encoded(segment: &[u8]) -> bool {
    let mut bytes = segment.iter().copied();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => is_unreserved(byte) || matches!(byte, b'!' | b'$' | b'&'..=b',' | b';' | b'=' | b':' | b'@'),
        };
        if !fine {
            return false;
        }
    }
    true
}

/// Splits a URL into its origin and everything from the first `/`, `?` or `#` after it.
fn split(text: &str) -> Result<(Origin, &str), UrlProblem> {
    if text.len() > MAX_URL {
        return Err(UrlProblem::TooLong);
    }
    if text.bytes().any(|byte| byte <= b' ' || byte >= 0x7f) && text.chars().any(is_blank) {
        return Err(UrlProblem::Whitespace);
    }
    let (scheme, rest) = [Scheme::Https, Scheme::Http]
        .into_iter()
        .find_map(|scheme| Some((scheme, after_scheme(text, scheme)?)))
        .ok_or(UrlProblem::Scheme)?;
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).ok_or(UrlProblem::Host)?;
    if authority.contains('@') {
        return Err(UrlProblem::UserInfo);
    }
    let (host, port) = match authority.bytes().filter(|byte| *byte == b':').count() {
        0 => (authority, scheme.default_port()),
        1 => {
            let (host, port) = authority.split_once(':').ok_or(UrlProblem::Port)?;
            (host, parse_port(port).ok_or(UrlProblem::Port)?)
        }
        _ => return Err(UrlProblem::Ipv6),
    };
    if !host.is_ascii() {
        return Err(UrlProblem::NonAscii);
    }
    let host = host.to_ascii_lowercase();
    if !is_host(&host) {
        return Err(UrlProblem::Host);
    }
    Ok((Origin { scheme, host, port }, rest))
}

/// What comes after a scheme, which may be written in upper case.
fn after_scheme(text: &str, scheme: Scheme) -> Option<&str> {
    let (name, rest) = text.split_at_checked(scheme.name().len())?;
    if name.eq_ignore_ascii_case(scheme.name()) { rest.strip_prefix("://") } else { None }
}

/// Whether a character shows as nothing: spaces of all widths, control characters and marks that editors leave behind.
fn is_blank(c: char) -> bool {
    matches!(c,
        '\0'..=' ' | '\u{7f}'..='\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}')
}

fn parse_port(text: &str) -> Option<u16> {
    digits(text).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// A name in lower case, or an IPv4 address in the usual notation; underscores pass, because container networks have them.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if ends_in_number(host) {
        return is_ipv4(host);
    }
    let (mut last, mut fine) = ("", host.len() <= MAX_HOST);
    for part in host.split('.') {
        fine = fine && label(part);
        last = part;
    }
    // Other programs read such a name as an address.
    let hexadecimal = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    fine && !hexadecimal
}

/// Whether the last label is a number, as it is in an address and may not be in a name.
fn ends_in_number(host: &str) -> bool {
    let digits = host.bytes().rev().take_while(u8::is_ascii_digit).count();
    let before = host.len().checked_sub(digits + 1).and_then(|at| host.as_bytes().get(at));
    digits > 0 && before.is_none_or(|byte| *byte == b'.')
}

/// Four numbers without leading zeros, which some programs read as octal.
fn is_ipv4(host: &str) -> bool {
    let octet = |text: &str| digits(text).is_some_and(|octet| octet < 256) && (text == "0" || !text.starts_with('0'));
    host.split('.').count() == 4 && host.split('.').all(octet)
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
