//! A secret that cannot be printed.

use alloc::borrow::Cow;

use crate::prelude::*;
use crate::text;

/// Longest key that is sent, in bytes. Hosts trap on header fields above 128 KiB, and gateways refuse far shorter ones.
const MAX_LEN: usize = 8 * 1024;

/// Shortest key that is looked for in texts; a shorter one would tear holes into ordinary words.
const MIN_SEARCHED_LEN: usize = 8;

/// What stands where a key was.
const REDACTED: &str = "[redacted]";

/// An API key, kept byte for byte. Has neither `Debug` nor `Display`, and leaves only as an authorization header.
pub struct Secret(String);

/// Why a key cannot be sent. The texts never repeat the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SecretProblem {
    Empty,
    LineBreak,
    NotHeaderText,
    TooLong,
}

impl SecretProblem {
    /// What is wrong with the key, as the second half of a sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::LineBreak => "contains a line break, probably copied along with the key",
            Self::NotHeaderText => "contains a character that cannot be sent in an HTTP header",
            Self::TooLong => "is longer than 8 KiB, so it is not an API key",
        }
    }
}

impl Secret {
    /// Takes a key that can go into an HTTP header; nothing is trimmed.
    pub fn new(text: String) -> Result<Self, SecretProblem> {
        if text.is_empty() {
            Err(SecretProblem::Empty)
        } else if text.len() > MAX_LEN {
            Err(SecretProblem::TooLong)
        } else if text.bytes().any(|byte| matches!(byte, b'\r' | b'\n')) {
            Err(SecretProblem::LineBreak)
        } else if text.bytes().any(|byte| byte != b'\t' && (byte < b' ' || byte == 0x7f)) {
            Err(SecretProblem::NotHeaderText)
        } else {
            Ok(Self(text))
        }
    }

    /// The value of the `authorization` header.
    pub fn bearer(&self) -> String {
        text::fill("Bearer {}", &[&self.0])
    }

    /// Whether a text contains the key.
    pub fn occurs_in(&self, text: &str) -> bool {
        self.0.len() >= MIN_SEARCHED_LEN && text::contains(text, &self.0)
    }

    /// The text without the key.
    pub fn redact<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if self.occurs_in(&text) { text::replace(text, &self.0, REDACTED) } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<SecretProblem> {
        Secret::new(text.to_owned()).err()
    }

    #[test]
    fn a_key_with_a_line_break_is_refused_and_not_trimmed() {
        assert!(problem("dtn_0123456789\n") == Some(SecretProblem::LineBreak));
    }

    #[test]
    fn a_key_that_no_header_can_carry_is_refused() {
        assert!(problem("dtn_\u{0}") == Some(SecretProblem::NotHeaderText));
        assert!(problem("") == Some(SecretProblem::Empty));
        assert!(problem(&"k".repeat(MAX_LEN + 1)) == Some(SecretProblem::TooLong));
        assert!(problem(&"k".repeat(MAX_LEN)).is_none());
    }

    #[test]
    fn a_key_is_sent_byte_for_byte_with_its_spaces() {
        let Ok(secret) = Secret::new(" {{ placeholder }} é".to_owned()) else { panic!("refused") };
        assert_eq!(secret.bearer(), "Bearer  {{ placeholder }} é");
    }

    #[test]
    fn a_text_that_echoes_the_key_loses_it() {
        let Ok(secret) = Secret::new("dtn_0123456789".to_owned()) else { panic!("refused") };
        let text = "bad key dtn_0123456789, I said dtn_0123456789";
        assert_eq!(secret.redact(text.into()), "bad key [redacted], I said [redacted]");
    }

    #[test]
    fn a_very_short_key_does_not_tear_up_ordinary_words() {
        let Ok(secret) = Secret::new("a".to_owned()) else { panic!("refused") };
        assert_eq!(secret.redact("daytona".into()), "daytona");
    }
}
