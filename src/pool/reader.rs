//! Reading single keys: the types, and what every value of a type has to be.

use std::borrow::Cow;

use super::config::MAX_WORD;
use super::document::{Object, Value, has_fraction, whole_number};
use super::finding::{Findings, cut, describe, element, member, quoted};
use crate::digits::digits;
use crate::http::url::{BaseUrl, UrlProblem};

/// Greatest number that is accepted: the greatest that Daytona's 32-bit integer columns hold.
pub const MAX_NUMBER: u32 = 2_147_483_647;

fn has_nul(text: &str) -> bool {
    text.contains('\0')
}

/// Whether a text has nothing but white space.
pub fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

/// The keys of a configuration, and where remarks on them go.
pub struct Reader<'a> {
    object: &'a Object<'a>,
    pub findings: &'a mut Findings,
}

impl<'a> Reader<'a> {
    pub fn new(object: &'a Object<'a>, findings: &'a mut Findings) -> Self {
        Self { object, findings }
    }

    /// An error about a key; the sentence goes on after the key's name.
    pub fn error(&mut self, rule: &str, key: &str, says: &str, remedy: &str) {
        self.findings.error(rule, &member("$", key), format!("{key} {says}"), remedy);
    }

    /// A warning about a key; the sentence goes on after the key's name.
    pub fn warning(&mut self, rule: &str, key: &str, says: &str, remedy: &str) {
        self.findings.warning(rule, &member("$", key), format!("{key} {says}"), remedy);
    }

    /// The value of a key; `null` is the same as nothing.
    pub fn value(&self, key: &str) -> Option<Value<'a>> {
        self.object.get(key)
    }

    /// A text that has more than white space.
    pub fn text(&mut self, key: &str, example: &str) -> Option<Cow<'a, str>> {
        let value = self.value(key)?;
        let Some(text) = value.as_text() else {
            let remedy = format!("Write a text in quotes, such as \"{example}\".");
            self.wrong_type(&member("$", key), key, value, "a text", &remedy);
            return None;
        };
        if is_blank(&text) {
            let says = if text.is_empty() { "is empty." } else { "has nothing but white space." };
            self.error("empty", key, says, "Write a value, or leave the key out for the default.");
            return None;
        }
        // Paths are made for those who need them only.
        if has_nul(&text) {
            self.nul(&member("$", key), key);
            return None;
        }
        Some(text)
    }

    /// A whole number from 1 to `max`. `zero` says what to write instead of 0.
    pub fn whole(&mut self, key: &str, max: u32, zero: &str) -> Option<u32> {
        let value = self.value(key)?;
        let Some(number) = value.as_number() else {
            let unquoted = value.as_text().filter(|text| digits(text).is_some());
            let remedy = match unquoted {
                Some(digits) => format!("Write it without quotes: {digits}."),
                None => "Write a whole number, such as 10.".to_owned(),
            };
            self.wrong_type(&member("$", key), key, value, "a whole number", &remedy);
            return None;
        };
        let whole = whole_number(number);
        if let Some(number) =
            whole.and_then(|number| u32::try_from(number).ok()).filter(|number| (1..=max).contains(number))
        {
            return Some(number);
        }
        let shown = cut(number);
        let (rule, says, remedy) = if whole == Some(0) {
            ("not-positive", format!("is {shown}, but has to be at least 1."), zero)
        } else if shown.starts_with('-') {
            let remedy = "Write a whole number from 1 on, or leave the key out.";
            ("not-positive", format!("is {shown}, but has to be at least 1."), remedy)
        } else if has_fraction(number) {
            ("fraction", format!("is {shown}, but has to be a whole number."), "Round it up or down.")
        } else {
            ("out-of-range", format!("is {shown}, more than {max}."), "Write a smaller number.")
        };
        self.error(rule, key, &says, remedy);
        None
    }

    /// A URL of an API. What may be secret in it is not repeated.
    pub fn url(&mut self, key: &str, example: &str) -> Option<BaseUrl> {
        let text = self.text(key, example)?;
        match BaseUrl::parse(&text) {
            Ok(url) => Some(url),
            Err(problem) => {
                let telling = !matches!(problem, UrlProblem::TooLong | UrlProblem::Whitespace);
                let harmless = !text.bytes().any(|byte| matches!(byte, b'@' | b'?' | b'#'));
                let shown = if telling && harmless { format!(": {}", quoted(&text)) } else { String::new() };
                let says = format!("{}{shown}.", problem.message());
                self.error(problem.rule(), key, &says, &problem.remedy(example));
                None
            }
        }
    }

    /// Which of several words it is; the first is the default.
    pub fn word(&mut self, key: &str, words: &[&str]) -> usize {
        let default = words.first().copied().unwrap_or_default();
        let Some(text) = self.text(key, default) else { return 0 };
        let found = words.iter().position(|word| *word == text);
        if found.is_none() {
            let known = words.join(", ");
            let remedy = format!("Write one of {known}, or leave the key out for {default}.");
            let says = format!("is {}, which is none of {known}.", quoted(&text));
            self.error("unknown-value", key, &says, &remedy);
        }
        found.unwrap_or_default()
    }

    /// Short texts, in a list or in one text with commas between them, as Daytona writes them. Not empty.
    pub fn entries(&mut self, key: &str, example: &str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let texts = match value.as_text() {
            Some(text) => Some(text.split(',').map(|part| part.trim_ascii().to_owned()).collect()),
            None => value.as_list().and_then(|items| {
                items.into_iter().map(|item| item.as_text().map(|text| text.trim_ascii().to_owned())).collect()
            }),
        };
        let remedy = format!("Write an array of texts, such as [\"{example}\"].");
        let texts: Vec<String> = match texts {
            None => {
                self.wrong_type(&member("$", key), key, value, "an array of texts", &remedy);
                return Vec::new();
            }
            Some(texts) => texts,
        };
        if texts.is_empty() || texts.iter().any(String::is_empty) {
            // Daytona takes a list of nothing for "nothing is allowed".
            self.error(
                "empty",
                key,
                "is empty, or has an empty entry.",
                "Write what is allowed, or leave the key out.",
            );
        }
        texts
    }

    /// A list of words whose first is not empty.
    pub fn words(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        let path = member("$", key);
        let example = "Write an array of texts, such as [\"donmai\", \"agent\", \"run\"].";
        let Some(array) = value.as_list() else {
            self.wrong_type(&path, key, value, "an array of texts", example);
            return None;
        };
        let mut words = Vec::new();
        for (index, value) in array.iter().copied().enumerate() {
            let path = element(&path, index);
            let name = element(key, index);
            match value.as_text() {
                None => self.wrong_type(&path, &name, value, "a text", example),
                Some(program) if is_blank(&program) && index == 0 => {
                    let message = format!("{name}, the program to run, is empty.");
                    self.findings.error("command-empty", &path, message, "Write the program's name or path first.");
                }
                Some(word) if has_nul(&word) => self.nul(&path, &name),
                Some(word) if word.len() > MAX_WORD => self.too_large(&path, &name, word.len(), MAX_WORD),
                Some(word) => words.push(word.into_owned()),
            }
        }
        if array.is_empty() {
            let remedy = "Write the program and its arguments, or leave the key out for the default.";
            self.error("command-empty", key, "is an empty array.", remedy);
        }
        (words.len() == array.len() && !words.is_empty()).then_some(words)
    }

    /// An object of texts, whose names the caller may refuse.
    pub fn pairs(&mut self, key: &str, refuse: impl Fn(&mut Findings, &str, &str) -> bool) -> Vec<(String, String)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let path = member("$", key);
        let example = "Write an object of texts, such as {\"team\": \"core\"}.";
        let Some(object) = value.as_object() else {
            self.wrong_type(&path, key, value, "an object of texts", example);
            return Vec::new();
        };
        super::report_doubled(&object, &path, self.findings);
        let mut pairs = Vec::new();
        for (name, value) in object.iter() {
            let path = member(&path, name);
            if !refuse(self.findings, &path, name) && has_nul(name) {
                self.nul(&path, "The name");
            }
            match value.as_text() {
                None => self.wrong_type(&path, "The value", value, "a text", example),
                Some(text) if has_nul(&text) => self.nul(&path, "The value"),
                // Also of a name that was refused: with an error, none of the values is used.
                Some(text) => pairs.push((name.to_owned(), text.into_owned())),
            }
        }
        pairs
    }

    /// A text that no sandbox can be started with.
    pub fn too_large(&mut self, path: &str, what: &str, size: usize, limit: usize) {
        let message = format!("{what} has {size} bytes, more than {limit}.");
        self.findings.error("too-large", path, message, "Put the text into a file of the image, and name the file.");
    }

    fn nul(&mut self, path: &str, what: &str) {
        let message = format!("{what} contains a NUL character.");
        self.findings.error("nul-character", path, message, "Remove the \\u0000.");
    }

    fn wrong_type(&mut self, path: &str, what: &str, found: Value<'_>, wanted: &str, remedy: &str) {
        let message = format!("{what} is {}, where {wanted} belongs.", describe(found));
        self.findings.error("wrong-type", path, message, remedy);
    }
}
