//! A reply as it is read.

use crate::http::secret::Secret;
use crate::http::{Headers, Reply};
use crate::json::plain;

/// A reply whose body is text, without the key.
pub struct TextReply {
    pub status: u16,
    pub headers: Headers,
    pub body: String,
}

impl TextReply {
    /// A server may echo the key anywhere. It is taken out before anything of a reply is read, so that none of it can reach
    /// a handle, a state or an error.
    pub fn new(reply: Reply, secret: &Secret) -> Self {
        let Reply { status, headers, body } = reply;
        Self { status, headers, body: text(body, secret) }
    }
}

/// A body as text, without the key. Bytes that are no text become U+FFFD.
pub fn text(body: Vec<u8>, secret: &Secret) -> String {
    let text = String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    secret.redact_json(plain(text))
}
