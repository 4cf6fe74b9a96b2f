//! Keys in what leaves the host: in results, errors and log lines, whatever a provider made them of.

use std::fmt::Write as _;

use crate::error::CallError;
use crate::input::bare_key;
use crate::texts::Texts;
use crate::types::Secret;

/// Shorter ones are words that a text has for other reasons.
const SHORTEST: usize = 8;

/// So many characters of a key's beginning are taken for what is left of it where a text was cut.
const REMNANT: usize = 12;

/// What stands in the place of a key.
const REDACTED: &str = "[redacted]";

/// The keys that one call must not tell, as they are and without what was copied along with them. No `Debug` and no `Display`.
pub(crate) struct Keys(Vec<Secret>);

impl Keys {
    pub(crate) fn new<'a>(keys: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut plain: Vec<Secret> = Vec::new();
        for key in keys {
            for key in [key.expose(), bare_key(key.expose())] {
                if key.len() >= SHORTEST && !plain.iter().any(|known| known.expose() == key) {
                    plain.push(key.into());
                }
            }
        }
        Self(plain)
    }

    /// Whether a text has one of them in it.
    pub(crate) fn occur_in(&self, text: &str) -> bool {
        self.0.iter().any(|key| text.contains(key.expose()))
    }

    /// Whether a text that was put in lower case, as the names of hosts are, has one of them in it.
    pub(crate) fn occur_in_lower_case(&self, text: &str) -> bool {
        self.0.iter().any(|key| text.contains(&key.expose().to_ascii_lowercase()))
    }

    /// A text without any of them, nor what is left of one where the text was cut.
    pub(crate) fn redacted(&self, text: &str) -> String {
        without_all(text, &self.spellings())
    }

    /// Takes them out of every text of a value.
    pub(crate) fn redact(&self, value: &mut impl Texts) {
        let spellings = self.spellings();
        value.each_text(&mut |text| {
            if spellings.iter().any(|spelling| text.contains(spelling.start())) {
                *text = without_all(text, &spellings);
            }
        });
    }

    /// Each way in which one of them can stand in a text.
    fn spellings(&self) -> Vec<Spelling> {
        let mut spellings: Vec<Spelling> = Vec::new();
        for key in self.0.iter().map(Secret::expose) {
            for text in [key.to_owned(), in_url(key), in_json(key), key.to_ascii_lowercase()] {
                if !spellings.iter().any(|known| known.text == text) {
                    let start = text.char_indices().nth(REMNANT).map_or(text.len(), |(index, _)| index);
                    spellings.push(Spelling { text, start });
                }
            }
        }
        spellings
    }

    /// Takes them out of an error.
    pub(crate) fn redact_error(&self, error: &mut CallError) {
        match error {
            CallError::Provider(error) => self.redact(error),
            CallError::Trapped { function: _, message, source } => {
                self.redact(message);
                let chain = format!("{source:?}");
                if self.redacted(&chain) != chain {
                    *source = message.clone().into();
                }
            }
            CallError::PoolBusy { pool: text, limit: _ }
            | CallError::PoolTooFast { pool: text, limit: _, retry_after: _ }
            | CallError::BadOrigin { origin: text, reason: _ }
            | CallError::Host { function: _, message: text } => self.redact(text),
            // Nothing in these came from a caller or from a provider.
            CallError::OutOfMemory { .. }
            | CallError::ComputedTooLong { .. }
            | CallError::TimedOut { .. }
            | CallError::Busy { .. }
            | CallError::UnusableKey
            | CallError::Replaced { .. }
            | CallError::NotOffered { .. }
            | CallError::Poisoned => {}
        }
    }
}

/// One way to write a key.
struct Spelling {
    text: String,
    /// Where its beginning ends that is told apart from other words.
    start: usize,
}

impl Spelling {
    fn start(&self) -> &str {
        self.text.get(..self.start).unwrap_or_default()
    }

    fn rest(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }
}

fn without_all(text: &str, spellings: &[Spelling]) -> String {
    spellings.iter().fold(text.to_owned(), |text, spelling| without(&text, spelling))
}

/// A text without what begins as a key does, as far as it goes on so.
fn without(text: &str, spelling: &Spelling) -> String {
    let mut kept = String::new();
    let mut left = text;
    while let Some((before, after)) = left.split_once(spelling.start()) {
        let same = after.chars().zip(spelling.rest().chars()).take_while(|(found, known)| found == known);
        let length: usize = same.map(|(c, _)| c.len_utf8()).sum();
        kept.push_str(before);
        kept.push_str(REDACTED);
        left = after.get(length..).unwrap_or_default();
    }
    kept.push_str(left);
    kept
}

/// A key as a part of a URL.
fn in_url(key: &str) -> String {
    key.bytes().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(byte.into());
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
        url
    })
}

/// A key within a text of JSON that is all ASCII.
fn in_json(key: &str) -> String {
    let mut units = [0; 2];
    key.chars().fold(String::new(), |mut json, c| {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\t' => json.push_str("\\t"),
            ' '..='~' => json.push(c),
            _ => {
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
        json
    })
}

#[cfg(test)]
mod tests {
    use super::Keys;
    use crate::error::CallError;
    use crate::origin::OriginError;
    use crate::types::{ErrorCode, Finding, Page, ProviderError, Secret, Severity};

    const KEY: &str = "key_0123456789abcdef";

    fn keys(key: &str) -> Keys {
        Keys::new([&Secret::from(key)])
    }

    #[test]
    fn a_text_is_told_without_the_key_however_it_is_spelt_and_cut() {
        for (key, text, expected) in [
            (KEY, format!("GET /box/{KEY}/x, {KEY}"), "GET /box/[redacted]/x, [redacted]"),
            (KEY, format!("region {}…", &KEY[..14]), "region [redacted]…"),
            (KEY, format!("region {}", &KEY[..11]), "region key_0123456"),
            ("a+b/0123456789=", "GET /a%2Bb%2F0123456789%3D".to_owned(), "GET /[redacted]"),
            ("é\"0123456789", r#""x \u00e9\"0123456789""#.to_owned(), r#""x [redacted]""#),
            ("Bearer key_0123456789abcdef", format!("not {KEY}"), "not [redacted]"),
            ("Key-0123456789", "https://key-0123456789.example".to_owned(), "https://[redacted].example"),
            ("the key", "the key".to_owned(), "the key"),
        ] {
            assert_eq!(keys(key).redacted(&text), expected);
        }
    }

    #[test]
    fn every_text_of_a_result_is_told_without_the_key() {
        // Parsed, so that no field is forgotten here.
        let text = |name: &str| format!("{KEY}-{name}");
        let state = serde_json::json!({
            "status": "running", "phase": "running", "providerState": text("a"), "reason": text("b"), "recoverable": false,
            "details": { text("c"): text("d") },
        });
        let page = serde_json::json!({
            "items": [{
                "handle": { "providerId": text("e"), "externalId": text("f"), "metadata": { text("g"): text("h") } },
                "sessionId": text("i"), "state": state, "createdAt": text("j"), "orphanSince": text("k"),
                "extensions": { text("l"): text("m") },
            }],
            "nextCursor": text("n"), "serverTime": text("o"),
        });
        let mut page: Page = serde_json::from_value(page).unwrap();
        keys(KEY).redact(&mut page);
        let told = serde_json::to_string(&page).unwrap();
        assert!(!told.contains(KEY), "{told}");
        for name in 'a'..='o' {
            assert!(told.contains(&format!("[redacted]-{name}")), "{name}: {told}");
        }
        let mut findings = vec![Finding {
            severity: Severity::Note,
            rule: text("a"),
            path: text("b"),
            message: text("c"),
            remedy: Some(text("d")),
        }];
        keys(KEY).redact(&mut findings);
        assert!(!format!("{findings:?}").contains(KEY), "{findings:?}");
    }

    #[test]
    fn every_error_is_told_without_the_key_and_its_sources_too() {
        let text = format!("it is {KEY}");
        let provider = ProviderError {
            code: ErrorCode::Internal,
            message: text.clone(),
            retryable: false,
            retry_after_ms: None,
            maybe_applied: false,
            http_status: None,
            details: [(text.clone(), text.clone())].into_iter().collect(),
        };
        for mut error in [
            CallError::Provider(provider),
            CallError::Trapped { function: "f", message: text.clone(), source: text.clone().into() },
            CallError::Trapped { function: "f", message: "other".to_owned(), source: text.clone().into() },
            CallError::PoolBusy { pool: text.clone(), limit: 1 },
            CallError::PoolTooFast { pool: text.clone(), limit: 1, retry_after: std::time::Duration::ZERO },
            CallError::BadOrigin { origin: text.clone(), reason: OriginError::Syntax },
            CallError::Host { function: "f", message: text.clone() },
        ] {
            keys(KEY).redact_error(&mut error);
            let mut told = format!("{error} {error:?}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                told += &format!(" {cause} {cause:?}");
                source = cause.source();
            }
            assert!(!told.contains(KEY), "{told}");
        }
    }
}
