//! A secret that cannot be printed.

use std::borrow::Cow;
use std::fmt;

use super::url::encode_query;
use crate::json::to_ascii;

/// Longest key that is sent, in bytes. Hosts trap on header fields above 128 KiB, and gateways refuse far shorter ones.
const MAX_LEN: usize = 8 * 1024;

/// Shortest key that is looked for in texts; a shorter one would tear holes into ordinary words.
const MIN_SEARCHED_LEN: usize = 8;

/// So much of a key's beginning is taken for what is left of it where a text was cut.
const REMNANT_LEN: usize = 12;

/// What stands where a key was.
pub const REDACTED: &str = "[redacted]";

/// What some store before the key, although it is added on the way.
const SCHEME: &str = "Bearer ";

/// An API key, kept byte for byte. Cannot be printed, and leaves only as an authorization header.
pub struct Secret {
    key: String,
    /// The key without what was stored around it by mistake. Where a server repeats the key, this much has to go.
    bare: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

/// Why a key cannot be sent. The texts never repeat the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
            let bare = bare(&text).to_owned();
            Ok(Self { key: text, bare })
        }
    }

    /// The value of the `authorization` header.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }

    /// Whether a text contains the key.
    pub fn occurs_in(&self, text: &str) -> bool {
        self.is_searched() && occurs(&self.bare, text)
    }

    /// The text without the key.
    pub fn redact(&self, text: &str) -> String {
        if self.occurs_in(text) { text.replace(&self.bare, REDACTED) } else { text.to_owned() }
    }

    /// A text that may have been made of any part of the input, without the key: as it stands, percent-encoded as in a URL,
    /// escaped as in JSON, and where only its beginning is left because the text was cut.
    #[cold]
    pub fn redact_input(&self, text: &str) -> String {
        if !self.is_searched() {
            return text.to_owned();
        }
        let escaped = to_ascii(&self.bare);
        let text = without(text, &self.bare);
        let text = without(&text, &encode_query(&self.bare));
        without(&text, escaped.trim_matches('"'))
    }

    /// A JSON text without the key. The text has to be in its [plainest spelling](crate::json::plain).
    pub fn redact_json(&self, json: String) -> String {
        if !self.is_searched() {
            return json;
        }
        // As it stands in a JSON text. Few keys have a character that is escaped there.
        let escaped = if self.bare.bytes().any(|byte| matches!(byte, b'\\' | b'"' | b'\t')) {
            Cow::Owned(self.bare.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t"))
        } else {
            Cow::Borrowed(self.bare.as_str())
        };
        if occurs(&escaped, &json) { json.replace(&*escaped, REDACTED) } else { json }
    }

    /// What is odd about a key, as the second half of a sentence; none where it looks like one. The texts never repeat it.
    pub fn oddity(&self) -> Option<&'static str> {
        let key = self.key.as_str();
        if self.bare.is_empty() {
            Some("consists of nothing but blanks")
        } else if key.contains(['"', '\'', '`']) {
            Some("stands in quotation marks")
        } else if ["${", "{{", "://"].iter().any(|mark| key.contains(mark)) {
            Some("is a placeholder that was not filled in")
        } else if key.contains('*') {
            Some("is masked with asterisks")
        } else if ["undefined", "null", "none"].contains(&key) {
            Some("is a program's word for nothing")
        } else if key.contains('=') && self.bare != key {
            Some("has the name of a variable before it")
        } else if self.bare.len() + SCHEME.len() <= key.len() {
            Some("begins with Bearer, which is added on the way")
        } else {
            (self.bare != key).then_some("has blanks or invisible characters around it")
        }
    }

    fn is_searched(&self) -> bool {
        self.bare.len() >= MIN_SEARCHED_LEN
    }
}

/// Whether a text contains a key.
///
/// Every text that a server sends is searched, and a key is long and of few characters, so most of a text can be skipped: where
/// the byte at which a key would end is none of the key's, no key ends within the key's length from there on. The standard
/// library's search spends more on preparing itself than this one does on a reply.
fn occurs(key: &str, text: &str) -> bool {
    // Ids are shorter than keys.
    if text.len() < key.len() {
        return false;
    }
    let (key, text) = (key.as_bytes(), text.as_bytes());
    let bit = |byte: u8| 1_u64 << (byte & 63);
    let in_key = key.iter().fold(0, |bits, byte| bits | bit(*byte));
    let mut end = key.len();
    while let Some(candidate) = text.get(..end) {
        if candidate.last().is_some_and(|last| in_key & bit(*last) == 0) {
            end += key.len();
        } else if candidate.ends_with(key) {
            return true;
        } else {
            end += 1;
        }
    }
    false
}

/// A text without a key, and without beginnings of it that are too long to be there by chance.
fn without(text: &str, key: &str) -> String {
    let start_len = key.char_indices().nth(REMNANT_LEN).map_or(key.len(), |(index, _)| index);
    let Some((start, more)) = key.split_at_checked(start_len) else { return text.to_owned() };
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(start) {
        let same = after.chars().zip(more.chars()).take_while(|(found, known)| found == known);
        let same_len: usize = same.map(|(c, _)| c.len_utf8()).sum();
        kept.push_str(before);
        kept.push_str(REDACTED);
        rest = after.get(same_len..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

/// A key without the name of a variable, quotation marks, blanks, a byte order mark or the word `Bearer` around it.
fn bare(key: &str) -> &str {
    let around = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let key = match key.split_once('=') {
        Some((name, value)) if is_name(name.trim_matches(around)) => value,
        _ => key,
    };
    let key = key.trim_matches(around);
    let word = key.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
    let key = if word { key.get(SCHEME.len()..).unwrap_or_default() } else { key };
    key.trim_matches(around)
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
        assert_eq!(secret.redact(text), "bad key [redacted], I said [redacted]");
    }

    #[test]
    fn a_very_short_key_does_not_tear_up_ordinary_words() {
        let Ok(secret) = Secret::new("a".to_owned()) else { panic!("refused") };
        assert_eq!(secret.redact("daytona"), "daytona");
    }

    #[test]
    fn a_key_that_was_stored_with_something_around_it_is_found_without_it() {
        for stored in
            ["\"dtn_0123456789\"", "Bearer dtn_0123456789", " dtn_0123456789\t", "\u{feff}'bearer dtn_0123456789'"]
        {
            let Ok(secret) = Secret::new(stored.to_owned()) else { panic!("refused: {stored}") };
            assert_eq!(secret.bearer(), format!("Bearer {stored}"));
            assert_eq!(secret.redact("bad key dtn_0123456789."), "bad key [redacted].", "{stored}");
        }
    }

    #[test]
    fn what_is_odd_about_a_key_is_told_without_repeating_it() {
        for (stored, expected) in [
            ("dtn_0123456789", None),
            ("Bearer dtn_0123456789", Some("begins with Bearer, which is added on the way")),
            ("\"dtn_0123456789\"", Some("stands in quotation marks")),
            ("DAYTONA_API_KEY=dtn_0123456789", Some("has the name of a variable before it")),
            ("${DAYTONA_API_KEY}", Some("is a placeholder that was not filled in")),
            ("{{ secrets.DAYTONA_API_KEY }}", Some("is a placeholder that was not filled in")),
            ("vault://daytona", Some("is a placeholder that was not filled in")),
            ("undefined", Some("is a program's word for nothing")),
            ("   ", Some("consists of nothing but blanks")),
            (" dtn_0123456789", Some("has blanks or invisible characters around it")),
            ("\u{200b}dtn_0123456789", Some("has blanks or invisible characters around it")),
            ("dtn_****************cdef", Some("is masked with asterisks")),
        ] {
            let Ok(secret) = Secret::new(stored.to_owned()) else { panic!("refused: {stored}") };
            assert_eq!(secret.oddity(), expected, "{stored}");
        }
        let Ok(assigned) = Secret::new("DAYTONA_API_KEY=dtn_0123456789".to_owned()) else { panic!("refused") };
        assert_eq!(assigned.redact("bad key dtn_0123456789."), "bad key [redacted].");
    }

    #[test]
    fn an_input_that_holds_the_key_loses_it_however_it_is_spelt_and_cut() {
        for (key, text, expected) in [
            ("dtn_0123456789", "GET /sandbox/dtn_0123456789/x", "GET /sandbox/[redacted]/x"),
            ("a+b/c=0123456789", "GET /sandbox/a%2Bb%2Fc%3D0123456789", "GET /sandbox/[redacted]"),
            ("é\"0123456789", r#"the text "x \u00e9\"0123456789""#, r#"the text "x [redacted]""#),
            ("dtn_0123456789abcdef", "region dtn_0123456789ab…", "region [redacted]…"),
            ("dtn_0123456789abcdef", "dtn_01234567 and dtn_0123456", "[redacted] and dtn_0123456"),
            ("12345678", "1234567, 12345678", "1234567, [redacted]"),
            ("short", "a short text", "a short text"),
        ] {
            let Ok(secret) = Secret::new(key.to_owned()) else { panic!("refused: {key}") };
            assert_eq!(secret.redact_input(text), expected);
        }
    }

    #[test]
    fn a_json_text_that_echoes_the_key_loses_it_however_it_is_spelt() {
        for (key, json, expected) in [
            ("dtn_0123456789", r#"{"a":"x dtn_0123456789 dtn_0123456789"}"#, r#"{"a":"x [redacted] [redacted]"}"#),
            ("dtn_0123456789", r#"{"dtn_\u0030123456789":1}"#, r#"{"[redacted]":1}"#),
            ("dtn_01é\"23", r#"["dtn_01\u00e9\u002223"]"#, r#"["[redacted]"]"#),
            ("dtn_0123456789", r#"["dtn_012345678"]"#, r#"["dtn_012345678"]"#),
        ] {
            let Ok(secret) = Secret::new(key.to_owned()) else { panic!("refused: {key}") };
            assert_eq!(secret.redact_json(crate::json::plain(json.to_owned())), expected);
        }
    }

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        let key = "dtn_0123456789abcdef";
        let Ok(secret) = Secret::new(key.to_owned()) else { panic!("refused") };
        for filling in ["x", "d", "dtn_", "0123456789", "é", "~", "dtn_0123456789abcde"] {
            for before in 0..50 {
                for after in [0, 1, 19, 20, 45] {
                    let (before, after) = (filling.repeat(before), filling.repeat(after));
                    assert!(secret.occurs_in(&format!("{before}{key}{after}")), "{before}…{after}");
                    assert!(!secret.occurs_in(&format!("{before}dtn_0123456789abcdeX{after}")), "{before}…{after}");
                }
            }
        }
        assert!(!secret.occurs_in("") && !secret.occurs_in(&key[1..]) && secret.occurs_in(key));
    }

    #[test]
    fn a_secret_cannot_be_printed() {
        let Ok(secret) = Secret::new("dtn_0123456789".to_owned()) else { panic!("refused") };
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}
