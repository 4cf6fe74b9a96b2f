//! What is done with a request's body before its route is known: unpacked, measured, decoded, parsed.
//!
//! Recorded on 0.190 and 0.179: the parser runs before everything else, for every route and method, and whatever it
//! cannot read is answered as if the route did not exist.

use std::io::Read as _;

use serde_json::{Map, Value, json};

use crate::inspect::RecordedRequest;

/// The most that the server reads of a body, in bytes, unpacked: one more, and it answers that there is no such route.
const LIMIT: usize = 102_400;

/// What the parser made of a body.
pub(super) enum Intake {
    /// JSON, a form, or the empty object of a body that nobody reads.
    Parsed(Value),
    /// It says that it is JSON and is not.
    Unparsable,
    /// Too long, in a coding or a character set that the parser does not know: 404, as if there were no route.
    Refused,
}

pub(super) fn read(request: &RecordedRequest) -> Intake {
    let kind = request.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let mime = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let is_json = mime == "application/json";
    let is_form = mime == "application/x-www-form-urlencoded";
    // What has another type is not even looked at, however long it is.
    if request.body.is_empty() || !(is_json || is_form) {
        return Intake::Parsed(json!({}));
    }
    let Some(bytes) = unpacked(request) else { return Intake::Refused };
    let charset = charset(&kind).unwrap_or_else(|| "utf-8".to_owned());
    if is_form {
        let known = matches!(charset.as_str(), "utf-8" | "iso-8859-1");
        return if known { Intake::Parsed(form(&bytes)) } else { Intake::Refused };
    }
    let Some(text) = decoded(&bytes, &charset) else { return Intake::Refused };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match parsed(text) {
        Some(value) => Intake::Parsed(value),
        None => Intake::Unparsable,
    }
}

/// The body without its coding. `None`: too long, broken, or a coding that the parser does not know.
fn unpacked(request: &RecordedRequest) -> Option<Vec<u8>> {
    let coding = request.header("content-encoding").unwrap_or("identity").to_ascii_lowercase();
    let body = request.body.as_ref();
    let mut unpacked = Vec::new();
    let most = LIMIT as u64 + 1;
    match coding.as_str() {
        "identity" => unpacked.extend_from_slice(&body[..body.len().min(LIMIT + 1)]),
        "gzip" => drop(flate2::read::GzDecoder::new(body).take(most).read_to_end(&mut unpacked).ok()?),
        "deflate" => drop(flate2::read::ZlibDecoder::new(body).take(most).read_to_end(&mut unpacked).ok()?),
        _ => return None,
    }
    (unpacked.len() <= LIMIT).then_some(unpacked)
}

fn charset(kind: &str) -> Option<String> {
    let parameter = kind.split(';').skip(1).find_map(|part| part.trim().strip_prefix("charset="))?;
    Some(parameter.trim_matches('"').to_owned())
}

/// Text in one of the character sets that the parser admits for JSON.
fn decoded(bytes: &[u8], charset: &str) -> Option<String> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match charset {
        "utf-8" => Some(String::from_utf8_lossy(bytes).into_owned()),
        "utf-16" | "utf-16le" => Some(wide(u16::from_le_bytes)),
        "utf-16be" => Some(wide(u16::from_be_bytes)),
        _ => None,
    }
}

/// JSON whose outermost value is an object or an array; half of a surrogate pair is no error, as it is none to
/// JavaScript.
fn parsed(text: &str) -> Option<Value> {
    let value = serde_json::from_str::<Value>(text).or_else(|_| serde_json::from_str(&without_lone_surrogates(text)));
    value.ok().filter(|value| value.is_object() || value.is_array())
}

/// With the replacement character for each half of a pair that stands alone: what the database makes of it.
fn without_lone_surrogates(text: &str) -> String {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut repaired = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find('\\').map(|offset| at + offset) {
        repaired.push_str(&text[at..found]);
        let (first, second) = (unit(found), unit(found + 6));
        let pair = matches!((first, second), (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)));
        let step = match first {
            Some(0xD800..=0xDFFF) if !pair => {
                repaired.push('\u{fffd}');
                found + 6
            }
            Some(_) if pair => {
                repaired.push_str(&text[found..found + 12]);
                found + 12
            }
            _ => {
                let end = (found + 2..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
                repaired.push_str(&text[found..end]);
                end
            }
        };
        at = step;
    }
    repaired.push_str(&text[at..]);
    repaired
}

/// A form: texts by name, a list where a name comes twice.
fn form(bytes: &[u8]) -> Value {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let value = Value::from(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => drop(fields.insert(name.into_owned(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_pair_becomes_the_replacement_character_and_a_whole_pair_stays() {
        let text = r#"{"a":"\ud83d","b":"\ud83d\ude00","c":"\\ud83d","d":"\udc00x"}"#;
        let expected = json!({"a": "\u{fffd}", "b": "\u{1f600}", "c": "\\ud83d", "d": "\u{fffd}x"});
        assert_eq!(parsed(text), Some(expected));
    }
}
