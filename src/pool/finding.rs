//! Collecting remarks, and naming what was found without repeating secrets or pages of text.

use crate::contract::{Finding, Severity};
use crate::json::{self, Value};
use crate::prelude::*;
use crate::text;

/// Most findings that are reported; a generated file of nonsense shall not become a flood.
const MAX_FINDINGS: usize = 100;

/// Longest part of a value or a key that is repeated, in characters.
const MAX_SHOWN: usize = 40;

/// How Daytona's API keys begin. A value with it in it is never repeated, whatever key it stands under.
const KEY_PREFIX: &str = "dtn_";

/// The remarks so far.
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Calls with this configuration fail.
    pub fn error(&mut self, rule: &str, path: &str, message: String, remedy: &str) {
        self.push(Severity::Error, rule, path, message, remedy.to_owned());
    }

    /// It works, but probably not as meant.
    pub fn warning(&mut self, rule: &str, path: &str, message: String, remedy: &str) {
        self.push(Severity::Warning, rule, path, message, remedy.to_owned());
    }

    pub fn push(&mut self, severity: Severity, rule: &str, path: &str, message: String, remedy: String) {
        self.0.push(Finding { severity, rule: rule.to_owned(), path: path.to_owned(), message, remedy: Some(remedy) });
    }

    /// All of them, most serious first, otherwise in the order of the keys.
    pub fn sorted(self) -> Vec<Finding> {
        // Three passes instead of a sort, which would be larger than all of this file.
        let mut all = self.0;
        let mut findings = Vec::new();
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            findings.extend(all.extract_if(.., |finding| finding.severity == severity));
        }
        let more = findings.len().saturating_sub(MAX_FINDINGS);
        if more > 0 {
            findings.truncate(MAX_FINDINGS);
            findings.push(Finding {
                severity: Severity::Note,
                rule: "more-findings".to_owned(),
                path: "$".to_owned(),
                message: ["There are ", &more.to_string(), " more findings."].concat(),
                remedy: None,
            });
        }
        findings
    }
}

/// Whether a text has an API key of Daytona in it.
pub fn holds_key(text: &str) -> bool {
    text::contains(text, KEY_PREFIX)
}

/// A text as JSON, cut to a bearable length.
pub fn quoted(text: &str) -> String {
    if holds_key(text) {
        return "a text with an API key in it".to_owned();
    }
    let cut = cut(text);
    let mut shown = json::text(cut);
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
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Whole(_) | Value::Float(_) => ["the number ", &number(number_in(value).unwrap_or_default())].concat(),
        Value::Text(text) if holds_key(text) => quoted(text),
        Value::Text(text) => ["the text ", &quoted(text)].concat(),
        Value::List(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// The JSON path of a member: `$.image`, `$.labels["a.b/c"]`.
pub fn member(parent: &str, key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && key.len() <= MAX_SHOWN && !holds_key(key) {
        [parent, ".", key].concat()
    } else {
        [parent, "[", &quoted(key), "]"].concat()
    }
}

/// The JSON path of an element: `$.command[1]`.
pub fn element(parent: &str, index: usize) -> String {
    [parent, "[", &index.to_string(), "]"].concat()
}

/// A number of either kind, as one that is compared.
pub fn number_in(value: &Value) -> Option<f64> {
    match value {
        // What it loses above 2^53 is far above anything that is allowed.
        #[allow(clippy::cast_precision_loss)]
        Value::Whole(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// A number as it was written, to three digits behind the point. Printing any floating-point number exactly would take a
/// twentieth of the component.
pub fn number(value: f64) -> String {
    if value.abs() >= 1e15 {
        return if value < 0.0 { "far below 0" } else { "astronomically large" }.to_owned();
    }
    // Below 10^18 in thousandths, so it fits.
    #[allow(clippy::cast_possible_truncation)]
    let thousandths = (value.abs() * 1000.0 + 0.5) as u64;
    let mut text = if value < 0.0 { "-" } else { "" }.to_owned();
    text.push_str(&(thousandths / 1000).to_string());
    let mut rest = thousandths % 1000;
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        text.extend(char::from_digit(u32::try_from(rest / 100).unwrap_or_default(), 10));
        rest = rest % 100 * 10;
    }
    text
}
