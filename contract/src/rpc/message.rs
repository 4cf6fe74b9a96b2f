//! JSON-RPC 2.0: what a message is, and what an answer looks like.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::error::{INVALID_REQUEST, METHOD_NOT_FOUND, RpcError};
use super::params;
use crate::input::plain_name;

/// The id of a request, as it was written: a number too large for this machine comes back as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(String);

impl Id {
    /// For answers to what has no id, or none that can be read.
    pub fn null() -> Self {
        Self("null".to_owned())
    }

    /// An id that was read as a value and written again.
    pub fn written(text: String) -> Self {
        Self(text)
    }

    /// Texts, numbers and null are ids.
    fn read(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        let is_id = text == "null" || text.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit());
        is_id.then(|| Self(text.to_owned()))
    }
}

/// A request, or a notification where it has no id.
#[derive(Debug)]
pub struct Request {
    /// Absent in a notification, which is not answered.
    pub id: Option<Id>,
    /// Which method is called.
    pub method: String,
    /// An object, empty where there are none.
    pub params: Value,
}

impl Request {
    /// Reads one message of a batch or outside of one. On failure the id to answer to, where there is one.
    pub fn parse(message: &RawValue) -> Result<Self, (Id, RpcError)> {
        let Ok(Members { members, twice }) = serde_json::from_str(message.get()) else {
            return Err((Id::null(), RpcError::new(INVALID_REQUEST, "a message has to be an object")));
        };
        let id = match members.get("id").map(|id| Id::read(id)) {
            None => None,
            Some(Some(id)) => Some(id),
            Some(None) => {
                return Err((Id::null(), RpcError::new(INVALID_REQUEST, "`id` has to be a text or a number")));
            }
        };
        let answered = id.clone().unwrap_or_else(Id::null);
        if let Some(name) = twice {
            // Of two ids nobody knows which one waits for the answer.
            let answered = if name == "id" { Id::null() } else { answered };
            let text = format!("`{}` stands twice in the message: leave one of them out", plain_name(&name));
            return Err((answered, RpcError::new(INVALID_REQUEST, text)));
        }
        let wrong = |text: &str| Err((answered.clone(), RpcError::new(INVALID_REQUEST, text)));
        let text = |name: &str| serde_json::from_str::<String>(members.get(name)?.get()).ok();
        if text("jsonrpc").as_deref() != Some("2.0") {
            return wrong("`jsonrpc` has to be \"2.0\"");
        }
        let Some(method) = text("method") else {
            return wrong("`method` has to be a text");
        };
        match members.get("params").map_or(Ok(json!({})), |raw| params::read(raw)) {
            Ok(params) => Ok(Self { id, method, params }),
            Err(error) => Err((answered, error)),
        }
    }

    /// The method as it may be shown.
    pub fn unknown(method: &str) -> RpcError {
        RpcError::new(METHOD_NOT_FOUND, format!("there is no method `{}`", plain_name(method)))
    }
}

/// The members of a message, and the name of one that stands twice.
struct Members<'a> {
    members: BTreeMap<String, &'a RawValue>,
    twice: Option<String>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let (mut members, mut twice) = (BTreeMap::new(), None);
                while let Some(name) = map.next_key::<String>()? {
                    let value = map.next_value()?;
                    match members.entry(name) {
                        Entry::Vacant(place) => {
                            place.insert(value);
                        }
                        Entry::Occupied(place) => {
                            twice.get_or_insert(place.key().clone());
                        }
                    }
                }
                Ok(Members { members, twice })
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// An answer.
pub fn answer(id: &Id, outcome: Result<Value, RpcError>) -> String {
    let Id(id) = id;
    match outcome {
        Ok(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
        Err(error) => format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{}}}"#, error.to_json()),
    }
}

/// A message that nobody asked for at that moment.
pub fn notification(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::{Request, answer};

    fn parse(text: &str) -> Result<Request, String> {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        Request::parse(raw).map_err(|(id, error)| answer(&id, Err(error)))
    }

    #[test]
    fn an_id_comes_back_as_it_was_written() {
        for id in ["1", "1.0", "123456789012345678901234567890", "-0", "1e400", r#""a\ud83d""#, r#""é""#, "null"] {
            let request = parse(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"health"}}"#)).unwrap();
            let told = answer(&request.id.unwrap(), Ok(1.into()));
            assert_eq!(told, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":1}}"#));
        }
    }

    #[test]
    fn parameters_may_be_null_or_absent_and_half_a_character_is_told_by_path_to_its_own_id() {
        for message in [r#"{"jsonrpc":"2.0","method":"m"}"#, r#"{"jsonrpc":"2.0","method":"m","params":null}"#] {
            assert!(parse(message).unwrap().params.is_object());
        }
        let error =
            parse(r#"{"jsonrpc":"2.0","id":7,"method":"m","params":{"spec":{"env":{"P":"cut \ud83d"}}}}"#).unwrap_err();
        assert!(error.starts_with(r#"{"jsonrpc":"2.0","id":7,"error""#), "{error}");
        assert!(error.contains("spec.env.P") && error.contains("lone surrogate"), "{error}");
        for odd in ["1e999", &format!("{}1{}", "[".repeat(500), "]".repeat(500))] {
            let error =
                parse(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"m","params":{{"x":{odd}}}}}"#)).unwrap_err();
            assert!(error.contains(r#""id":7"#) && error.contains("-32602"), "{error}");
        }
        let many = format!("[{}1]", "1,".repeat(600_000));
        let error = parse(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"m","params":{{"x":{many}}}}}"#)).unwrap_err();
        assert!(error.contains(r#""id":7"#) && error.contains("more than 500000 values"), "{error}");
    }

    #[test]
    fn what_stands_twice_is_told_and_a_configuration_is_passed_on_as_it_was_written() {
        for (message, id, told) in [
            (r#"{"jsonrpc":"2.0","id":7,"id":8,"method":"m"}"#, "null", "`id` stands twice"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"m","method":"n"}"#, "7", "`method` stands twice"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"m","params":{},"params":{}}"#, "7", "`params` stands twice"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"m","params":{"a":1,"a":2}}"#, "7", r#""data":{"path":"a"}"#),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"m","params":{"spec":{"env":{"A":"x","A":"y"}}}}"#,
                "7",
                "`spec.env.A` stands there twice",
            ),
            (r#"{"jsonrpc":"2.0","id":7,"method":"m","params":{"config":1,"config":2}}"#, "7", "`config` stands"),
        ] {
            let error = parse(message).unwrap_err();
            assert!(error.contains(&format!(r#""id":{id}"#)) && error.contains(told), "{error}");
        }
        let params = parse(
            r#"{"jsonrpc":"2.0","method":"m","params":{"config":{"b": 1e0,"b":2},"context":{"poolId":"p","config":{"a":1,"a":2}}}}"#,
        )
        .unwrap()
        .params;
        assert_eq!(params["config"], r#"{"b": 1e0,"b":2}"#);
        assert_eq!(params["context"]["config"], r#"{"a":1,"a":2}"#);
    }
}
