//! What is read of Daytona's replies.
//!
//! Servers of different ages disagree on which fields exist, which are null and which are required, so only `id` is
//! required here, null and missing are the same, a value of another type than expected counts as missing, and whatever
//! is not needed is skipped without being stored: a reply of 4 MiB must not grow in memory.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::http::secret::Secret;
use crate::identity::LABEL_PREFIX;

/// Most entries that are kept of one list. Pages are smaller than that.
const MAX_ITEMS: usize = 200;

/// Most labels of ours that are kept of one sandbox.
const MAX_LABELS: usize = 32;

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
        let sandbox: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if sandbox.id.is_empty() { Err("the field id is missing".to_owned()) } else { Ok(sandbox.redacted(secret)) }
    }

    /// Reads a list, bare or as a page; entries without an id are left out.
    pub fn list_from_json(body: &[u8], secret: &Secret) -> Result<Vec<Self>, String> {
        let List(items) = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        Ok(items.into_iter().filter(|item| !item.id.is_empty()).map(|item| item.redacted(secret)).collect())
    }

    /// The value of one of our labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Whether the server is on its way to destroying it, or has.
    pub fn is_being_destroyed(&self) -> bool {
        self.desired_state.as_deref() == Some("destroyed") || self.state.as_deref() == Some("destroying")
    }

    /// A server may echo the key anywhere; none of it may reach a handle, a state or an error.
    fn redacted(self, secret: &Secret) -> Self {
        let clean = |text: Option<String>| text.map(|text| secret.redact(text));
        Self {
            id: secret.redact(self.id),
            organization_id: clean(self.organization_id),
            name: clean(self.name),
            state: clean(self.state),
            desired_state: clean(self.desired_state),
            error_reason: clean(self.error_reason),
            toolbox_proxy_url: clean(self.toolbox_proxy_url),
            recoverable: self.recoverable,
            labels: self.labels.into_iter().map(|(key, value)| (secret.redact(key), secret.redact(value))).collect(),
        }
    }
}

/// The rest of a visitor that only takes what it names. Serde's own refusals would print the number that was found, and
/// printing floating-point numbers alone takes a twentieth of the component.
macro_rules! nothing_but {
    ($what:literal: $($other:ident($kind:ty)),*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($what)
        }

        $(fn $other<E: serde::de::Error>(self, _: $kind) -> Result<Self::Value, E> {
            Err(E::custom(concat!("this is not ", $what)))
        })*
    };
}

impl<'de> Deserialize<'de> for Sandbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Sandbox;

            nothing_but!("a sandbox": visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Err(E::custom("null"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(A::Error::custom("a list where an object belongs"))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sandbox, A::Error> {
                let mut sandbox = Sandbox::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "labels" {
                        sandbox.labels = map.next_value::<OwnLabels>()?.0;
                        continue;
                    }
                    let field = match key.as_str() {
                        "id" => {
                            sandbox.id = map.next_value::<Text>()?.0.unwrap_or_default();
                            continue;
                        }
                        "recoverable" => {
                            sandbox.recoverable = map.next_value::<Text>()?.0.as_deref() == Some("true");
                            continue;
                        }
                        "organizationId" => &mut sandbox.organization_id,
                        "name" => &mut sandbox.name,
                        "state" => &mut sandbox.state,
                        "desiredState" => &mut sandbox.desired_state,
                        "errorReason" => &mut sandbox.error_reason,
                        "toolboxProxyUrl" => &mut sandbox.toolbox_proxy_url,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *field = map.next_value::<Text>()?.0.filter(|text| !text.is_empty());
                }
                Ok(sandbox)
            }
        }
        deserializer.deserialize_any(Fields)
    }
}

/// A list of sandboxes: an array up to 0.179, a page with `items` after.
struct List(Vec<Sandbox>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = List;

            nothing_but!("a list of sandboxes": visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Err(E::custom("null"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List, A::Error> {
                let mut kept = Vec::new();
                while kept.len() < MAX_ITEMS {
                    match items.next_element::<Sandbox>()? {
                        Some(item) => kept.push(item),
                        None => return Ok(List(kept)),
                    }
                }
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(List(kept))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List, A::Error> {
                let mut list = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "items" {
                        list = Some(map.next_value::<List>()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                list.ok_or_else(|| A::Error::custom("the field items is missing"))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The labels under our own prefix.
struct OwnLabels(Vec<(String, String)>);

impl<'de> Deserialize<'de> for OwnLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Own;
        impl<'de> Visitor<'de> for Own {
            type Value = OwnLabels;

            nothing_but!("labels": visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(A::Error::custom("a list where an object belongs"))
            }

            fn visit_unit<E>(self) -> Result<OwnLabels, E> {
                Ok(OwnLabels(Vec::new()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OwnLabels, A::Error> {
                let mut own = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    match map.next_value::<Text>()?.0 {
                        Some(value) if key.starts_with(LABEL_PREFIX) && own.len() < MAX_LABELS => {
                            own.push((key, value))
                        }
                        _ => {}
                    }
                }
                Ok(OwnLabels(own))
            }
        }
        deserializer.deserialize_any(Own)
    }
}

/// The text of a value: a string, a number or a truth as it is; an object's `name`, because the oldest servers wrapped
/// the state so; the texts of a list, joined. None for null and anything else.
pub struct Text(pub Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(Some(if value { "true" } else { "false" }.to_owned())))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }

            fn visit_f64<E>(self, _value: f64) -> Result<Text, E> {
                Ok(Text(None))
            }

            fn visit_str<E>(self, value: &str) -> Result<Text, E> {
                Ok(Text(Some(value.to_owned())))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text, A::Error> {
                let mut joined = String::new();
                while let Some(Text(item)) = items.next_element::<Text>()? {
                    if let Some(item) = item.filter(|item| joined.len() + item.len() < 4096) {
                        if !joined.is_empty() {
                            joined.push_str(", ");
                        }
                        joined.push_str(&item);
                    }
                }
                Ok(Text(Some(joined).filter(|text| !text.is_empty())))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut name = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "name" {
                        name = map.next_value::<Text>()?.0;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Text(name))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Daytona's error envelope, `{path, timestamp, statusCode, error, message}`.
pub struct Envelope {
    pub message: String,
}

impl Envelope {
    /// Reads the envelope; none when the body is not one, as with the pages of gateways.
    pub fn from_json(body: &[u8], secret: &Secret) -> Option<Self> {
        let envelope: Self = serde_json::from_slice(body).ok()?;
        Some(Self { message: secret.redact(envelope.message) })
    }
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Envelope;

            nothing_but!("an error envelope": visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Err(E::custom("null"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(A::Error::custom("a list where an object belongs"))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
                let mut message = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "message" {
                        message = map.next_value::<Text>()?.0;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                message.map(|message| Envelope { message }).ok_or_else(|| A::Error::custom("no message"))
            }
        }
        deserializer.deserialize_any(Fields)
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
        let read =
            sandbox(r#"{"id":7,"name":{"x":[1]},"state":{"name":"started","at":1.5},"labels":[1],"recoverable":"no"}"#);
        // Labels are a map or nothing; a list there is no Daytona.
        assert!(read.is_err());
        let Ok(read) = sandbox(r#"{"id":7,"name":{"x":[1]},"state":{"name":"started"},"recoverable":true}"#) else {
            panic!("not read")
        };
        assert_eq!((read.id.as_str(), read.name, read.state.as_deref()), ("7", None, Some("started")));
        assert!(read.recoverable);
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
