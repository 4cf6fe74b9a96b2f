use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names with values, in order. Where a name occurs twice, the last one wins.
///
/// In JSON an object with string values; the order is kept both ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// No pairs.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Sets a value, in the place of those that were there.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(known, _)| known != name);
        self.push(name, value);
    }

    /// All pairs in order, to be changed.
    pub fn as_mut_vec(&mut self) -> &mut Vec<(String, String)> {
        &mut self.0
    }

    /// All pairs in order.
    pub fn as_vec(&self) -> &Vec<(String, String)> {
        &self.0
    }
}

impl From<Vec<(String, String)>> for Pairs {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for Pairs {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        for (name, value) in pairs {
            self.push(name, value);
        }
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // One member per name: of two members with the same name, JSON readers keep whichever they like.
        let mut map = serializer.serialize_map(None)?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            if !self.0[index + 1..].iter().any(|(later, _)| later == name) {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object whose values are strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }

            fn visit_unit<E>(self) -> Result<Pairs, E> {
                Ok(Pairs::new())
            }
        }
        deserializer.deserialize_any(Object)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Pairs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pairs".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Names with values. Absent or null: none.",
            "type": ["object", "null"],
            "additionalProperties": { "type": "string" },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    #[test]
    fn pairs_keep_their_order_through_json() {
        let text = r#"{"z":"1","a":"2"}"#;
        let pairs: Pairs = serde_json::from_str(text).unwrap();
        assert_eq!(pairs.iter().collect::<Vec<_>>(), [("z", "1"), ("a", "2")]);
        assert_eq!(serde_json::to_string(&pairs).unwrap(), text);
    }

    #[test]
    fn the_last_of_two_equal_names_wins_and_is_the_one_written() {
        let pairs: Pairs = [("a", "1"), ("b", "2"), ("a", "3")].into_iter().collect();
        assert_eq!(pairs.get("a"), Some("3"));
        assert_eq!(serde_json::to_string(&pairs).unwrap(), r#"{"b":"2","a":"3"}"#);
    }

    #[test]
    fn null_means_no_pairs_and_a_number_as_value_is_refused() {
        assert_eq!(serde_json::from_str::<Pairs>("null").unwrap(), Pairs::new());
        let error = serde_json::from_str::<Pairs>(r#"{"a":1}"#).unwrap_err();
        assert!(error.to_string().contains("expected a string"), "{error}");
    }
}
