//! Half of a character: what `JSON.stringify` makes of a text that was cut in the middle of an emoji. It is no text, so the
//! parser refuses the whole message; its sender wants to know where it is.

use serde_json::Value;

use crate::input::plain_name;

/// Stands in the place of one while it is looked for: a character that no text has, because Unicode keeps it free.
const MARK: char = '\u{fdd0}';

/// The path to the first half of a character in a text of JSON. None where there is none.
pub fn path(text: &str) -> Option<String> {
    let marked = marked(text)?;
    let value: Value = serde_json::from_str(&marked).ok()?;
    find(&value).map(|path| path.trim_start_matches('.').to_owned())
}

/// The text with each half replaced. None where there is none.
fn marked(text: &str) -> Option<String> {
    let mut rest = text;
    let mut marked = String::with_capacity(text.len());
    let mut found = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        marked.push_str(before);
        let used = match (unit(escape), unit(escape.get(6..).unwrap_or_default())) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                found = true;
                marked.push(MARK);
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (kept, after) = escape.split_at(used.min(escape.len()));
        marked.push_str(kept);
        rest = after;
    }
    marked.push_str(rest);
    found.then_some(marked)
}

/// The unit of UTF-16 that an escape at the beginning stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

fn find(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains(MARK).then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| Some(format!("[{index}]{}", find(item)?)))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let path = if name.contains(MARK) { Some(String::new()) } else { find(member) };
            Some(format!(".{}{}", plain_name(name), path?))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn half_of_a_character_is_found_and_whole_ones_are_not() {
        for (text, found) in [
            (r#"{"spec":{"env":{"PROMPT":"cut \ud83d"}}}"#, Some("spec.env.PROMPT")),
            (r#"{"a":["x","\ude00!"]}"#, Some("a[1]")),
            (r#"{"a":"\ud83d\ud83d\ude00"}"#, Some("a")),
            (r#"{"a":{"b\ud83d":1}}"#, Some("a.…")),
            (r#"{"a":"\ud83d\ude00 \\ud83d \u00e9"}"#, None),
            (r#"{"a":"\n\t\"é"}"#, None),
        ] {
            assert_eq!(path(text).as_deref(), found, "{text}");
        }
    }
}
