//! Reading single keys: the types, and what every value of a type has to be.

use super::finding::{Findings, describe, element, member, number as number_of, number_in, quoted};
use crate::http::url::{BaseUrl, UrlProblem};
use crate::json::Value;
use crate::prelude::*;

/// Greatest number that is accepted: the greatest that Daytona's 32-bit integer columns hold.
pub const MAX_NUMBER: u32 = 2_147_483_647;

/// Whether nothing stands behind the point. From 2^53 on no number has anything there.
fn is_whole(number: f64) -> bool {
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    let whole = number as i64 as f64;
    #[allow(clippy::float_cmp)]
    let same = number == whole;
    same || number.abs() >= 9_007_199_254_740_992.0
}

/// The keys of a configuration, and where remarks on them go.
pub struct Reader<'a> {
    object: &'a Value,
    pub findings: &'a mut Findings,
}

impl<'a> Reader<'a> {
    pub fn new(object: &'a Value, findings: &'a mut Findings) -> Self {
        Self { object, findings }
    }

    /// The value of a key; `null` is the same as nothing.
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key)
    }

    /// A text that is not empty.
    pub fn text(&mut self, key: &str, example: &str) -> Option<&'a str> {
        let value = self.value(key)?;
        let Some(text) = value.as_str() else {
            self.wrong_type(
                &member("$", key),
                key,
                value,
                "a text",
                &["Write a text in quotes, such as \"", example, "\"."].concat(),
            );
            return None;
        };
        if text.is_empty() {
            let message = [key, " is empty."].concat();
            let remedy = "Write a value, or leave the key out for the default.";
            self.findings.error("empty", &member("$", key), message, remedy);
            return None;
        }
        self.without_nul(|| member("$", key), key, text).then_some(text)
    }

    /// A whole number from 1 to `max`. `zero` says what to write instead of 0.
    pub fn whole(&mut self, key: &str, max: u32, zero: &str) -> Option<u32> {
        let value = self.value(key)?;
        let path = member("$", key);
        let Some(number) = number_in(value) else {
            let unquoted = value.as_str().filter(|text| text.parse::<u32>().is_ok());
            let remedy = match unquoted {
                Some(digits) => ["Write it without quotes: ", digits, "."].concat(),
                None => "Write a whole number, such as 10.".to_owned(),
            };
            self.wrong_type(&path, key, value, "a whole number", &remedy);
            return None;
        };
        let is = [key, " is ", &number_of(number)].concat();
        if number <= 0.0 {
            let remedy = if number == 0.0 { zero } else { "Write a whole number from 1 on, or leave the key out." };
            self.findings.error("not-positive", &path, [&is, ", but has to be at least 1."].concat(), remedy);
        } else if !is_whole(number) {
            self.findings.error(
                "fraction",
                &path,
                [&is, ", but has to be a whole number."].concat(),
                "Round it up or down.",
            );
        } else if number > f64::from(max) {
            let message = [&is, ", more than ", &max.to_string(), "."].concat();
            self.findings.error("out-of-range", &path, message, "Write a smaller number.");
        } else {
            // Whole and in range, so nothing is lost.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            return Some(number as u32);
        }
        None
    }

    /// A URL of an API. What may be secret in it is not repeated.
    pub fn url(&mut self, key: &str, example: &str) -> Option<BaseUrl> {
        let text = self.text(key, example)?;
        match BaseUrl::parse(text) {
            Ok(url) => Some(url),
            Err(problem) => {
                let mut message = [key, " ", problem.message()].concat();
                let telling = !matches!(problem, UrlProblem::TooLong | UrlProblem::Whitespace);
                if telling && !text.contains(['@', '?', '#']) {
                    message = [&message, ": ", &quoted(text)].concat();
                }
                message.push('.');
                self.findings.error(problem.rule(), &member("$", key), message, problem.remedy());
                None
            }
        }
    }

    /// One of several words.
    pub fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let example = words.first().map_or("", |(word, _)| word);
        let text = self.text(key, example)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = [key, " is ", &quoted(text), ", which is none of ", &known.join(", "), "."].concat();
            let remedy = ["Write one of ", &known.join(", "), ", or leave the key out for ", example, "."].concat();
            self.findings.error("unknown-value", &member("$", key), message, &remedy);
        }
        found
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
        for (index, value) in array.iter().enumerate() {
            let path = element(&path, index);
            let name = element(key, index);
            match value.as_str() {
                None => self.wrong_type(&path, &name, value, "a text", example),
                Some("") if index == 0 => {
                    let message = [&name, ", the program to run, is empty."].concat();
                    self.findings.error("command-empty", &path, message, "Write the program's name or path first.");
                }
                Some(word) if self.without_nul(|| path, &name, word) => words.push(word.to_owned()),
                Some(_) => {}
            }
        }
        if array.is_empty() {
            let message = [key, " is an empty array."].concat();
            self.findings.error(
                "command-empty",
                &path,
                message,
                "Write the program and its arguments, or leave the key out for the default.",
            );
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
        let mut pairs = Vec::new();
        for (name, value) in object {
            let path = member(&path, name);
            let refused = refuse(self.findings, &path, name) || !self.without_nul(|| path.clone(), "The name", name);
            match value.as_str() {
                None => self.wrong_type(&path, "The value", value, "a text", example),
                Some(text) => {
                    if self.without_nul(|| path, "The value", text) && !refused {
                        pairs.push((name.clone(), text.to_owned()));
                    }
                }
            }
        }
        pairs
    }

    fn without_nul(&mut self, path: impl FnOnce() -> String, what: &str, text: &str) -> bool {
        let clean = !text.contains('\0');
        if !clean {
            let message = [what, " contains a NUL character."].concat();
            self.findings.error("nul-character", &path(), message, "Remove the \\u0000.");
        }
        clean
    }

    fn wrong_type(&mut self, path: &str, what: &str, found: &Value, wanted: &str, remedy: &str) {
        let message = [what, " is ", &describe(found), ", where ", wanted, " belongs."].concat();
        self.findings.error("wrong-type", path, message, remedy);
    }
}
