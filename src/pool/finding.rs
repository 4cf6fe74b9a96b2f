//! Collecting remarks, and naming what was found without repeating secrets or pages of text.

use super::document::{Kind, Value};
use crate::contract::{Finding, Severity};
use crate::json::to_ascii;

/// Most findings that are reported; a generated file of nonsense shall not become a flood.
const MAX_FINDINGS: usize = 100;

/// Longest part of a value or a key that is repeated, in characters.
const MAX_SHOWN: usize = 40;

/// How Daytona's API keys begin. A value with it in it is never repeated, whatever key it stands under.
const KEY_PREFIX: &str = "dtn";

/// The remarks so far, most serious first, otherwise in the order in which they were made.
pub struct Findings {
    kept: Vec<Finding>,
    /// How many were left out.
    more: usize,
}

impl Findings {
    pub fn new() -> Self {
        Self { kept: Vec::new(), more: 0 }
    }

    /// Calls with this configuration fail.
    pub fn error(&mut self, rule: &str, path: &str, message: impl Into<String>, remedy: &str) {
        self.push(Severity::Error, rule, path, message.into(), remedy);
    }

    /// It works, but probably not as meant.
    pub fn warning(&mut self, rule: &str, path: &str, message: impl Into<String>, remedy: &str) {
        self.push(Severity::Warning, rule, path, message.into(), remedy);
    }

    fn push(&mut self, severity: Severity, rule: &str, path: &str, message: String, remedy: &str) {
        let before = self.kept.iter().take_while(|kept| kept.severity as u8 <= severity as u8).count();
        let remedy = Some(remedy.to_owned());
        self.kept.insert(before, Finding { severity, rule: rule.to_owned(), path: path.to_owned(), message, remedy });
        if self.kept.len() > MAX_FINDINGS {
            self.kept.pop();
            self.more += 1;
        }
    }

    /// All of them, and how many were left out.
    pub fn finish(mut self) -> Vec<Finding> {
        if self.more > 0 {
            self.kept.push(Finding {
                severity: Severity::Note,
                rule: "more-findings".to_owned(),
                path: "$".to_owned(),
                message: format!("There are {} more findings.", self.more),
                remedy: None,
            });
        }
        self.kept
    }
}

/// Whether a text has an API key of Daytona in it.
pub fn holds_key(text: &str) -> bool {
    // By the rarest of its bytes: a search for the whole prefix costs more to prepare than a value's few bytes are worth.
    text.match_indices('_').any(|(at, _)| text.get(..at).is_some_and(|before| before.ends_with(KEY_PREFIX)))
}

/// A text as JSON, cut to a bearable length.
pub fn quoted(text: &str) -> String {
    if holds_key(text) {
        return "a text with an API key in it".to_owned();
    }
    let cut = cut(text);
    let mut shown = to_ascii(cut);
    if cut.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The beginning of a text.
pub fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_SHOWN).map_or(text.len(), |(index, _)| index);
    text.get(..end).unwrap_or_default()
}

/// What kind of value this is, with the value itself where it is short.
pub fn describe(value: Value<'_>) -> String {
    match value.kind() {
        Kind::Null => "null".to_owned(),
        Kind::Bool(true) => "true".to_owned(),
        Kind::Bool(false) => "false".to_owned(),
        Kind::Number(number) => format!("the number {}", cut(number)),
        Kind::Text(text) if holds_key(&text) => quoted(&text),
        Kind::Text(text) => format!("the text {}", quoted(&text)),
        Kind::List => "an array".to_owned(),
        Kind::Object => "an object".to_owned(),
    }
}

/// The JSON path of a member: `$.image`, `$.labels["a.b/c"]`.
pub fn member(parent: &str, key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && key.len() <= MAX_SHOWN && !holds_key(key) {
        format!("{parent}.{key}")
    } else {
        format!("{parent}[{}]", quoted(key))
    }
}

/// The JSON path of an element: `$.command[1]`.
pub fn element(parent: &str, index: usize) -> String {
    format!("{parent}[{index}]")
}
