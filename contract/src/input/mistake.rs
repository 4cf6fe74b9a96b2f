//! What is wrong with an input, in words that hold nothing of it.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// What is wrong with a value, and where. Holds no value, so that it can be shown to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From the outermost member to the wrong one; empty for the whole.
    path: Vec<String>,
    what: String,
    /// Line and column, where it is in a text.
    place: Option<(usize, usize)>,
}

impl Mistake {
    /// What is wrong, without a path.
    pub fn new(what: impl Into<String>) -> Self {
        Self { path: Vec::new(), what: what.into(), place: None }
    }

    /// The same mistake, in a text.
    pub(crate) fn at(self, line: usize, column: usize) -> Self {
        Self { place: Some((line, column)), ..self }
    }

    /// The same mistake, without a line and a column: in a message of one line they say nothing.
    pub fn without_place(self) -> Self {
        Self { place: None, ..self }
    }

    /// The same mistake, seen from one level further out.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.path.insert(0, plain_name(name).to_owned());
        self
    }

    pub(crate) fn within_item(mut self, index: usize) -> Self {
        self.path.insert(0, format!("[{index}]"));
        self
    }

    /// The path to the wrong value, for example `spec.env.TOKEN`; empty for the whole. A name that may be a secret itself
    /// is `…`.
    pub fn path(&self) -> String {
        self.path.iter().fold(String::new(), |mut path, part| {
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(part);
            path
        })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => write!(f, "it {}", self.what)?,
            false => write!(f, "`{}` {}", self.path(), self.what)?,
        }
        match self.place {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}

/// A name as it may be shown: itself where it looks like one that a person gave, else `…`.
pub fn plain_name(name: &str) -> &str {
    if is_plain_name(name) { name } else { "…" }
}

/// Whether a name looks like one that a person gave: short, of letters, with few digits. What is generated, as keys are,
/// looks otherwise.
pub fn is_plain_name(name: &str) -> bool {
    const MOST: usize = 32;
    const MOST_DIGITS: usize = 2;
    name.len() <= MOST
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
        && name.chars().filter(char::is_ascii_digit).count() <= MOST_DIGITS
}

/// What kind of value it is, without the value.
fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a number",
        Unexpected::Float(_) => "a number with a fraction or beyond what is counted",
        Unexpected::Char(_) | Unexpected::Str(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map | Unexpected::NewtypeStruct => "an object",
        _ => "something else",
    }
}

/// The words of readers, as a person who writes JSON says them.
fn wanted(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "u32" => "a whole number from 0 to 4294967295".to_owned(),
        "u64" | "usize" => "a whole number that is not negative".to_owned(),
        "a string" | "path string" => "a text".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        "a boolean" => "true or false".to_owned(),
        _ if text.starts_with("struct ") || text.starts_with("internally tagged") => "an object".to_owned(),
        _ if text.starts_with("variant ") || text.starts_with("enum ") => "one of the words that are listed".to_owned(),
        _ => text,
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl de::Error for Mistake {
    /// Words of others are dropped: they may quote a value.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new("is not what belongs there")
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("is {}, but has to be {}", kind(&found), wanted(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("is {} that does not fit: it has to be {}", kind(&found), wanted(expected)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("has {length} items, but has to be {}", wanted(expected)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("has to be one of {}", list(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let named = if is_plain_name(field) { format!("`{field}`") } else { "whose name is not shown".to_owned() };
        Self::new(match expected.is_empty() {
            true => format!("has a member {named}, but may have none"),
            false => format!("has a member {named} that does not exist. There are {}", list(expected)),
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("has no member `{field}`, which it needs"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("has the member `{field}` twice"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Mistake, plain_name};

    #[test]
    fn names_that_people_give_are_shown_and_what_may_be_a_key_is_not() {
        for name in ["env", "runtimeKinds", "min-age-sec", "TOKEN_2", "_x"] {
            assert_eq!(plain_name(name), name);
        }
        for key in ["", "key_0123456789abcdef", "sk-live-TOPSECRET12345", "A B", "a.b", "1", &"a".repeat(33)] {
            assert_eq!(plain_name(key), "…", "{key}");
        }
    }

    #[test]
    fn a_path_is_told_as_one_would_write_it() {
        let mistake = Mistake::new("is wrong").within_item(2).within("command").within("spec");
        assert_eq!(mistake.to_string(), "`spec.command[2]` is wrong");
        assert_eq!(Mistake::new("is wrong").to_string(), "it is wrong");
    }
}
