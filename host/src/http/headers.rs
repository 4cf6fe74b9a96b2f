//! What a guest may write into the head of a request.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::policy::Policy;

/// Fields of one request, and bytes of their names and values together.
const MAX_FIELDS: usize = 64;
const MAX_BYTES: usize = 32 << 10;

/// Headers that open metadata services, or that speak for somebody else. No provider needs one.
const REFUSED: [&str; 9] = [
    "cookie",
    "forwarded",
    "metadata",
    "metadata-flavor",
    "via",
    "x-aws-ec2-metadata-token",
    "x-aws-ec2-metadata-token-ttl-seconds",
    "x-metadata-token",
    "x-real-ip",
];
const REFUSED_PREFIXES: [&str; 2] = ["proxy-", "x-forwarded-"];

/// Says why these headers may not leave.
pub(crate) fn check(headers: &HeaderMap, policy: &Policy) -> Result<(), String> {
    for name in headers.keys() {
        let name = name.as_str();
        if REFUSED.contains(&name) || REFUSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(format!("the header `{name}` was set, which no provider may"));
        }
        if policy.deny_headers.iter().any(|denied| denied == name) {
            return Err(format!("the header `{name}` was set, which the policy denies in [headers] deny"));
        }
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_FIELDS || bytes > MAX_BYTES {
        return Err(format!(
            "{} headers with {bytes} bytes were set, more than {MAX_FIELDS} or than {MAX_BYTES}",
            headers.len()
        ));
    }
    Ok(())
}

/// Sets what the policy wants on every request.
pub(crate) fn add(headers: &mut HeaderMap, policy: &Policy) {
    for (name, value) in &policy.add_headers {
        // The policy's reader has let through only what fits; an embedder's own mistake adds nothing.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
}
