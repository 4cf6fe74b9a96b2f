//! A configuration as it was written: every key in its order, and every value with its type.
//!
//! Remarks are made on what is there, so nothing is converted before somebody asks for it, and a number keeps its spelling.
#![forbid(unsafe_code)]

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json::{Members, Scalar, whole};

/// A value.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a>(&'a RawValue);

/// What a value is.
#[derive(Debug)]
pub enum Kind<'a> {
    Null,
    Bool(bool),
    /// As it was written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List,
    Object,
}

/// The keys of a configuration or of an object in it, with their values.
#[derive(Debug, Default)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> From<Members<'a>> for Object<'a> {
    fn from(members: Members<'a>) -> Self {
        Self(members.0.into_iter().map(|(name, value)| (name, Value(value))).collect())
    }
}

impl<'a> Object<'a> {
    /// The value of a key; none where it is missing or null. Of a key that occurs twice, the last one counts, as in every
    /// JSON reader.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known == key)?;
        Some(*value).filter(|value| value.text() != "null")
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

impl<'a> Value<'a> {
    pub fn of(value: &'a RawValue) -> Self {
        Self(value)
    }

    /// As it was written.
    pub fn text(self) -> &'a str {
        self.0.get()
    }

    /// What it is.
    pub fn kind(self) -> Kind<'a> {
        match self.text().as_bytes().first() {
            Some(b'"') => self.unescaped().map_or(Kind::Null, Kind::Text),
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number(self.text()),
        }
    }

    /// The text of a value in quotation marks.
    fn unescaped(self) -> Option<Cow<'a, str>> {
        let inner = self.text().strip_prefix('"')?.strip_suffix('"')?;
        if !inner.contains('\\') {
            return Some(Cow::Borrowed(inner));
        }
        match serde_json::from_str(self.text()) {
            Ok(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The text, when it is one.
    pub fn as_text(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, when it is a list.
    pub fn as_list(self) -> Option<Vec<Self>> {
        let items: Vec<&RawValue> = serde_json::from_str(self.text()).ok()?;
        Some(items.into_iter().map(Self).collect())
    }

    /// The members, when it is an object.
    pub fn as_object(self) -> Option<Object<'a>> {
        serde_json::from_str::<Members<'_>>(self.text()).ok().map(Object::from)
    }

    /// The number as it was written, when it is one.
    pub fn as_number(self) -> Option<&'a str> {
        match self.kind() {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// The whole number that a number is, also when it was written with an exponent or a fraction of zero.
pub fn whole_number(number: &str) -> Option<i64> {
    number.parse().ok().or_else(|| float(number).and_then(whole))
}

/// Whether a number has a fraction. One beyond the exact range of floats counts as whole.
pub fn has_fraction(number: &str) -> bool {
    float(number).is_some_and(|value| value.fract() != 0.0)
}

/// By the reader of JSON, because that of the standard library would come in addition.
fn float(number: &str) -> Option<f64> {
    serde_json::from_str(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Object<'_> {
        match serde_json::from_str::<Members<'_>>(json) {
            Ok(members) => members.into(),
            Err(problem) => panic!("{json}: {problem}"),
        }
    }

    #[test]
    fn every_kind_of_value_is_told_apart() {
        let json = r#"{"a":null,"b":true,"c": -7 ,"d":1.50,"e":"x\u0041","f":[1,"2"],"g":{"h":18446744073709551615}}"#;
        let object = read(json);
        assert!(object.get("a").is_none() && object.get("z").is_none());
        assert!(matches!(object.get("b").map(Value::kind), Some(Kind::Bool(true))));
        assert_eq!(object.get("c").and_then(Value::as_number), Some("-7"));
        assert_eq!(object.get("d").and_then(Value::as_number), Some("1.50"));
        assert_eq!(object.get("e").and_then(Value::as_text).as_deref(), Some("xA"));
        assert_eq!(object.get("f").and_then(Value::as_list).map(|items| items.len()), Some(2));
        let inner = object.get("g").and_then(Value::as_object);
        assert_eq!(inner.and_then(|inner| inner.get("h")?.as_number()), Some("18446744073709551615"));
        assert!(
            object.get("e").and_then(Value::as_object).is_none() && object.get("g").and_then(Value::as_list).is_none()
        );
    }

    #[test]
    fn a_whole_number_is_one_in_every_spelling() {
        for (number, expected) in [
            ("30", Some(30)),
            ("30.0", Some(30)),
            ("3e1", Some(30)),
            ("-0.0", Some(0)),
            ("1.5", None),
            ("1e300", None),
            ("18446744073709551615", None),
        ] {
            assert_eq!(whole_number(number), expected, "{number}");
        }
        assert!(has_fraction("1.5") && !has_fraction("1e300") && !has_fraction("30.0"));
    }

    #[test]
    fn of_a_key_that_occurs_twice_the_last_one_counts_and_both_are_kept() {
        let object = read(r#"{"a":"first","b":1,"a":"last"}"#);
        assert_eq!(object.get("a").and_then(Value::as_text).as_deref(), Some("last"));
        assert_eq!(object.iter().count(), 3);
    }
}
