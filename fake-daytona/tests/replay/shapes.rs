//! Two replies, compared for what every client can rely on: the status, the keys and their JSON types, the text of a
//! refusal, and which of the headers that mean something there are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What differs between the bodies, one line for each kind.
pub fn compare(recorded: &Value, actual: &Value) -> Vec<String> {
    if !(recorded.is_object() && actual.is_object() || recorded.is_array() && actual.is_array()) {
        let (left, right) = (kind(recorded), kind(actual));
        let empty = |value: &Value| value == "";
        let same = left == right && empty(recorded) == empty(actual);
        return if same { Vec::new() } else { vec![format!("body: {left} recorded, {right} here")] };
    }
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    paths(recorded, String::new(), false, &mut left);
    paths(actual, String::new(), false, &mut right);
    let mut found = Vec::new();
    for path in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
        match (left.get(path), right.get(path)) {
            (Some(recorded), Some(actual)) => {
                // In rows of a list it is enough that some have the same type.
                if recorded.iter().all(|kind| !actual.contains(kind)) {
                    found.push(format!("{path}: {recorded:?} recorded, {actual:?} here"));
                }
            }
            (has, _) => {
                let above = above(path);
                let (Some(recorded), Some(actual)) = (left.get(above), right.get(above)) else { continue };
                let (mine, rows) = if has.is_some() { (&left[path], recorded) } else { (&right[path], actual) };
                // A list may be empty; and what only some rows have is nothing that a row needs.
                let is_list = path.ends_with("[]");
                if is_list || mine.len() == rows.len() {
                    found.push(format!("{path}: {}", if has.is_some() { "missing" } else { "not recorded" }));
                }
            }
        }
    }
    found
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(map) if map.contains_key("repeat") && map.contains_key("bytes") => "string",
        Value::Object(_) => "object",
    }
}

fn above(path: &str) -> &str {
    path.strip_suffix("[]").or_else(|| path.rsplit_once('.').map(|(above, _)| above)).unwrap_or_default()
}

/// Every path of a body with its types. Rows of a list share one; maps of users are not looked into there.
fn paths<'a>(value: &'a Value, at: String, in_row: bool, into: &mut BTreeMap<String, Vec<&'a str>>) {
    into.entry(at.clone()).or_default().push(kind(value));
    match value {
        Value::Array(rows) => rows.iter().for_each(|row| paths(row, format!("{at}[]"), true, into)),
        Value::Object(_) if kind(value) == "string" => {}
        Value::Object(map) if !(in_row && (at.ends_with(".labels") || at.ends_with(".env"))) => {
            map.iter().for_each(|(key, value)| paths(value, format!("{at}.{key}"), in_row, into));
        }
        _ => {}
    }
}
