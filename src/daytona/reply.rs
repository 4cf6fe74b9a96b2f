//! What is read of Daytona's replies.
//!
//! Servers of different ages disagree on which fields exist, which are null and which are required, so only `id` is
//! required here, null and missing are the same, a value of another type than expected counts as missing, and whatever
//! is not needed is skipped without being stored: a reply of 4 MiB must not grow in memory.

use crate::http::secret::Secret;
use crate::identity::LABEL_PREFIX;
use crate::json::{Reading, Value};
use crate::prelude::*;

/// The fields that are read anywhere in a reply, beside the labels under our own prefix.
const FIELDS: [&str; 11] = [
    "id",
    "organizationId",
    "name",
    "state",
    "desiredState",
    "errorReason",
    "recoverable",
    "toolboxProxyUrl",
    "labels",
    "items",
    "message",
];

/// Longest text that is made of a list of texts, in bytes.
const MAX_JOINED: usize = 4096;

/// Reads a body as far as its fields are known. A server may echo the key anywhere; none of it may reach a handle, a
/// state or an error.
fn read(body: &[u8], secret: &Secret) -> Result<Value, String> {
    let keep = |name: &str| FIELDS.contains(&name) || name.starts_with(LABEL_PREFIX);
    Reading { keep, clean: &|text| secret.redact(text) }.read(body)
}

/// A sandbox (or workspace) as a reply shows it.
#[derive(Default)]
pub struct Sandbox {
    pub id: String,
    pub organization_id: Option<String>,
    pub name: Option<String>,
    pub state: Option<String>,
    pub desired_state: Option<String>,
    pub error_reason: Option<String>,
    pub recoverable: bool,
    pub toolbox_proxy_url: Option<String>,
    /// Those under our own prefix only.
    pub labels: Vec<(String, String)>,
}

impl Sandbox {
    /// Reads one sandbox; an error when it is not JSON or has no id.
    pub fn from_json(body: &[u8], secret: &Secret) -> Result<Self, String> {
        Self::of(&read(body, secret)?).ok_or_else(|| "the field id is missing".to_owned())
    }

    /// Reads a list: an array up to 0.179, a page with `items` after. Entries without an id are left out.
    pub fn list_from_json(body: &[u8], secret: &Secret) -> Result<Vec<Self>, String> {
        let reply = read(body, secret)?;
        let items = reply.as_list().or_else(|| reply.get("items")?.as_list());
        let items = items.ok_or_else(|| "it is neither a list nor a page with items".to_owned())?;
        Ok(items.iter().filter_map(Self::of).collect())
    }

    fn of(value: &Value) -> Option<Self> {
        let field = |name| value.get(name).and_then(text).filter(|text| !text.is_empty());
        let labels = value.get("labels").and_then(Value::as_object).unwrap_or_default().iter();
        let own = labels.filter_map(|(name, value)| Some((name.clone(), text(value)?)));
        Some(Self {
            id: field("id")?,
            organization_id: field("organizationId"),
            name: field("name"),
            state: field("state"),
            desired_state: field("desiredState"),
            error_reason: field("errorReason"),
            recoverable: matches!(value.get("recoverable"), Some(Value::Bool(true))),
            toolbox_proxy_url: field("toolboxProxyUrl"),
            labels: own.filter(|(name, _)| name.starts_with(LABEL_PREFIX)).collect(),
        })
    }

    /// The value of one of our labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Whether the server is on its way to destroying it, or has.
    pub fn is_being_destroyed(&self) -> bool {
        self.desired_state.as_deref() == Some("destroyed") || self.state.as_deref() == Some("destroying")
    }
}

/// The text of a value: a string or a whole number as it is; an object's `name`, because the oldest servers wrapped the
/// state so; the texts of a list, joined. None for null and anything else.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Whole(number) => Some(number.to_string()),
        Value::Object(_) => value.get("name")?.as_str().map(str::to_owned),
        Value::List(items) => {
            let mut joined = String::new();
            for item in items.iter().filter_map(Value::as_str) {
                if joined.len() + item.len() < MAX_JOINED {
                    joined.push_str(if joined.is_empty() { "" } else { ", " });
                    joined.push_str(item);
                }
            }
            Some(joined).filter(|text| !text.is_empty())
        }
        Value::Null | Value::Bool(_) | Value::Float(_) => None,
    }
}

/// Daytona's error envelope, `{path, timestamp, statusCode, error, message}`.
pub struct Envelope {
    pub message: String,
}

impl Envelope {
    /// Reads the envelope; none when the body is not one, as with the pages of gateways.
    pub fn from_json(body: &[u8], secret: &Secret) -> Option<Self> {
        let message = read(body, secret).ok()?.get("message").and_then(text)?;
        Some(Self { message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        let Ok(secret) = Secret::new("dtn_0123456789".to_owned()) else { panic!("refused") };
        secret
    }

    fn sandbox(json: &str) -> Result<Sandbox, String> {
        Sandbox::from_json(json.as_bytes(), &secret())
    }

    #[test]
    fn only_the_id_is_required() {
        let read = sandbox(r#"{"id":"a"}"#);
        assert!(read.is_ok_and(|read| read.id == "a" && read.state.is_none()));
        assert!(sandbox("{}").is_err_and(|error| error.contains("id")));
        assert!(sandbox(r#"{"id":null}"#).is_err());
        assert!(sandbox("[]").is_err());
        assert!(sandbox("<html>").is_err());
    }

    #[test]
    fn null_is_the_same_as_missing() {
        let Ok(read) = sandbox(r#"{"id":"a","errorReason":null,"labels":null,"toolboxProxyUrl":"","state":null}"#)
        else {
            panic!("not read")
        };
        assert!(read.error_reason.is_none() && read.state.is_none() && read.toolbox_proxy_url.is_none());
        assert!(read.labels.is_empty());
    }

    #[test]
    fn values_of_another_type_do_no_harm() {
        let Ok(read) =
            sandbox(r#"{"id":7,"name":{"x":[1]},"state":{"name":"started","at":1.5},"labels":[1],"recoverable":"no"}"#)
        else {
            panic!("not read")
        };
        assert_eq!((read.id.as_str(), read.name, read.state.as_deref()), ("7", None, Some("started")));
        assert!(read.labels.is_empty() && !read.recoverable);
    }

    #[test]
    fn labels_of_others_are_not_kept() {
        let Ok(read) = sandbox(r#"{"id":"a","labels":{"team":"x","rensei.dev/pool":"p"}}"#) else { panic!("not read") };
        assert_eq!(read.labels, [("rensei.dev/pool".to_owned(), "p".to_owned())]);
    }

    #[test]
    fn both_shapes_of_a_list_are_read() {
        for json in
            [r#"[{"id":"a"},{"id":"b"},{}]"#, r#"{"nextCursor":null,"items":[{"id":"a"},{"id":"b"},{"id":null}]}"#]
        {
            let read = Sandbox::list_from_json(json.as_bytes(), &secret());
            assert!(read.is_ok_and(|read| read.len() == 2), "{json}");
        }
        assert!(Sandbox::list_from_json(b"{}", &secret()).is_err());
    }

    #[test]
    fn nesting_without_end_does_no_harm() {
        let nested = |field: &str| format!(r#"{{"id":"a","{field}":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        // What is skipped is skipped without recursion, what is read is read to a limited depth.
        assert!(sandbox(&nested("x")).is_ok());
        assert!(sandbox(&nested("state")).is_err());
    }

    #[test]
    fn a_key_that_the_server_echoes_is_taken_out() {
        let Ok(read) =
            sandbox(r#"{"id":"a","errorReason":"bad dtn_\u0030123456789","organizationId":"dtn_0123456789"}"#)
        else {
            panic!("not read")
        };
        assert_eq!(read.error_reason.as_deref(), Some("bad [redacted]"));
        assert_eq!(read.organization_id.as_deref(), Some("[redacted]"));
    }

    #[test]
    fn an_envelope_is_an_object_with_a_message() {
        let message = |json: &str| Envelope::from_json(json.as_bytes(), &secret()).map(|envelope| envelope.message);
        assert_eq!(message(r#"{"statusCode":404,"message":"gone"}"#).as_deref(), Some("gone"));
        assert_eq!(message(r#"{"message":["a","b"]}"#).as_deref(), Some("a, b"));
        assert_eq!(message("<html>404</html>"), None);
        assert_eq!(message("{}"), None);
    }
}
