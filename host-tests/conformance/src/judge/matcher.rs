//! Whether a value is like an expectation.

use serde_json::{Map, Value};

/// Every way in which a value is not what is expected, each with its path; none when it is.
///
/// Texts, numbers, truth values and lists have to be equal. An object has to have the members that are named, each as
/// expected, and may have others; absent and `null` are the same. Operators, objects with one member, say more: see
/// `docs/conformance.md`.
pub fn differences(expected: &Value, seen: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("$", expected, seen, &mut found);
    found
}

/// A value for people: long ones are cut.
pub fn shown(value: &Value) -> String {
    const MOST: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn compare(path: &str, expected: &Value, seen: &Value, found: &mut Vec<String>) {
    let mut differ = |what: String| found.push(format!("{path}: {what}, but it is {}", shown(seen)));
    match expected {
        Value::Object(members) => {
            if let Some((operator, operand)) = operator(members) {
                return operate(path, operator, operand, seen, found);
            }
            let Some(object) = seen.as_object() else { return differ("an object is expected".to_owned()) };
            for (name, expected) in members {
                let seen = object.get(name).unwrap_or(&Value::Null);
                compare(&format!("{path}.{name}"), expected, seen, found);
            }
        }
        Value::Array(items) => {
            let Some(list) = seen.as_array() else { return differ("a list is expected".to_owned()) };
            if items.len() != list.len() {
                return differ(format!("{} items are expected", items.len()));
            }
            for (index, (expected, seen)) in items.iter().zip(list).enumerate() {
                compare(&format!("{path}[{index}]"), expected, seen, found);
            }
        }
        scalar if scalar == seen => {}
        scalar => differ(format!("{} is expected", shown(scalar))),
    }
}

fn operator(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, operand) = members.iter().next()?;
    (members.len() == 1 && name.starts_with('$')).then_some((name, operand))
}

fn operate(path: &str, operator: &str, operand: &Value, seen: &Value, found: &mut Vec<String>) {
    let mut differ = |what: String| found.push(format!("{path}: {what}, but it is {}", shown(seen)));
    let text = || seen.as_str();
    let holds = |test: fn(&str, &str) -> bool| match (text(), operand.as_str()) {
        (Some(text), Some(operand)) => test(text, operand),
        _ => false,
    };
    match operator {
        "$only" => {
            compare(path, operand, seen, found);
            let (Some(named), Some(object)) = (operand.as_object(), seen.as_object()) else { return };
            for (name, value) in object {
                if !value.is_null() && !named.contains_key(name) {
                    found.push(format!("{path}.{name}: nothing is expected, but it is {}", shown(value)));
                }
            }
        }
        "$some" => match operand.as_str() {
            Some("text") if text().is_some_and(|text| !text.is_empty()) => {}
            Some("number") if seen.is_number() => {}
            Some("list") if seen.as_array().is_some_and(|list| !list.is_empty()) => {}
            Some("value") if !seen.is_null() => {}
            _ => differ(format!("some {} is expected", shown(operand))),
        },
        "$prefix" if holds(|text, start| text.starts_with(start)) => {}
        "$contains" if holds(|text, part| text.contains(part)) => {}
        "$lacks" if holds(|text, part| !text.contains(part)) => {}
        "$json" => match text().and_then(|text| serde_json::from_str(text).ok()) {
            Some(parsed) => compare(&format!("{path}(as JSON)"), operand, &parsed, found),
            None => differ("JSON text is expected".to_owned()),
        },
        "$words" => match text().and_then(words) {
            Some(words) => compare(&format!("{path}(its words)"), operand, &Value::from(words), found),
            None => differ("a line for a shell is expected".to_owned()),
        },
        "$oneOf" => {
            let choices = operand.as_array().map(Vec::as_slice).unwrap_or_default();
            if !choices.iter().any(|choice| differences(choice, seen).is_empty()) {
                differ(format!("one of {} is expected", shown(operand)));
            }
        }
        "$all" => {
            for part in operand.as_array().into_iter().flatten() {
                compare(path, part, seen, found);
            }
        }
        "$each" => match seen.as_array() {
            Some(list) => {
                for (index, item) in list.iter().enumerate() {
                    compare(&format!("{path}[{index}]"), operand, item, found);
                }
            }
            None => differ("a list is expected".to_owned()),
        },
        "$includes" => match seen.as_array() {
            Some(list) if list.iter().any(|item| differences(operand, item).is_empty()) => {}
            _ => differ(format!("a list with an item like {} is expected", shown(operand))),
        },
        "$excludes" => match seen.as_array() {
            Some(list) if !list.iter().any(|item| differences(operand, item).is_empty()) => {}
            _ => differ(format!("a list without an item like {} is expected", shown(operand))),
        },
        "$length" => {
            let length = seen.as_str().map(str::len).or_else(|| seen.as_array().map(Vec::len));
            match length {
                Some(length) => compare(&format!("{path}(its length)"), operand, &Value::from(length), found),
                None => differ("a text or a list is expected".to_owned()),
            }
        }
        "$atLeast" if number(seen) >= number(operand) && seen.is_number() => {}
        "$atMost" if number(seen) <= number(operand) && seen.is_number() => {}
        "$prefix" | "$contains" | "$lacks" | "$atLeast" | "$atMost" => {
            differ(format!("`{operator}` {} is expected", shown(operand)));
        }
        unknown => found.push(format!("{path}: `{unknown}` is no operator")),
    }
}

/// The words of a line as both a shell and a splitter without escapes and variables read them: separated by blanks, and
/// what stands between quotes of either kind is literal. None where a quote is left open.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        match character {
            ' ' => words.extend(word.take()),
            '\'' | '"' => {
                let (quoted, after) = rest.as_str().split_once(character)?;
                word.get_or_insert_default().push_str(quoted);
                rest = after.chars();
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Some(words)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_expectation_takes_what_is_like_it_and_refuses_what_is_not() {
        for (expected, like, unlike) in [
            (json!(1), json!(1), json!(2)),
            (json!(null), json!(null), json!("x")),
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 }), json!({ "b": 2 })),
            (json!({ "a": null }), json!({}), json!({ "a": 1 })),
            (json!({ "$only": { "a": 1 } }), json!({ "a": 1, "b": null }), json!({ "a": 1, "b": 2 })),
            (json!([1, { "a": 1 }]), json!([1, { "a": 1, "b": 1 }]), json!([1])),
            (json!({ "$some": "text" }), json!("x"), json!("")),
            (json!({ "$some": "number" }), json!(0), json!("0")),
            (json!({ "$some": "list" }), json!([0]), json!([])),
            (json!({ "$some": "value" }), json!(false), json!(null)),
            (json!({ "$prefix": "ab" }), json!("abc"), json!("cab")),
            (json!({ "$contains": "b" }), json!("abc"), json!("ac")),
            (json!({ "$lacks": "b" }), json!("ac"), json!("abc")),
            (json!({ "$json": { "a": 1 } }), json!(r#"{"a":1}"#), json!("{")),
            (json!({ "$words": ["a", { "$some": "text" }, "it's"] }), json!("a 'b c' 'it'\"'\"'s'"), json!("a b its")),
            (json!({ "$words": [""] }), json!("''"), json!("'")),
            (json!({ "$oneOf": [1, { "$prefix": "x" }] }), json!("xy"), json!(2)),
            (json!({ "$all": [{ "$prefix": "a" }, { "$lacks": "b" }] }), json!("ac"), json!("ab")),
            (json!({ "$each": { "a": { "$some": "value" } } }), json!([{ "a": 1 }]), json!([{}])),
            (json!({ "$includes": { "a": 1 } }), json!([{}, { "a": 1 }]), json!([{ "a": 2 }])),
            (json!({ "$excludes": { "a": 1 } }), json!([{}, { "a": 2 }]), json!([{ "a": 1 }])),
            (json!({ "$length": 2 }), json!("ab"), json!([1])),
            (json!({ "$atLeast": 2 }), json!(2), json!(1)),
            (json!({ "$atMost": 2 }), json!(2), json!(3)),
        ] {
            assert_eq!(differences(&expected, &like), [""; 0], "{expected} and {like}");
            assert_ne!(differences(&expected, &unlike), [""; 0], "{expected} and {unlike}");
        }
    }

    #[test]
    fn a_difference_tells_path_expectation_and_value() {
        let found = differences(&json!({ "a": [{ "b": 1 }] }), &json!({ "a": [{ "b": 2 }] }));
        assert_eq!(found, ["$.a[0].b: 1 is expected, but it is 2"]);
        assert_eq!(differences(&json!({ "$like": 1 }), &json!(1)), ["$: `$like` is no operator"]);
    }
}
