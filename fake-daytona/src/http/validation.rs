//! Checks of a request body, with the texts of the real server's validator.

use serde_json::{Map, Value};

use super::call::Call;
use crate::refusal::Refusal;

/// Reads fields of a body and collects what is wrong with them; `null` is the same as missing.
pub(crate) struct Fields<'a> {
    body: Option<&'a Map<String, Value>>,
    problems: Vec<String>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a Value) -> Self {
        Self { body: body.as_object(), problems: Vec::new() }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.body?.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.problem(format!("{name} must be a string"));
                None
            }
        }
    }

    /// A name: a text without tags, addresses and control characters. What is no text breaks both rules.
    pub(crate) fn name(&mut self) -> Option<String> {
        let given = self.get("name")?;
        if !given.as_str().is_some_and(is_plain_name) {
            self.problem("name must not contain HTML tags, URLs, or control characters");
        }
        self.text("name")
    }

    /// One of a few words, or a list of them.
    pub(crate) fn words(&mut self, name: &str, known: &[&str]) {
        let Some(given) = self.get(name) else { return };
        let is_known = |value: &Value| value.as_str().is_some_and(|word| known.contains(&word));
        let all_known = match given {
            Value::Array(list) => list.iter().all(is_known),
            one => is_known(one),
        };
        if !all_known {
            self.problem(format!("each value in {name} must be one of the following values: {}", known.join(", ")));
        }
    }

    /// One of a few words.
    pub(crate) fn one_of(&mut self, name: &str, known: &[&str]) {
        let Some(given) = self.get(name) else { return };
        if !given.as_str().is_some_and(|word| known.contains(&word)) {
            self.problem(format!("{name} must be one of the following values: {}", known.join(", ")));
        }
    }

    /// A list of objects with texts in these fields; the first is required in each of them.
    pub(crate) fn objects(&mut self, name: &str, texts: &[(&str, bool)]) -> Option<&'a [Value]> {
        let list = match self.get(name)? {
            Value::Array(list) => list,
            _ => {
                self.problem(format!("{name} must be an array"));
                self.problem(format!("each value in nested property {name} must be either object or array"));
                return None;
            }
        };
        for (index, row) in list.iter().enumerate() {
            if !row.is_object() && !row.is_array() {
                self.problem(format!("each value in nested property {name} must be either object or array"));
                continue;
            }
            for (field, required) in texts {
                let given = row.get(field).filter(|value| !value.is_null());
                if given.map_or(*required, |value| !value.is_string()) {
                    self.problem(format!("{name}.{index}.{field} must be a string"));
                }
            }
        }
        Some(list)
    }

    pub(crate) fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        match self.get(name)? {
            Value::Object(map) => Some(map),
            _ => {
                self.problem(format!("{name} must be an object"));
                None
            }
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => {
                self.problem(format!("{name} must be a boolean value"));
                None
            }
        }
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        let value = self.get(name)?;
        let number = value.as_f64();
        if number.is_none() {
            self.problem(format!("{name} must be a number conforming to the specified constraints"));
        }
        number
    }

    /// A number that must not be below zero; the validator names the last rule first.
    pub(crate) fn amount(&mut self, name: &str) -> Option<f64> {
        let value = self.get(name)?;
        let number = value.as_f64();
        if number.is_none_or(|number| number < 0.0) {
            self.problem(format!("{name} must not be less than 0"));
        }
        if number.is_none() {
            self.problem(format!("{name} must be a number conforming to the specified constraints"));
        }
        number
    }

    pub(crate) fn list(&mut self, name: &str) -> Option<&'a [Value]> {
        match self.get(name)? {
            Value::Array(list) => Some(list),
            _ => {
                self.problem(format!("{name} must be an array"));
                None
            }
        }
    }

    /// Strings of an array.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let Some(list) = self.list(name) else {
            // A text is a text, if not a list of them.
            if self.get(name).is_some_and(|value| !value.is_string()) {
                self.problem(format!("each value in {name} must be a string"));
            }
            return None;
        };
        let texts: Option<Vec<String>> = list.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        if texts.is_none() {
            self.problem(format!("each value in {name} must be a string"));
        }
        texts
    }

    /// All problems in one refusal, joined as the server joins them.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(Refusal::bad_request(self.problems.join(", "))) }
    }
}

/// A name without HTML tags, URLs and control characters.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let url = ["://", "www.", "data:", "javascript:", "mailto:"].iter().any(|mark| lower.contains(mark));
    let tag = name.find('<').is_some_and(|open| name[open..].contains('>'));
    !url && !tag && !name.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// The longest list of networks or domains.
const MAX_LIST_ENTRIES: usize = 10;

/// The page that a list is asked for, from 1.
pub(crate) fn page(call: &Call<'_>) -> Result<usize, Refusal> {
    match call.query("page").map(|text| text.trim().parse::<f64>()) {
        None => Ok(1),
        Some(Ok(page)) if page.fract() != 0.0 => Err(Refusal::bad_request("page must be an integer number")),
        Some(Ok(page)) if page >= 1.0 => Ok(page as usize),
        Some(Ok(_)) => Err(Refusal::bad_request("page must not be less than 1")),
        Some(Err(_)) => Err(Refusal::bad_request("page must be an integer number, page must not be less than 1")),
    }
}

/// A query parameter that is one of a few words.
pub(crate) fn word(call: &Call<'_>, name: &str, known: &[&str]) -> Result<Option<String>, Refusal> {
    match call.query(name) {
        Some(word) if !known.contains(&word.as_str()) => {
            Err(Refusal::bad_request(format!("{name} must be one of the following values: {}", known.join(", "))))
        }
        word => Ok(word),
    }
}

/// The first problem of a comma-separated list of IPv4 networks.
pub(crate) fn check_networks(list: &str) -> Result<(), Refusal> {
    if list.split(',').count() > MAX_LIST_ENTRIES {
        return Err(Refusal::bad_request("Network allow list cannot contain more than 10 networks"));
    }
    for network in list.split(',').map(str::trim) {
        let (address, prefix) = network.split_once('/').unwrap_or((network, ""));
        if address.parse::<std::net::Ipv4Addr>().is_err() {
            return Err(Refusal::bad_request(format!(
                "Invalid IP address: \"{address}\" in network \"{network}\". Must be a valid IPv4 address"
            )));
        }
        if !prefix.parse::<u8>().is_ok_and(|bits| bits <= 32) {
            return Err(Refusal::bad_request(format!("Invalid network \"{network}\". Must be in CIDR notation")));
        }
    }
    Ok(())
}

/// The first problem of a comma-separated list of domains.
pub(crate) fn check_domains(list: &str) -> Result<(), Refusal> {
    if list.split(',').count() > MAX_LIST_ENTRIES {
        return Err(Refusal::bad_request("Domain allow list cannot contain more than 10 domains"));
    }
    for domain in list.split(',').map(str::trim) {
        let plain = domain.strip_prefix("*.").unwrap_or(domain);
        let label = |label: &str| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if !plain.contains('.') || !plain.split('.').all(label) {
            return Err(Refusal::bad_request(format!("Invalid domain: \"{domain}\". Must be a valid domain name")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_sent_as_a_string_breaks_both_rules_of_an_amount() {
        let body = json!({"cpu": "2", "disk": -1, "memory": 4});
        let mut fields = Fields::of(&body);
        assert_eq!(fields.amount("memory"), Some(4.0));
        fields.amount("cpu");
        fields.amount("disk");
        assert_eq!(
            fields.finish().unwrap_err().message,
            "cpu must not be less than 0, cpu must be a number conforming to the specified constraints, \
             disk must not be less than 0"
        );
    }

    #[test]
    fn names_with_addresses_tags_or_control_characters_are_not_plain() {
        for bad in ["https://evil", "www.x.org", "data:x", "<b>x</b>", "a\u{7}b"] {
            assert!(!is_plain_name(bad), "{bad}");
        }
        assert!(is_plain_name("rensei-sess-42-899de6a060c37588"));
    }

    #[test]
    fn allow_lists_are_networks_and_domains() {
        assert!(check_networks("10.0.0.0/8, 1.1.1.1/32").is_ok());
        assert!(check_networks("example.com").unwrap_err().message.contains("valid IPv4 address"));
        assert!(check_domains("*.example.com,api.test").is_ok());
        assert!(check_domains("not a domain").is_err());
    }
}
