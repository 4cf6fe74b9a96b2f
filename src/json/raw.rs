//! Objects whose values are left as they were written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::lenient::{FromScalar, Scalar};
use super::write::to_ascii;

/// The members of an object, in their order, doubled names included.
#[derive(Debug, Default)]
pub struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members of an object; none where a text is something else.
    pub fn of(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The value of a name as it was written; none where it is missing or null. Of a name that occurs twice, the last one
    /// counts.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known == name)?;
        Some(value.get()).filter(|text| *text != "null")
    }

    /// What can be made of a simple value of a name.
    pub fn scalar<T: FromScalar>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?).ok().and_then(T::from_scalar)
    }

    /// The texts in the list of a name, as one text with `, ` between them; none where there is no list.
    pub fn texts(&self, name: &str) -> Option<String> {
        let list = self.get(name).filter(|list| list.starts_with('['))?;
        Some(serde_json::from_str(list).ok().and_then(String::from_scalar).unwrap_or_default())
    }

    /// The objects in the list of a name.
    pub fn objects(&self, name: &str) -> Option<Vec<Self>> {
        objects(self.get(name)?)
    }
}

/// The objects in a list; none where a text is no list.
pub fn objects(json: &str) -> Option<Vec<Members<'_>>> {
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(items.into_iter().filter_map(|item| Members::of(item.get())).collect())
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = object.next_key()? {
                    let value = object.next_value()?;
                    if let Scalar::Text(name) = name {
                        members.push((name, value));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Objects and lists within each other that are looked into for doubled names; deeper ones are left as they are.
const MAX_DEPTH: u32 = 16;

/// The same value with every name only once in its object: of doubled ones, the last.
pub fn without_doubled_names(json: &RawValue) -> String {
    let mut single = String::with_capacity(json.get().len());
    push_single(json, MAX_DEPTH, &mut single);
    single
}

fn push_single(value: &RawValue, depth: u32, json: &mut String) {
    let text = value.get();
    if depth == 0 {
        json.push_str(text);
    } else if let Ok(Members(members)) = serde_json::from_str(text) {
        let mut before = '{';
        for (index, (name, value)) in members.iter().enumerate() {
            if members.iter().skip(index + 1).any(|(later, _)| later == name) {
                continue;
            }
            json.push(before);
            json.push_str(&to_ascii(name));
            json.push(':');
            push_single(value, depth - 1, json);
            before = ',';
        }
        json.push_str(if before == '{' { "{}" } else { "}" });
    } else if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        json.push('[');
        for (index, item) in items.into_iter().enumerate() {
            json.push_str(if index > 0 { "," } else { "" });
            push_single(item, depth - 1, json);
        }
        json.push(']');
    } else {
        json.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_doubled_names_the_last_one_stays_at_every_depth() {
        for (json, expected) in [
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"b":2,"a":3}"#),
            (r#"[{"a":[{"b":1,"b":1.50}],"a":[{"b":2,"b":-3}]},"x",null]"#, r#"[{"a":[{"b":-3}]},"x",null]"#),
            (r#"{"a":{"a":1}}"#, r#"{"a":{"a":1}}"#),
            ("{}", "{}"),
            ("[]", "[]"),
            ("7", "7"),
        ] {
            let raw: Result<&RawValue, _> = serde_json::from_str(json);
            assert_eq!(raw.map(without_doubled_names).ok().as_deref(), Some(expected), "{json}");
        }
    }

    #[test]
    fn nesting_without_end_does_no_harm() {
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        let raw: Result<&RawValue, _> = serde_json::from_str(&deep);
        assert_eq!(raw.map(without_doubled_names).ok(), Some(deep.clone()));
    }
}
