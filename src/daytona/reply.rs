//! What is read of Daytona's replies.
//!
//! Servers of different ages disagree on which fields exist, which are null and which are required, so only `id` is
//! required here, null and missing are the same, a value of another type than expected counts as missing, and whatever
//! is not needed is skipped without being stored: a reply of 4 MiB must not grow in memory.

use super::state::SandboxState;
use crate::calendar::Moment;
use crate::http::secret::Secret;
use crate::json::{Keep, Reading, Value};
use crate::pairs;
use crate::prelude::*;

/// The fields that are read, anywhere in a reply. `labels` and `env` have names of the user's own in them.
///
/// By length: a reply has many names, and of most lengths there are one or two fields.
fn keep(name: &str) -> Keep {
    let fields: &[&str] = match name.len() {
        2 => &["id"],
        3 => &["cpu", "env"],
        4 => &["disk", "info", "name"],
        5 => &["items", "state"],
        6 => &["labels", "memory", "target"],
        7 => &["created", "message"],
        8 => &["commands", "exitCode"],
        9 => &["buildInfo", "createdAt"],
        10 => &["nextCursor"],
        11 => &["errorReason", "recoverable"],
        12 => &["desiredState"],
        13 => &["autoDestroyAt"],
        14 => &["lastActivityAt", "organizationId"],
        15 => &["toolboxProxyUrl"],
        16 => &["autoStopInterval"],
        17 => &["dockerfileContent"],
        _ => &[],
    };
    match fields.contains(&name) {
        false => Keep::No,
        true if matches!(name, "labels" | "env") => Keep::Whole,
        true => Keep::Yes,
    }
}

/// The fields that tell which sandbox it is and where: all that a handle is made of.
fn keep_identity(name: &str) -> Keep {
    let fields = ["id", "name", "organizationId", "toolboxProxyUrl"];
    if fields.contains(&name) { Keep::Yes } else { Keep::No }
}

/// Longest text that is made of a list of texts, in bytes.
const MAX_JOINED: usize = 4096;

/// Reads the fields of a body that shall be kept. A server may echo the key anywhere; none of it may reach a handle, a
/// state or an error.
fn read<'b>(body: &'b [u8], secret: &Secret, keep: fn(&str) -> Keep) -> Result<Value<'b>, String> {
    Reading { keep, clean: &|text| secret.redact(text) }.read(body)
}

/// A sandbox (or workspace) as a reply shows it. It has many fields, so it is passed on in a box.
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
    /// All of them, because they can only be replaced all at once.
    pub labels: Vec<(String, String)>,
    pub created_at: Option<Moment>,
    /// What the idle clock counts from; not in every reply.
    pub last_activity_at: Option<Moment>,
    /// Minutes of idleness until it is stopped; 0 means never.
    pub auto_stop_minutes: Option<u32>,
    /// Whether a time to live is set; servers before 0.199 know none.
    pub has_ttl: bool,
    pub made_of: MadeOf,
}

/// What a sandbox was made of, as far as a reply tells.
#[derive(Default)]
pub struct MadeOf {
    pub dockerfile: Option<String>,
    /// Region id.
    pub target: Option<String>,
    /// Whole cores.
    pub cpu: Option<u32>,
    /// Whole GiB.
    pub memory_gib: Option<u32>,
    pub disk_gib: Option<u32>,
    /// Names of the environment; lists leave it out.
    pub env_names: Option<Vec<String>>,
}

/// One page of a list.
pub struct Page {
    pub items: Vec<Sandbox>,
    /// What asks for the next page; none on the last one, and on servers that do not page.
    pub next: Option<String>,
}

impl Sandbox {
    /// Reads one sandbox; an error when it is not JSON or has no id.
    pub fn from_json(body: &[u8], secret: &Secret) -> Result<Box<Self>, String> {
        Self::read(body, secret, keep)
    }

    /// Reads of one that was just created what a handle is made of: `id`, `name`, `organization_id` and
    /// `toolbox_proxy_url`. The rest is what was asked for.
    pub fn created_from_json(body: &[u8], secret: &Secret) -> Result<Box<Self>, String> {
        Self::read(body, secret, keep_identity)
    }

    fn read(body: &[u8], secret: &Secret, keep: fn(&str) -> Keep) -> Result<Box<Self>, String> {
        Self::of(&read(body, secret, keep)?).ok_or_else(|| "the field id is missing".to_owned())
    }

    /// Reads a list: an array up to 0.179, a page with `items` after. Entries without an id are left out.
    pub fn list_from_json(body: &[u8], secret: &Secret) -> Result<Page, String> {
        let reply = read(body, secret, keep)?;
        let items = reply.as_list().or_else(|| reply.get("items")?.as_list());
        let items = items.ok_or_else(|| "it is neither a list nor a page with items".to_owned())?;
        Ok(Page {
            items: items.iter().filter_map(Self::of).map(|item| *item).collect(),
            next: reply.get("nextCursor").and_then(text),
        })
    }

    fn of(value: &Value<'_>) -> Option<Box<Self>> {
        let field = |name| value.get(name).and_then(text).filter(|text| !text.is_empty());
        let moment = |value: &Value<'_>| Moment::parse_rfc3339(value.as_str()?);
        let number = |name| value.get(name).and_then(Value::as_whole).and_then(|number| u32::try_from(number).ok());
        let members = |name| value.get(name).and_then(Value::as_object);
        let labels = members("labels").unwrap_or_default().iter();
        // 0.100 has dates only there.
        let created = || value.get("info")?.get("created");
        Some(Box::new(Self {
            id: field("id")?,
            organization_id: field("organizationId"),
            name: field("name"),
            state: field("state"),
            desired_state: field("desiredState"),
            error_reason: field("errorReason"),
            recoverable: matches!(value.get("recoverable"), Some(Value::Bool(true))),
            toolbox_proxy_url: field("toolboxProxyUrl"),
            labels: labels.filter_map(|(name, value)| Some((name.as_ref().to_owned(), text(value)?))).collect(),
            created_at: value.get("createdAt").or_else(created).and_then(moment),
            last_activity_at: value.get("lastActivityAt").and_then(moment),
            auto_stop_minutes: number("autoStopInterval"),
            has_ttl: value.get("autoDestroyAt").is_some(),
            made_of: MadeOf {
                dockerfile: value.get("buildInfo").and_then(|build| build.get("dockerfileContent")).and_then(text),
                target: field("target"),
                cpu: number("cpu"),
                memory_gib: number("memory"),
                disk_gib: number("disk"),
                env_names: members("env").map(|env| env.iter().map(|(name, _)| name.as_ref().to_owned()).collect()),
            },
        }))
    }

    /// The value of one of our labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        pairs::get(&self.labels, key)
    }

    /// Its state, as far as that is known.
    pub fn known_state(&self) -> SandboxState {
        SandboxState::named(self.state.as_deref().unwrap_or_default())
    }

    /// Whether the server is on its way to destroying it, or has.
    pub fn is_being_destroyed(&self) -> bool {
        self.desired_state.as_deref() == Some("destroyed")
            || matches!(self.known_state(), SandboxState::Destroying | SandboxState::Destroyed)
    }

    /// Whether it failed, and will not come up by itself.
    pub fn is_broken(&self) -> bool {
        matches!(self.known_state(), SandboxState::Error | SandboxState::BuildFailed)
    }
}

/// The text of a value: a string or a whole number as it is; an object's `name`, because the oldest servers wrapped the
/// state so; the texts of a list, joined. None for null and anything else.
fn text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.as_ref().to_owned()),
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
        Value::Null | Value::Bool(_) | Value::Large(_) | Value::Fraction(_) => None,
    }
}

/// What the toolbox says of the launch command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entrypoint {
    Running,
    /// It has ended, with this exit code.
    Exited(i64),
}

impl Entrypoint {
    /// Reads the toolbox's session `entrypoint`, `{sessionId, commands: [{id, command, exitCode?}]}`; none when it names no
    /// command. An absent exit code means that it still runs.
    pub fn from_json(body: &[u8], secret: &Secret) -> Option<Self> {
        let reply = read(body, secret, keep).ok()?;
        let command = reply.get("commands")?.as_list()?.first()?;
        match command.get("exitCode") {
            None => matches!(command, Value::Object(_)).then_some(Self::Running),
            Some(code) => code.as_whole().map(Self::Exited),
        }
    }
}

/// Daytona's error envelope, `{path, timestamp, statusCode, error, message}`.
pub struct Envelope {
    pub message: String,
}

impl Envelope {
    /// Reads the envelope; none when the body is not one, as with the pages of gateways.
    pub fn from_json(body: &[u8], secret: &Secret) -> Option<Self> {
        let message = read(body, secret, keep).ok()?.get("message").and_then(text)?;
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

    fn sandbox(json: &str) -> Result<Box<Sandbox>, String> {
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
    fn all_labels_are_kept_because_they_can_only_be_replaced_together() {
        let Ok(read) = sandbox(r#"{"id":"a","labels":{"team":"x","rensei.dev/pool":"p"}}"#) else { panic!("not read") };
        assert_eq!((read.label("team"), read.label("rensei.dev/pool")), (Some("x"), Some("p")));
    }

    #[test]
    fn dates_intervals_and_what_it_was_made_of_are_read() {
        let json = r#"{"id":"a","createdAt":"2026-11-23T12:00:00.123Z","lastActivityAt":"2026-11-23T12:01:00.123Z",
            "autoStopInterval":30.0,"autoDestroyAt":null,"cpu":2,"memory":4,"disk":10,"target":"us","env":{"A":"secret"},
            "buildInfo":{"dockerfileContent":"FROM a:1\n","contextHashes":null}}"#;
        let Ok(read) = sandbox(json) else { panic!("not read") };
        let Some((created, active)) = read.created_at.zip(read.last_activity_at) else { panic!("no dates") };
        assert_eq!((active.since(created), read.auto_stop_minutes, read.has_ttl), (60, Some(30), false));
        let made = read.made_of;
        assert_eq!((made.cpu, made.memory_gib, made.disk_gib), (Some(2), Some(4), Some(10)));
        assert_eq!((made.target.as_deref(), made.dockerfile.as_deref()), (Some("us"), Some("FROM a:1\n")));
        assert_eq!(made.env_names, Some(vec!["A".to_owned()]));
        let oldest = sandbox(r#"{"id":"a","info":{"created":"2026-11-23T12:00:00Z"},"autoStopInterval":-1}"#);
        assert!(oldest.is_ok_and(|read| read.created_at.is_some() && read.auto_stop_minutes.is_none()));
    }

    #[test]
    fn an_entrypoint_runs_has_exited_or_is_not_known() {
        let seen = |json: &str| Entrypoint::from_json(json.as_bytes(), &secret());
        assert_eq!(seen(r#"{"sessionId":"entrypoint","commands":[{"id":"1"}]}"#), Some(Entrypoint::Running));
        assert_eq!(seen(r#"{"commands":[{"id":"1","exitCode":null}]}"#), Some(Entrypoint::Running));
        for code in [0, 1, 137, -1] {
            let json = format!(r#"{{"commands":[{{"exitCode":{code}}}]}}"#);
            assert_eq!(seen(&json), Some(Entrypoint::Exited(code)));
        }
        for nothing in
            ["", "{}", r#"{"commands":[]}"#, r#"{"commands":[1]}"#, r#"{"commands":[{"exitCode":"x"}]}"#, "[]"]
        {
            assert_eq!(seen(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn both_shapes_of_a_list_are_read() {
        for json in
            [r#"[{"id":"a"},{"id":"b"},{}]"#, r#"{"nextCursor":null,"items":[{"id":"a"},{"id":"b"},{"id":null}]}"#]
        {
            let read = Sandbox::list_from_json(json.as_bytes(), &secret());
            assert!(read.is_ok_and(|read| read.items.len() == 2), "{json}");
        }
        assert!(Sandbox::list_from_json(b"{}", &secret()).is_err());
    }

    #[test]
    fn a_page_names_the_next_one() {
        let next = |json: &str| Sandbox::list_from_json(json.as_bytes(), &secret()).ok().and_then(|page| page.next);
        assert_eq!(next(r#"{"items":[],"nextCursor":"abc"}"#).as_deref(), Some("abc"));
        assert_eq!((next(r#"{"items":[],"nextCursor":null}"#), next("[]")), (None, None));
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
