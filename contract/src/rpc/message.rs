//! JSON-RPC 2.0: what a message is, and what an answer looks like.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::params;
use crate::input::{Mistake, plain_name};
use crate::types::ProviderError;

/// No JSON. This and the next three are JSON-RPC's own.
pub const PARSE_ERROR: i32 = -32_700;
/// No message.
pub const INVALID_REQUEST: i32 = -32_600;
/// No such method.
pub const METHOD_NOT_FOUND: i32 = -32_601;
/// The parameters do not fit the method.
pub const INVALID_PARAMS: i32 = -32_602;
/// The provider failed a call.
pub const PROVIDER_ERROR: i32 = -32_000;
/// The host failed a call.
pub const HOST_ERROR: i32 = -32_001;
/// A component was refused.
pub const SWAP_REFUSED: i32 = -32_002;
/// The host is shutting down.
pub const SHUTTING_DOWN: i32 = -32_003;
/// The client has cancelled it; the number is the one of the Language Server Protocol.
pub const CANCELLED: i32 = -32_800;

// Numbers of failed calls that tell what may be done, from version 2 of the protocol on: clients exist that read nothing
// else of an error. In version 1 these are `PROVIDER_ERROR` and `HOST_ERROR`.

/// The same call will not succeed.
pub const NEVER_REPEAT: i32 = -32_010;
/// The same call may succeed later.
pub const REPEAT_LATER: i32 = -32_011;
/// What was asked for may exist all the same: look first.
pub const OUTCOME_UNKNOWN: i32 = -32_012;
/// The host has no room for the call just now.
pub const HOST_BUSY: i32 = -32_013;

/// The first version of the protocol: the one without `initialize`.
pub const FIRST_PROTOCOL: u32 = 1;
/// The last version of the protocol that a client may ask for.
pub const LAST_PROTOCOL: u32 = 2;

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

/// What goes into the member `error` of an answer.
#[derive(Debug)]
pub struct RpcError {
    code: i32,
    /// The number that tells what may be done, where it is a call that failed.
    retry: Option<i32>,
    message: String,
    data: Option<Value>,
}

impl RpcError {
    /// An error by its number and in words.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, retry: None, message: message.into(), data: None }
    }

    /// Adds the number that tells what may be done. From version 2 of the protocol on it takes the place of the other.
    pub fn with_retry(self, retry: i32) -> Self {
        Self { retry: Some(retry), ..self }
    }

    /// The error as a version of the protocol has it.
    pub fn in_protocol(mut self, version: u32) -> Self {
        if let Some(retry) = self.retry.filter(|_| version > FIRST_PROTOCOL) {
            self.code = retry;
        }
        self
    }

    /// Adds what a program can read.
    pub fn with_data(self, data: Value) -> Self {
        Self { data: Some(data), ..self }
    }

    /// The parameters do not fit the method.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(INVALID_PARAMS, message)
    }
}

/// A call that the provider failed; `data` is its error, with the remedy beside the code.
impl From<ProviderError> for RpcError {
    fn from(error: ProviderError) -> Self {
        let retry = match (error.maybe_applied, error.retryable) {
            (true, _) => OUTCOME_UNKNOWN,
            (false, true) => REPEAT_LATER,
            (false, false) => NEVER_REPEAT,
        };
        let mut data = serde_json::to_value(&error).unwrap_or_default();
        if let Some(remedy) = error.remedy() {
            data["remedy"] = remedy.into();
        }
        Self::new(PROVIDER_ERROR, error.to_string()).with_retry(retry).with_data(data)
    }
}

/// A parameter is named with its path and type; the path is a member of `data` as well.
impl From<Mistake> for RpcError {
    fn from(mistake: Mistake) -> Self {
        let message = format!("the parameters do not fit the method: {mistake}; see docs/host-rpc.schema.json");
        Self::invalid_params(message).with_data(json!({ "path": mistake.path() }))
    }
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
        Err(error) => {
            let mut told = json!({ "code": error.code, "message": error.message });
            if let Some(data) = error.data {
                told["data"] = data;
            }
            format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{told}}}"#)
        }
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
