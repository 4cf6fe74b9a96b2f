//! Optional fields whose type nobody may rely on.
//!
//! Servers of different ages disagree on which fields exist, which are null and what type they have. So a field that is
//! missing, null or of another type than expected is absent, and the rest of the reply is read all the same.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Most members of one object of texts: a sandbox has some dozen labels, and a text of millions must not fill the memory.
const MAX_PAIRS: usize = 10_000;

/// Longest text that is made of a list of texts, in bytes.
const MAX_JOINED: usize = 4096;

/// For `deserialize_with`: reads a value of any type, and none where a `T` cannot be made of it.
pub fn lenient<'de, D: Deserializer<'de>, T: FromScalar>(deserializer: D) -> Result<Option<T>, D::Error> {
    Scalar::deserialize(deserializer).map(T::from_scalar)
}

/// For `deserialize_with`: reads a value of any type, and none where it is no object.
pub fn lenient_object<'de, D: Deserializer<'de>, T: FromObject>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(AnyObject(PhantomData))
}

/// A value, as far as something simple can be made of it.
#[derive(Debug)]
pub enum Scalar<'a> {
    /// Null, or nothing of use: a fraction, a list without texts, an object without a name.
    Absent,
    Bool(bool),
    /// Also of one that was written as 30.0 or 3e1.
    Whole(i64),
    /// A text; an object's `name`, because the oldest servers wrapped the state so; the texts of a list, joined by commas.
    Text(Cow<'a, str>),
}

/// What can be made of a simple value.
pub trait FromScalar: Sized {
    fn from_scalar(value: Scalar<'_>) -> Option<Self>;
}

impl FromScalar for String {
    fn from_scalar(value: Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Text(text) => Some(text.into_owned()),
            Scalar::Whole(number) => Some(number.to_string()),
            Scalar::Absent | Scalar::Bool(_) => None,
        }
    }
}

impl FromScalar for i64 {
    fn from_scalar(value: Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Whole(number) => Some(number),
            _ => None,
        }
    }
}

impl FromScalar for u32 {
    fn from_scalar(value: Scalar<'_>) -> Option<Self> {
        i64::from_scalar(value).and_then(|number| Self::try_from(number).ok())
    }
}

impl FromScalar for bool {
    fn from_scalar(value: Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }
}

/// The whole number that a float is, where it is one and exactly representable.
pub fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = value.fract() == 0.0 && value.abs() <= EXACT;
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and lies in the range of i64")]
    is_whole.then_some(value as i64)
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    #[inline(never)]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyScalar)
    }
}

struct AnyScalar;

impl<'de> Visitor<'de> for AnyScalar {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Absent)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Scalar::Absent, Scalar::Whole))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(whole(value).map_or(Scalar::Absent, Scalar::Whole))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut joined = String::new();
        while let Some(OnlyText(item)) = list.next_element()? {
            let Some(item) = item else { continue };
            if joined.len() + item.len() < MAX_JOINED {
                joined.push_str(if joined.is_empty() { "" } else { ", " });
                joined.push_str(&item);
            }
        }
        Ok(if joined.is_empty() { Scalar::Absent } else { Scalar::Text(joined.into()) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut name = None;
        while let Some(OnlyText(key)) = object.next_key()? {
            if key.as_deref() == Some("name") {
                OnlyText(name) = object.next_value()?;
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(name.map_or(Scalar::Absent, Scalar::Text))
    }
}

/// A text; none where the value is anything else. A value that is nested deeper than serde_json reads is an error.
struct OnlyText<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for OnlyText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyText).map(Self)
    }
}

/// Reads all of a text; an error where it is nested deeper than serde_json reads.
pub fn check_depth(json: &str) -> serde_json::Result<()> {
    serde_json::from_str::<OnlyText<'_>>(json).map(drop)
}

/// Visits of what is neither text nor object: nothing is made of it, but a list is read to its end.
macro_rules! ignores_other_values {
    ($lifetime:lifetime) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: SeqAccess<$lifetime>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<OnlyText<'_>>()?.is_some() {}
            Ok(None)
        }
    };
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    ignores_other_values!('de);

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(value.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<OnlyText<'_>, OnlyText<'_>>()?.is_some() {}
        Ok(None)
    }
}

/// What can be made of an object.
pub trait FromObject: Sized {
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error>;
}

struct AnyObject<T>(PhantomData<T>);

impl<'de, T: FromObject> Visitor<'de> for AnyObject<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    ignores_other_values!('de);

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::from_object(object).map(Some)
    }
}

/// The members of an object, in their order: those of whose value a text can be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl FromObject for Pairs {
    fn from_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = object.next_entry::<Scalar<'_>, Scalar<'_>>()? {
            pairs.extend(String::from_scalar(name).zip(String::from_scalar(value)));
            if pairs.len() > MAX_PAIRS {
                return Err(A::Error::custom("too many members"));
            }
        }
        Ok(Self(pairs))
    }
}

/// The fields of an object, and of nothing else: serde's derived readers would also take a list for one, by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<T: DeserializeOwned> FromObject for Object<T> {
    // One copy of each derived reader is enough.
    #[inline(never)]
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Self)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient_object(deserializer)?.ok_or_else(|| D::Error::custom("it is no object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(
        json: &str,
        with: impl Fn(&mut serde_json::Deserializer<serde_json::de::StrRead<'_>>) -> serde_json::Result<T>,
    ) -> T {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        match with(&mut deserializer).and_then(|value| deserializer.end().map(|()| value)) {
            Ok(value) => value,
            Err(problem) => panic!("{json}: {problem}"),
        }
    }

    fn of<T: FromScalar>(json: &str) -> Option<T> {
        read(json, |deserializer| lenient(deserializer))
    }

    fn object<T: FromObject>(json: &str) -> Option<T> {
        read(json, |deserializer| lenient_object(deserializer))
    }

    #[test]
    fn a_text_is_made_of_texts_numbers_names_and_lists() {
        for (json, expected) in [
            (r#""a""#, Some("a")),
            ("7", Some("7")),
            (r#"{"at":[1.5],"name":"started"}"#, Some("started")),
            (r#"["a",7,"b",["c"]]"#, Some("a, b")),
            ("[]", None),
            ("null", None),
            ("true", None),
            ("1.5", None),
            (r#"{"x":{}}"#, None),
            (r#"{"name":7}"#, None),
        ] {
            assert_eq!(of::<String>(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_whole_number_is_one_in_every_spelling_and_anything_else_is_absent() {
        for (json, expected) in [
            ("30", Some(30)),
            ("30.0", Some(30)),
            ("3e1", Some(30)),
            ("1.5", None),
            ("-1", None),
            ("1e300", None),
            ("18446744073709551616", None),
            (r#""30""#, None),
            ("[30]", None),
            (r#"{"a":30}"#, None),
        ] {
            assert_eq!(of::<u32>(json), expected, "{json}");
        }
    }

    #[test]
    fn of_an_object_of_texts_what_is_no_text_is_left_out() {
        let pairs = object::<Pairs>(r#"{"b":"1","a":null,"c":["x","y"],"d":2}"#).map(|pairs| pairs.0);
        let expected = [("b", "1"), ("c", "x, y"), ("d", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs.as_deref(), Some(&expected[..]));
        for other in ["[1]", "7", "1.5", "\"a\"", "null", "true"] {
            assert_eq!(object::<Pairs>(other), None, "{other}");
        }
    }

    #[test]
    fn an_object_with_more_members_than_anybody_means_is_refused() {
        let json = format!("{{{}\"a\":\"\"}}", "\"a\":\"\",".repeat(MAX_PAIRS));
        assert!(lenient_object::<_, Pairs>(&mut serde_json::Deserializer::from_str(&json)).is_err());
    }

    #[test]
    fn nesting_without_end_does_no_harm() {
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(lenient::<_, u32>(&mut serde_json::Deserializer::from_str(&deep)).is_err());
        assert!(lenient_object::<_, Pairs>(&mut serde_json::Deserializer::from_str(&deep)).is_err());
        // What nobody asked for is skipped, however deep it is.
        assert_eq!(of::<bool>(&format!("{{\"a\":{deep}}}")), None);
    }
}
