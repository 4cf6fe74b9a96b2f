//! Request bodies, on one line of printable ASCII.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

/// Room that a request body rarely exceeds, in bytes: growing from nothing would copy it eight times.
const USUAL: usize = 1024;

/// A value as JSON. Every character outside of printable ASCII is escaped, because what is written into a Dockerfile is the
/// key of Daytona's build cache and must not change with its encoding.
pub fn to_ascii(value: &(impl Serialize + ?Sized)) -> String {
    let mut json = Vec::with_capacity(USUAL);
    // Writing to memory does not fail, and all names are texts.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, Ascii));
    String::from_utf8(json).unwrap_or_default()
}

/// serde_json's compact form, in printable ASCII.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        const DELETE: char = '\u{7f}';
        if fragment.is_ascii() && !fragment.contains(DELETE) {
            // serde_json has already escaped the other control characters.
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        loop {
            // What stands for itself is copied at once: nearly everything does.
            let plain = rest.bytes().position(|byte| !matches!(byte, b' '..=b'~')).unwrap_or(rest.len());
            let (run, other) = rest.split_at(plain);
            writer.write_all(run.as_bytes())?;
            let mut chars = other.chars();
            let Some(c) = chars.next() else { return Ok(()) };
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
    }

    fn write_char_escape<W: Write + ?Sized>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        // As this provider has always written them, because the text is the key of a cache.
        match escape {
            CharEscape::Backspace => writer.write_all(b"\\u0008"),
            CharEscape::FormFeed => writer.write_all(b"\\u000c"),
            CharEscape::CarriageReturn => writer.write_all(b"\\u000d"),
            other => CompactFormatter.write_char_escape(writer, other),
        }
    }
}

/// Names with values as an object. Of a name that occurs twice only the last is written, where it stands.
///
/// Quadratic, which is cheaper than a map for the dozen names that there usually are; specifications have at most 1,000.
pub struct LastWins<'a>(pub &'a [(&'a str, &'a str)]);

impl Serialize for LastWins<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            let again = self.0.iter().skip(index + 1).any(|(later, _)| later == name);
            if !again {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_as_it_was_in_printable_ascii() {
        for text in
            ["", "plain", "\"quoted\" \\ back", "line\nbreak\t\r\u{8}\u{c}\u{0}\u{7f}", "日本 é 🦀", "</script>"]
        {
            let json = to_ascii(&[text]);
            assert!(json.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{json}");
            let read: Option<Vec<String>> = serde_json::from_str(&json).ok();
            assert_eq!(read.as_deref(), Some(&[text.to_owned()][..]));
        }
    }

    #[test]
    fn each_character_has_the_one_spelling_that_it_has_always_had() {
        let json = to_ascii("\"\\\n\t\r\u{8}\u{c}\u{0}\u{1f}\u{7f}/é🦀");
        assert_eq!(json, r#""\"\\\n\t\u000d\u0008\u000c\u0000\u001f\u007f/\u00e9\ud83e\udd80""#);
    }

    #[test]
    fn of_doubled_names_the_last_is_written_where_it_stands() {
        assert_eq!(to_ascii(&LastWins(&[("a", "1"), ("b", "2"), ("a", "3")])), r#"{"b":"2","a":"3"}"#);
        assert_eq!(to_ascii(&LastWins(&[])), "{}");
    }
}
