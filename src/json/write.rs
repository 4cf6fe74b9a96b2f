//! Writing: the little that request bodies need, in printable ASCII.
//!
//! A serializer would bring its number formatting and its maps along, a tenth of the component's size.

use crate::prelude::*;
use crate::text;

/// Room that a request body rarely exceeds, in bytes: growing from nothing would copy it eight times.
const USUAL: usize = 1024;

/// An object under construction; fields stand in the order in which they are added.
pub struct Object(String);

impl Object {
    pub fn new() -> Self {
        let mut json = String::with_capacity(USUAL);
        json.push('{');
        Self(json)
    }

    /// Adds a field whose value is JSON already.
    pub fn raw(&mut self, key: &str, json: &str) {
        self.key(key).push_str(json);
    }

    /// Adds an object of texts.
    pub fn texts(&mut self, key: &str, pairs: &[(&str, &str)]) {
        self.key(key).push('{');
        self.extend(pairs);
        self.0.push('}');
    }

    /// Adds texts. Where a name occurs twice, the last one wins, here as in every JSON reader.
    pub fn extend(&mut self, pairs: &[(&str, &str)]) {
        for (index, (key, value)) in pairs.iter().enumerate() {
            let again = pairs.iter().skip(index + 1).any(|(later, _)| later == key);
            if !again {
                self.text(key, value);
            }
        }
    }

    pub fn text(&mut self, key: &str, value: &str) {
        push_text(self.key(key), "\"", value, "\"");
    }

    /// Begins a field; its value comes next.
    fn key(&mut self, key: &str) -> &mut String {
        let first = self.0.as_bytes().last() == Some(&b'{');
        push_text(&mut self.0, if first { "\"" } else { ",\"" }, key, "\":");
        &mut self.0
    }

    /// Adds a number where there is one.
    pub fn number(&mut self, key: &str, value: Option<u32>) {
        if let Some(value) = value {
            self.raw(key, &text::decimal(value));
        }
    }

    pub fn finish(self) -> String {
        let mut json = self.0;
        json.push('}');
        json
    }
}

/// A text.
pub fn text(text: &str) -> String {
    let mut json = String::new();
    push_text(&mut json, "\"", text, "\"");
    json
}

/// A list of texts.
pub fn array(texts: &[String]) -> String {
    let mut json = String::from("[");
    for text in texts {
        let before = if json.len() > 1 { ",\"" } else { "\"" };
        push_text(&mut json, before, text, "\"");
    }
    json.push(']');
    json
}

/// Appends a text as a JSON string on one line of printable ASCII, its quotation marks within what stands around it.
fn push_text(json: &mut String, before: &str, text: &str, after: &str) {
    json.push_str(before);
    let mut rest = text;
    loop {
        // What stands for itself is copied at once: nearly everything does.
        let plain =
            rest.bytes().take_while(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')).count();
        let (run, after) = rest.split_at_checked(plain).unwrap_or((rest, ""));
        json.push_str(run);
        let mut chars = after.chars();
        let Some(c) = chars.next() else { break };
        push_escaped(json, c);
        rest = chars.as_str();
    }
    json.push_str(after);
}

fn push_escaped(json: &mut String, c: char) {
    match c {
        '"' => json.push_str("\\\""),
        '\\' => json.push_str("\\\\"),
        '\n' => json.push_str("\\n"),
        '\t' => json.push_str("\\t"),
        _ => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                json.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    json.extend(char::from_digit(u32::from(*unit >> shift) & 15, 16));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_as_it_was() {
        for text in ["", "plain", "\"quoted\" \\ back", "line\nbreak\t\u{0}\u{7f}", "日本 é 🦀", "</script>"] {
            let json = array(&[text.to_owned()]);
            assert!(json.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{json}");
            let read: Option<Vec<String>> = serde_json::from_str(&json).ok();
            assert_eq!(read.as_deref(), Some(&[text.to_owned()][..]));
        }
    }

    #[test]
    fn an_object_holds_its_fields_in_order() {
        let mut object = Object::new();
        object.text("b", "x");
        object.number("absent", None);
        object.number("a", Some(7));
        object.raw("c", &array(&["1".to_owned(), "2".to_owned()]));
        assert_eq!(object.finish(), r#"{"b":"x","a":7,"c":["1","2"]}"#);
        assert_eq!(Object::new().finish(), "{}");
    }
}
