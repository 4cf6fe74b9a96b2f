//! JSON into records. A reader of its own walks the value, because the usual ones quote what they found.

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use serde_json::{Map, Value};

use super::doubled::doubled;
use super::mistake::Mistake;

/// Reads a record from a value.
///
/// # Errors
/// [`Mistake`], with the path and the type.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Mistake> {
    T::deserialize(Located(value))
}

/// Reads a record from text. Where a record is expected, an array of its fields in their order is refused: nobody means it.
///
/// # Errors
/// [`Mistake`]: with line and column where it is no JSON, else with the path and the type.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    from_str_except(text, &[])
}

/// The same, but names that stand twice under the paths in `except` are let pass: somebody else looks at what is there.
///
/// # Errors
/// As [`from_str`].
pub fn from_str_except<T: DeserializeOwned>(text: &str, except: &[&[&str]]) -> Result<T, Mistake> {
    let value: Value = serde_json::from_str(text).map_err(|error| syntax(&error))?;
    if let Some(mistake) = doubled(text, except) {
        return Err(mistake);
    }
    let located = from_value::<T>(&value);
    // From the text once more: it keeps the order of members, and knows where a mistake is.
    match (located, serde_json::from_str(text)) {
        (Ok(_), Ok(read)) => Ok(read),
        (Err(mistake), Ok(_)) => Err(mistake),
        (Err(mistake), Err(error)) => Err(mistake.at(error.line(), error.column())),
        (Ok(_), Err(error)) => Err(Mistake::new("has a number that is out of range").at(error.line(), error.column())),
    }
}

/// Words for what is no JSON. Those of the parser are fixed texts for this kind of error, and quote nothing.
fn syntax(error: &serde_json::Error) -> Mistake {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    match error.classify() {
        serde_json::error::Category::Eof => Mistake::new("is not JSON: it ends in the middle of a value"),
        serde_json::error::Category::Syntax => {
            Mistake::new(format!("is not JSON: {words}")).at(error.line(), error.column())
        }
        _ => Mistake::new("is not JSON").at(error.line(), error.column()),
    }
}

/// A value whose errors say where in it they are.
#[derive(Clone, Copy)]
struct Located<'a>(&'a Value);

impl<'de> Deserializer<'de> for Located<'_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (.., Some(value)) => visitor.visit_f64(value),
                _ => Err(Mistake::new("is a number beyond what is counted")),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            Value::Object(members) => visitor.visit_map(Members { members: members.iter(), next: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            // A derived reader would take the items for the members in their order.
            Value::Array(_) => Err(Mistake::new("is an array, but has to be an object")),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(text) => {
                let word: StrDeserializer<'_, Mistake> = text.as_str().into_deserializer();
                word.deserialize_enum(name, variants, visitor)
            }
            _ => Err(de::Error::unknown_variant("", variants)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct Items<'a>(std::iter::Enumerate<std::slice::Iter<'a, Value>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        match self.0.next() {
            Some((index, item)) => {
                seed.deserialize(Located(item)).map(Some).map_err(|mistake| mistake.within_item(index))
            }
            None => Ok(None),
        }
    }
}

struct Members<'a> {
    members: <&'a Map<String, Value> as IntoIterator>::IntoIter,
    next: Option<(&'a str, &'a Value)>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        self.next = Some((name, value));
        let name: StringDeserializer<Mistake> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mistake> {
        match self.next.take() {
            Some((name, value)) => seed.deserialize(Located(value)).map_err(|mistake| mistake.within(name)),
            None => Err(de::Error::custom("")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{from_str, from_value};
    use crate::types::{Credential, Handle, Mode, Spec};

    const SECRET: &str = "sk-live-TOPSECRET12345";

    fn mistake(value: serde_json::Value) -> String {
        let error = from_value::<Spec>(&value).unwrap_err().to_string();
        assert!(!error.contains(SECRET), "{error}");
        let in_text = from_str::<Spec>(&value.to_string()).unwrap_err().to_string();
        assert!(in_text.starts_with(&error), "{in_text}");
        error
    }

    #[test]
    fn a_value_of_another_type_is_told_by_path_and_type() {
        assert_eq!(
            mistake(json!({ "sessionId": "s", "env": SECRET })),
            "`env` is a text, but has to be an object whose values are strings"
        );
        assert_eq!(
            mistake(json!({ "sessionId": "s", "command": SECRET })),
            "`command` is a text, but has to be an array"
        );
        assert_eq!(mistake(json!({ "command": ["a", 1] })), "`command[1]` is a number, but has to be a text");
        assert_eq!(mistake(json!({ "env": { "A": { "x": SECRET } } })), "`env.A` is an object, but has to be a text");
        assert_eq!(mistake(json!({ "env": { SECRET: 1 } })), "`env.…` is a number, but has to be a text");
        assert_eq!(
            mistake(json!({ "resources": { "vCpu": -1 } })),
            "`resources.vCpu` is a number that does not fit: it has to be a whole number from 0 to 4294967295"
        );
        assert_eq!(mistake(json!(SECRET)), "it is a text, but has to be an object");
        assert_eq!(mistake(json!([SECRET])), "it is an array, but has to be an object");
    }

    #[test]
    fn a_member_that_does_not_exist_is_told_with_those_that_do() {
        let error = mistake(json!({ "resources": { "cpu": 1 } }));
        assert!(error.starts_with("`resources` has a member `cpu` that does not exist. There are `vCpu`"), "{error}");
        let error = mistake(json!({ SECRET: 1 }));
        assert!(error.starts_with("it has a member whose name is not shown that does not exist"), "{error}");
    }

    #[test]
    fn what_is_no_json_is_told_by_line_and_column() {
        let error = from_str::<Spec>(&format!("{{\n  \"env\": {{\"A\": {SECRET}}}\n}}")).unwrap_err().to_string();
        assert_eq!(error, "it is not JSON: expected value (line 2, column 16)");
        let error = from_str::<Spec>("{\"sessionId\": \"s").unwrap_err().to_string();
        assert_eq!(error, "it is not JSON: it ends in the middle of a value");
        let error = from_str::<Spec>(r#"{"sessionId":"a","sessionId":"b"}"#).unwrap_err().to_string();
        assert_eq!(error, "`sessionId` stands there twice: leave one of them out (line 1, column 28)");
        let text = format!(r#"{{"sessionId":"a","env":{{"A":"{SECRET}","A":"{SECRET}"}}}}"#);
        let error = from_str::<Spec>(&text).unwrap_err().to_string();
        assert!(error.starts_with("`env.A` stands there twice") && !error.contains(SECRET), "{error}");
    }

    #[test]
    fn everything_that_is_right_is_read_and_pairs_keep_their_order() {
        let spec: Spec = from_str(r#"{"sessionId":"s","env":{"z":"1","a":"2"},"command":null}"#).unwrap();
        assert_eq!(spec.env.iter().collect::<Vec<_>>(), [("z", "1"), ("a", "2")]);
        let key: Credential = from_value(&json!({ "apiKey": SECRET, "apiUrl": null })).unwrap();
        assert_eq!(key.secret.expose(), SECRET);
        assert_eq!(from_value::<Mode>(&json!("act")), Ok(Mode::Act));
        let error = from_value::<Mode>(&json!(SECRET)).unwrap_err().to_string();
        assert_eq!(error, "it has to be one of `look`, `mark`, `act`");
        assert!(from_value::<Handle>(&json!({ "providerId": "p", "externalId": "x", "other": 1 })).is_ok());
    }
}
