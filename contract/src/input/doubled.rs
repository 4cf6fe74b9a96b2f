//! Names that stand twice in one object of JSON. Readers keep one of the two without a word, and whoever wrote them means
//! one of them only: which, nobody knows.

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::mistake::Mistake;

/// The first member of a text that has another one of its name before it in the same object, with its path and place. None
/// where there is none, and where the text is no JSON up to there. What lies under the paths in `except` is not looked at,
/// because somebody else does.
pub fn doubled(text: &str, except: &[&[&str]]) -> Option<Mistake> {
    let mut state = State { path: Vec::new(), except, found: None };
    let mut reader = serde_json::Deserializer::from_str(text);
    let error = Walk(&mut state).deserialize(&mut reader).err()?;
    Some(state.found?.at(error.line(), error.column()))
}

struct State<'a> {
    /// Names on the way here; empty ones for the items of arrays.
    path: Vec<String>,
    except: &'a [&'a [&'a str]],
    found: Option<Mistake>,
}

struct Walk<'w, 'a>(&'w mut State<'a>);

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.except.iter().any(|except| self.0.path == *except) {
            return de::Deserialize::deserialize(deserializer).map(|de::IgnoredAny| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(state) = self;
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                state.found = Some(Mistake::new("stands there twice: leave one of them out").within(&name));
                return Err(de::Error::custom("twice"));
            }
            state.path.push(name.clone());
            let outcome = map.next_value_seed(Walk(state));
            state.path.pop();
            if let Err(error) = outcome {
                state.found = state.found.take().map(|mistake| mistake.within(&name));
                return Err(error);
            }
            names.insert(name);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(state) = self;
        state.path.push(String::new());
        for index in 0.. {
            match items.next_element_seed(Walk(state)) {
                Ok(Some(())) => {}
                Ok(None) => break,
                Err(error) => {
                    state.found = state.found.take().map(|mistake| mistake.within_item(index));
                    return Err(error);
                }
            }
        }
        state.path.pop();
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::doubled;

    #[test]
    fn the_first_name_that_stands_twice_is_told_by_path_and_place() {
        for (text, told) in [
            (r#"{"a":1,"a":1}"#, "`a` stands there twice: leave one of them out (line 1, column 10)"),
            (
                "{\"env\":{\"A\":\"1\",\n\"A\":\"2\"}}",
                "`env.A` stands there twice: leave one of them out (line 2, column 3)",
            ),
            (r#"[{},[{"x":[{"y":1,"\u0079":2}]}]]"#, "`[1][0].x[0].y`"),
            (r#"{"env":{"dtn_0123456789abcdef":"1","dtn_0123456789abcdef":"2"}}"#, "`env.…`"),
        ] {
            let mistake = doubled(text, &[]).expect(text).to_string();
            assert!(mistake.starts_with(told), "{mistake}");
        }
        for fine in [r#"{"a":{"a":1},"b":[{"a":1},{"a":null}],"A":-1.5}"#, "5", "\"a\"", "{\"a\":1,", "x"] {
            assert_eq!(doubled(fine, &[]), None, "{fine}");
        }
    }

    #[test]
    fn what_somebody_else_looks_at_is_left_to_them() {
        let text = r#"{"context":{"config":{"a":1,"a":2}},"config":{"b":1,"b":2}}"#;
        assert_eq!(doubled(text, &[&["config"], &["context", "config"]]), None);
        assert_eq!(doubled(text, &[&["config"]]).unwrap().path(), "context.config.a");
        assert_eq!(doubled(r#"{"config":1,"config":1}"#, &[&["config"]]).unwrap().path(), "config");
    }
}
