//! Two replies, compared: the recorded one with its variables and placeholders, and the fake's.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The identifiers that stand for the variables of a recording.
#[derive(Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// A text with every known variable replaced.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(name, value);
        }
        filled
    }

    /// Compares two values and notes where they differ, as `pointer: what`.
    ///
    /// A variable that is new takes the value that it is compared with.
    pub fn compare(&mut self, recorded: &Value, actual: &Value, at: &str, found: &mut Vec<String>) {
        match (recorded, actual) {
            (Value::Object(recorded), Value::String(text)) if recorded.contains_key("<json>") => {
                let parsed = serde_json::from_str(text).unwrap_or(Value::Null);
                self.compare(&recorded["<json>"], &parsed, at, found);
            }
            (Value::Object(recorded), Value::String(text)) if recorded.contains_key("<base64>") => {
                let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
                let parsed = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
                self.compare(&recorded["<base64>"], &parsed, at, found);
            }
            (Value::Object(recorded), Value::Object(actual)) => {
                let names: BTreeSet<&String> = recorded.keys().chain(actual.keys()).collect();
                for name in names {
                    let at = format!("{at}/{name}");
                    match (recorded.get(name), actual.get(name)) {
                        (Some(recorded), Some(actual)) => self.compare(recorded, actual, &at, found),
                        (Some(_), None) => found.push(format!("{at}: missing")),
                        (None, _) => found.push(format!("{at}: not recorded")),
                    }
                }
            }
            (Value::Array(recorded), Value::Array(actual)) => {
                if recorded.len() != actual.len() {
                    found.push(format!("{at}: {} recorded, {} here", recorded.len(), actual.len()));
                }
                for (index, (recorded, actual)) in recorded.iter().zip(actual).enumerate() {
                    self.compare(recorded, actual, &format!("{at}/{index}"), found);
                }
            }
            (Value::String(recorded), Value::String(actual)) => self.text(recorded, actual, at, found),
            (recorded, actual) if recorded.as_f64().is_some() && recorded.as_f64() == actual.as_f64() => {}
            (recorded, actual) if recorded == actual => {}
            (recorded, actual) => found.push(format!("{at}: {recorded} recorded, {actual} here")),
        }
    }

    fn text(&mut self, recorded: &str, actual: &str, at: &str, found: &mut Vec<String>) {
        let variable = recorded.len() > 2 && recorded.starts_with('{') && recorded.ends_with('}');
        if variable && !self.0.contains_key(recorded) && is_id(actual) {
            self.0.insert(recorded.to_owned(), actual.to_owned());
        }
        let wanted = self.fill(recorded);
        let same = match wanted.as_str() {
            "<id>" => is_id(actual),
            "<time>" => is_time(actual),
            "<version>" => actual.starts_with('v'),
            wanted if wanted.contains("<token>") => {
                let (head, tail) = wanted.split_once("<token>").unwrap_or_default();
                let token = actual.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
                token.is_some_and(|token| !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric()))
            }
            wanted => match wanted.split_once("<ms>") {
                Some((head, "")) => actual.strip_prefix(head).is_some_and(|ms| ms.len() == 13 && digits(ms)),
                _ => wanted == actual,
            },
        };
        if !same {
            found.push(format!("{at}: {wanted:?} recorded, {actual:?} here"));
        }
    }
}

fn digits(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}

fn is_id(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.parse::<humantime::Timestamp>().is_ok()
}
