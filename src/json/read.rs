//! Reading, into one tree whatever it is that is read.
//!
//! A reader of its own for each record would be compiled for each; one tree and look-ups in it are a twentieth of the
//! component smaller. What nobody asked for is skipped without being stored and without recursion, and what is stored
//! is counted, so that no text grows beyond the guest's memory.

use alloc::borrow::Cow;
use core::cell::Cell;
use core::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::number;
use crate::prelude::*;
use crate::text;

/// Most values that are stored. A list page of 200 sandboxes has some thousand that are asked for.
const MAX_VALUES: u32 = 100_000;

/// The member as which serde_json hands out the text of a number that is not a 64-bit integer. It does so with its
/// feature `arbitrary_precision`; without it, it would make such a number a float, with tables and code that are a
/// hundredth of the component.
const NUMBER: &str = "$serde_json::private::Number";

/// A value. Of a name that occurs twice in an object, the last one counts, as in every JSON reader.
///
/// Texts lie where they were read; only one with an escape in it is a copy.
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// A whole number, also when it was written with an exponent or a fraction of zero.
    Whole(i64),
    /// A whole number beyond that, as it was written.
    Large(String),
    /// A number that is not whole, as it was written.
    Fraction(String),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<Member<'a>>),
}

/// A member of an object.
pub type Member<'a> = (Cow<'a, str>, Value<'a>);

impl<'a> Value<'a> {
    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, when it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The members, when it is an object.
    pub fn as_object(&self) -> Option<&[Member<'a>]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The number, when it is a whole one that fits.
    pub fn as_whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            _ => None,
        }
    }

    /// A member of an object; none where it is missing or null, and in anything else.
    pub fn get(&self, name: &str) -> Option<&Self> {
        // Most names differ in length already.
        let is_it = |(known, _): &&Member<'a>| known.len() == name.len() && known == name;
        let (_, value) = self.as_object()?.iter().rev().find(is_it)?;
        if matches!(value, Self::Null) { None } else { Some(value) }
    }
}

/// What becomes of a member of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is skipped unread.
    No,
    /// It is read, and of the objects in it what is kept itself.
    Yes,
    /// It is read with everything in it.
    Whole,
}

/// How a text is read.
pub struct Reading<'a> {
    /// Which members of objects are kept.
    pub keep: fn(&str) -> Keep,
    /// What becomes of each text that is kept.
    pub clean: &'a dyn for<'t> Fn(Cow<'t, str>) -> Cow<'t, str>,
}

impl Reading<'_> {
    /// Reads a whole text; an error says what is wrong with it and where.
    pub fn read<'t>(&self, json: &'t [u8]) -> Result<Value<'t>, String> {
        let left = Cell::new(MAX_VALUES);
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let read = Node { reading: self, left: &left, whole: false }.deserialize(&mut deserializer);
        match read.and_then(|value| deserializer.end().map(|()| value)) {
            Ok(_) if left.get() == 0 => Err("it has 100000 values or more".to_owned()),
            Ok(value) => Ok(value),
            // The place says enough; the reader's own words and their formatting would be a hundredth of the component.
            Err(problem) => {
                let (line, column) = (text::decimal(problem.line()), text::decimal(problem.column()));
                Err(text::fill("it is not JSON from line {} column {} on", &[&line, &column]))
            }
        }
    }
}

/// One value about to be read.
#[derive(Clone, Copy)]
struct Node<'a> {
    reading: &'a Reading<'a>,
    /// How many more may be kept; those after the last are skipped.
    left: &'a Cell<u32>,
    /// Whether it lies in a member that is kept whole.
    whole: bool,
}

impl Node<'_> {
    fn text<'t>(&self, text: Cow<'t, str>) -> Value<'t> {
        Value::Text((self.reading.clean)(text))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.left.set(self.left.get().saturating_sub(1));
        if self.left.get() == 0 {
            return IgnoredAny::deserialize(deserializer).map(|_| Value::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value<'de>;

    fn expecting(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or_else(|_| Value::Large(text::decimal(value)), Value::Whole))
    }

    // Never called, and smaller than serde's own, which reports an error.
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(self.text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            if self.left.get() > 0 {
                list.push(item);
            }
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut object = Vec::new();
        while let Some(kept) = members.next_key_seed(Name(self))? {
            match kept {
                Some((name, keep)) if self.left.get() > 0 => {
                    let value = members.next_value_seed(Node { whole: keep == Keep::Whole, ..self })?;
                    object.push(((self.reading.clean)(name), value));
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        match object.as_slice() {
            [(name, Value::Text(text))] if name == NUMBER && number::is(text) => Ok(number::of(text)),
            _ => Ok(Value::Object(object)),
        }
    }
}

/// The name of a member of an object: none where the member is not kept. Serde's own reader of texts would bring its
/// error texts along.
struct Name<'a>(Node<'a>);

impl Name<'_> {
    fn keep(&self, name: &str) -> Option<Keep> {
        let Node { reading, whole, .. } = self.0;
        let keep = if whole || name == NUMBER { Keep::Whole } else { (reading.keep)(name) };
        (keep != Keep::No).then_some(keep)
    }
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<(Cow<'de, str>, Keep)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Option<(Cow<'de, str>, Keep)>;

    fn expecting(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(self.keep(name).map(|keep| (Cow::Borrowed(name), keep)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.keep(name).map(|keep| (Cow::Owned(name.to_owned()), keep)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, keep: fn(&str) -> Keep) -> Result<Value<'_>, String> {
        Reading { keep, clean: &|text| text }.read(json.as_bytes())
    }

    #[test]
    fn every_kind_of_value_is_told_apart() {
        let json = r#"{"a":null,"b":true,"c":-7,"d":1.5,"e":"x","f":[1,"2"],"g":{"h":18446744073709551615}}"#;
        let Ok(value) = read(json, |_| Keep::Yes) else { panic!("not read") };
        assert!(value.get("a").is_none() && value.get("z").is_none());
        assert!(matches!(value.get("b"), Some(Value::Bool(true))));
        assert!(matches!(value.get("c"), Some(Value::Whole(-7))));
        assert!(matches!(value.get("d"), Some(Value::Fraction(text)) if text == "1.5"));
        assert_eq!(value.get("e").and_then(Value::as_str), Some("x"));
        assert_eq!(value.get("f").and_then(Value::as_list).map(<[Value]>::len), Some(2));
        let large = value.get("g").and_then(|inner| inner.get("h"));
        assert!(matches!(large, Some(Value::Large(text)) if text == "18446744073709551615"));
    }

    #[test]
    fn an_object_that_only_looks_like_a_number_is_an_object() {
        for text in ["dtn_key", "", "1 x"] {
            let json = format!(r#"{{"{NUMBER}":"{text}"}}"#);
            let value = read(&json, |_| Keep::Yes);
            assert_eq!(
                value.ok().and_then(|value| value.get(NUMBER)?.as_str().map(str::to_owned)).as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn of_a_name_that_occurs_twice_the_last_one_counts() {
        let value = read(r#"{"a":"first","a":"last"}"#, |_| Keep::Yes);
        assert_eq!(value.as_ref().ok().and_then(|value| value.get("a")).and_then(Value::as_str), Some("last"));
    }

    #[test]
    fn what_is_not_kept_is_skipped_however_deep_and_long_it_is() {
        let deep = format!(r#"{{"x":{}1{},"id":"a"}}"#, "[".repeat(50_000), "]".repeat(50_000));
        let long = format!(r#"{{"x":[{}0],"id":"a"}}"#, "0,".repeat(200_000));
        for json in [deep, long] {
            let Ok(value) = read(&json, |name| if name == "id" { Keep::Yes } else { Keep::No }) else {
                panic!("not read")
            };
            assert_eq!(value.as_object().map(<[_]>::len), Some(1));
        }
    }

    #[test]
    fn a_member_that_is_kept_whole_is_kept_to_its_ground() {
        let keep = |name: &str| if name == "all" { Keep::Whole } else { Keep::No };
        let Ok(value) = read(r#"{"x":1,"all":{"a":{"b":2}}}"#, keep) else { panic!("not read") };
        assert!(value.get("x").is_none());
        let inner = value.get("all").and_then(|all| all.get("a")).and_then(|a| a.get("b"));
        assert_eq!(inner.and_then(Value::as_whole), Some(2));
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction_of_zero() {
        let whole = |json: &str| read(json, |_| Keep::Yes).ok().and_then(|value| value.as_whole());
        assert_eq!((whole("30"), whole("30.0"), whole("-1"), whole("3e1")), (Some(30), Some(30), Some(-1), Some(30)));
        assert_eq!((whole("1.5"), whole("1e300"), whole("\"1\"")), (None, None, None));
    }

    #[test]
    fn what_is_kept_has_limits_in_depth_and_number() {
        let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        assert!(read(&deep, |_| Keep::Yes).is_err());
        let long = format!("[{}0]", "0,".repeat(100_000));
        assert!(read(&long, |_| Keep::Yes).is_err_and(|why| why.contains("100000")));
    }

    #[test]
    fn members_beyond_the_limit_are_not_stored_either() {
        let stored = Cell::new(0_u32);
        let count = |_: &str| stored.set(stored.get() + 1);
        let long = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(200_000));
        let read = Reading { keep: |_| Keep::Yes, clean: &|text| (count(&text), text).1 }.read(long.as_bytes());
        assert!(read.is_err_and(|why| why.contains("100000")));
        assert!(stored.get() < MAX_VALUES, "{}", stored.get());
    }

    #[test]
    fn an_error_says_where_it_is() {
        assert!(read("{\"a\":1,}", |_| Keep::Yes).is_err_and(|why| why.contains("line 1 column 8")));
        assert!(read("{} x", |_| Keep::Yes).is_err());
    }

    #[test]
    fn every_text_that_is_kept_is_cleaned() {
        let reading = Reading { keep: |_| Keep::Yes, clean: &|text| text.replace("key", "***").into() };
        let Ok(value) = reading.read(br#"{"a key":["\u006bey"]}"#) else { panic!("not read") };
        let list = value.get("a ***").and_then(Value::as_list);
        assert_eq!(list.and_then(|list| list.first()).and_then(Value::as_str), Some("***"));
    }
}
