//! JSON objects in the server's order of fields, where `null` and "left out" are different things.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// An object under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object {
    fields: Vec<(&'static str, Value)>,
    /// What becomes of an optional field without a value.
    leaves_out: bool,
}

impl Object {
    /// Optional fields without a value are `null`.
    pub(crate) fn with_nulls() -> Self {
        Self::default()
    }

    /// Optional fields without a value are left out.
    pub(crate) fn without_nulls() -> Self {
        Self { leaves_out: true, ..Self::default() }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.fields.push((name, value.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|(field, _)| *field != name);
    }

    pub(crate) fn optional(&mut self, name: &'static str, value: Option<impl Into<Value>>) {
        match value {
            Some(value) => self.set(name, value),
            None if self.leaves_out => {}
            None => self.set(name, Value::Null),
        }
    }

    /// Left out without a value, whatever the rest of the object does.
    pub(crate) fn set_if_some(&mut self, name: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
