//! Variables and operators in the files of cases: what is written once stands for many values.

use serde_json::{Map, Value};

/// Variables within variables that are followed: a circle ends here.
const MOST_LEVELS: usize = 32;

/// Why a value cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// Nobody defines it.
    #[error("the variable `{0}` is not defined")]
    Unknown(String),
    /// A variable needs itself.
    #[error("the variable `{0}` needs itself")]
    Circle(String),
    /// A list or an object in the middle of a text.
    #[error("the variable `{0}` is no text and no number, and cannot stand within a text")]
    NotText(String),
    /// An operator with an operand of another shape.
    #[error("the operator `{0}` needs {1}")]
    Operand(&'static str, &'static str),
}

/// Variables of several sources; the first that has a name wins.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    layers: &'a [&'a Map<String, Value>],
}

impl<'a> Scope<'a> {
    /// The nearest source comes first.
    pub fn new(layers: &'a [&'a Map<String, Value>]) -> Self {
        Self { layers }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.layers.iter().find_map(|layer| layer.get(name))
    }
}

/// Whether a name is known only while the case runs.
pub fn is_late(name: &str) -> bool {
    matches!(name, "origin" | "authority") || name.starts_with("saved.") || name.starts_with("echo.")
}

/// A value with every variable and every operator of the files replaced; what is known only while the case runs stays.
///
/// # Errors
/// When a variable is not defined or does not fit, or an operator has the wrong operand.
pub fn expand(value: &Value, scope: Scope<'_>) -> Result<Value, ExpandError> {
    at(value, scope, 0)
}

fn at(value: &Value, scope: Scope<'_>, level: usize) -> Result<Value, ExpandError> {
    match value {
        Value::String(text) => text_of(text, scope, level),
        Value::Array(items) => {
            items.iter().map(|item| at(item, scope, level)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(members) => match single(members) {
            Some(("$text", operand)) => Ok(Value::String(at(operand, scope, level)?.to_string())),
            Some(("$with", operand)) => with(at(operand, scope, level)?),
            Some(("$join", operand)) => join(at(operand, scope, level)?),
            Some(("$repeat", operand)) => repeat(at(operand, scope, level)?),
            _ => {
                let expanded = members.iter().map(|(name, value)| Ok((name.clone(), at(value, scope, level)?)));
                expanded.collect::<Result<_, _>>().map(Value::Object)
            }
        },
        other => Ok(other.clone()),
    }
}

fn single(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = members.iter();
    match (members.next(), members.next()) {
        (Some((name, value)), None) => Some((name, value)),
        _ => None,
    }
}

/// Several objects as one; a later member wins.
fn with(operand: Value) -> Result<Value, ExpandError> {
    let wrong = || ExpandError::Operand("$with", "a list of objects");
    let Value::Array(parts) = operand else { return Err(wrong()) };
    let mut all = Map::new();
    for part in parts {
        let Value::Object(part) = part else { return Err(wrong()) };
        all.extend(part);
    }
    Ok(Value::Object(all))
}

fn join(operand: Value) -> Result<Value, ExpandError> {
    let wrong = || ExpandError::Operand("$join", "a list of texts");
    let Value::Array(parts) = operand else { return Err(wrong()) };
    let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
    texts.map(|texts| Value::String(texts.concat())).ok_or_else(wrong)
}

fn repeat(operand: Value) -> Result<Value, ExpandError> {
    let text = operand.get(0).and_then(Value::as_str);
    let times = operand.get(1).and_then(Value::as_u64).and_then(|times| usize::try_from(times).ok());
    match (text, times) {
        (Some(text), Some(times)) => Ok(Value::String(text.repeat(times))),
        _ => Err(ExpandError::Operand("$repeat", "a text and a number")),
    }
}

fn lookup(name: &str, scope: Scope<'_>, level: usize) -> Result<Value, ExpandError> {
    if level >= MOST_LEVELS {
        return Err(ExpandError::Circle(name.to_owned()));
    }
    let value = scope.get(name).ok_or_else(|| ExpandError::Unknown(name.to_owned()))?;
    at(value, scope, level + 1)
}

fn text_of(text: &str, scope: Scope<'_>, level: usize) -> Result<Value, ExpandError> {
    if let Some(name) = whole(text) {
        return if is_late(name) { Ok(Value::String(text.to_owned())) } else { lookup(name, scope, level) };
    }
    replace(text, |name| {
        if is_late(name) {
            return Ok(None);
        }
        plain(&lookup(name, scope, level)?).map(Some).ok_or_else(|| ExpandError::NotText(name.to_owned()))
    })
    .map(Value::String)
}

/// The name where a text is one variable and nothing else.
pub fn whole(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (!name.contains('}')).then_some(name)
}

/// A value within a text.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A text with each variable replaced by what the function gives; where that is nothing, it stays as it is.
///
/// # Errors
/// The function's.
pub fn replace<E>(text: &str, mut of: impl FnMut(&str) -> Result<Option<String>, E>) -> Result<String, E> {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        made.push_str(before);
        let Some(end) = from.find('}') else {
            rest = from;
            break;
        };
        match of(&from[2..end])? {
            Some(value) => made.push_str(&value),
            None => made.push_str(&from[..=end]),
        }
        rest = &from[end + 1..];
    }
    made.push_str(rest);
    Ok(made)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expanded(value: &Value, variables: &Value) -> Result<Value, ExpandError> {
        expand(value, Scope::new(&[variables.as_object().unwrap()]))
    }

    #[test]
    fn a_variable_alone_keeps_its_type_and_within_a_text_it_is_text() {
        let variables = json!({ "n": 3, "list": [1], "outer": "${inner}!", "inner": "x" });
        let value = json!(["${n}", "a${n}b", "${list}", "${outer}", "${origin}/x", "${saved.handle}"]);
        let expected = json!([3, "a3b", [1], "x!", "${origin}/x", "${saved.handle}"]);
        assert_eq!(expanded(&value, &variables).unwrap(), expected);
    }

    #[test]
    fn operators_make_texts_and_objects() {
        let value = json!({
            "config": { "$text": { "$with": [{ "a": 1, "b": 1 }, "${more}"] } },
            "deep": { "$join": [{ "$repeat": ["[", 3] }, "1"] },
        });
        let expected = json!({ "config": r#"{"a":1,"b":2}"#, "deep": "[[[1" });
        assert_eq!(expanded(&value, &json!({ "more": { "b": 2 } })).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_is_an_error_that_names_the_variable() {
        let variables = json!({ "a": "${b}", "b": "${a}", "list": [] });
        assert_eq!(expanded(&json!("${c}"), &variables), Err(ExpandError::Unknown("c".to_owned())));
        assert!(matches!(expanded(&json!("${a}"), &variables), Err(ExpandError::Circle(_))));
        assert_eq!(expanded(&json!("x${list}"), &variables), Err(ExpandError::NotText("list".to_owned())));
        assert!(matches!(expanded(&json!({ "$repeat": "x" }), &variables), Err(ExpandError::Operand("$repeat", _))));
    }
}
