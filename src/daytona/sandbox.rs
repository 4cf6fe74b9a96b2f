//! What is read of a sandbox in Daytona's replies.
//!
//! Servers of different ages disagree on which fields exist, which are null and which are required, so only `id` is
//! required here, every other field is [lenient], and whatever is not needed is skipped without being
//! stored.

use serde::Deserialize;

use super::state::SandboxState;
use crate::json::{self, Members, Object, Pairs, lenient, lenient_object};
use crate::moment::Moment;
use crate::pairs;

/// A sandbox (or workspace) as a reply shows it. It has many fields, so it is passed on in a box.
#[derive(Default, Debug)]
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
    /// The reply, for what few have to know; empty for an item of a list.
    pub reply: String,
}

/// The fields of a reply, all optional.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct SandboxFields {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    organization_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(deserialize_with = "lenient")]
    desired_state: Option<String>,
    #[serde(deserialize_with = "lenient")]
    error_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    recoverable: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    toolbox_proxy_url: Option<String>,
    #[serde(deserialize_with = "lenient_object")]
    labels: Option<Pairs>,
    #[serde(deserialize_with = "lenient")]
    created_at: Option<Moment>,
    /// 0.100 has dates only there.
    #[serde(deserialize_with = "lenient_object")]
    info: Option<Object<Info>>,
    #[serde(deserialize_with = "lenient")]
    last_activity_at: Option<Moment>,
    #[serde(deserialize_with = "lenient")]
    auto_stop_interval: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    auto_destroy_at: Option<String>,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default, deserialize_with = "lenient")]
    created: Option<Moment>,
}

/// The fields that matter of a sandbox that was just created: which it is and where, and whether it failed at once. The rest
/// is what was asked for.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct CreatedFields {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    organization_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(deserialize_with = "lenient")]
    error_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    toolbox_proxy_url: Option<String>,
}

/// What a sandbox was made of, as far as a reply tells.
#[derive(Default, Debug)]
pub struct MadeOf {
    pub dockerfile: Option<String>,
    /// Region id.
    pub target: Option<String>,
    /// Whole cores.
    pub cpu: Option<u32>,
    /// Whole GiB.
    pub memory_gib: Option<u32>,
    /// Whole GiB.
    pub disk_gib: Option<u32>,
    /// Names of the environment; lists leave it out.
    pub env_names: Option<Vec<String>>,
}

/// When the sandbox in a reply was written last. 0.100 tells it only in a document inside of the document.
pub(super) fn updated_at(reply: &str) -> Option<Moment> {
    let reply = Members::of(reply)?;
    reply.scalar("updatedAt").or_else(|| {
        let metadata: String = Members::of(reply.get("info")?)?.scalar("providerMetadata")?;
        Members::of(&metadata)?.scalar("updatedAt")
    })
}

const NO_ID: &str = "the field id is missing";

impl Sandbox {
    /// Reads one sandbox; an error when it is not JSON or has no id.
    pub fn from_json(reply: String) -> Result<Box<Self>, String> {
        let fields: SandboxFields = json::read_object(&reply)?;
        fields.into_sandbox(reply).map(Box::new).ok_or_else(|| NO_ID.to_owned())
    }

    /// Reads one that was just created: its identity and its state.
    pub fn created(reply: String) -> Result<Box<Self>, String> {
        let CreatedFields { id, organization_id, name, state, error_reason, toolbox_proxy_url } =
            json::read_object(&reply)?;
        let fields = SandboxFields {
            id,
            organization_id,
            name,
            state,
            error_reason,
            toolbox_proxy_url,
            ..SandboxFields::default()
        };
        fields.into_sandbox(reply).map(Box::new).ok_or_else(|| NO_ID.to_owned())
    }

    /// What it was made of, as far as the reply tells.
    pub fn made_of(&self) -> MadeOf {
        let reply = Members::of(&self.reply).unwrap_or_default();
        let object = |name| Members::of(reply.get(name)?);
        MadeOf {
            dockerfile: object("buildInfo").and_then(|build| build.scalar("dockerfileContent")),
            target: reply.scalar("target"),
            cpu: reply.scalar("cpu"),
            memory_gib: reply.scalar("memory"),
            disk_gib: reply.scalar("disk"),
            env_names: object("env").map(|env| env.0.into_iter().map(|(name, _)| name.into_owned()).collect()),
        }
    }

    /// When anything of it was written last, by the server's own clock, where the reply tells.
    pub fn updated_at(&self) -> Option<Moment> {
        updated_at(&self.reply)
    }

    /// The networks and the domains that it may reach, as the reply shows them.
    pub fn allow_lists(&self) -> [Option<String>; 2] {
        let reply = Members::of(&self.reply).unwrap_or_default();
        ["networkAllowList", "domainAllowList"].map(|name| reply.scalar(name))
    }

    /// The value of one of our labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        pairs::get(&self.labels, key)
    }

    /// The name that it was given; none where the server does not tell, or tells the id, as it does for those without a name.
    pub fn given_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|name| *name != self.id)
    }

    /// Its state, as far as that is known.
    pub fn known_state(&self) -> SandboxState {
        SandboxState::named(&self.state.as_deref().unwrap_or_default().to_ascii_lowercase())
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

impl SandboxFields {
    /// The sandbox that they describe; none without an id.
    pub(super) fn into_sandbox(self, reply: String) -> Option<Sandbox> {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        Some(Sandbox {
            id: text(self.id)?,
            organization_id: text(self.organization_id),
            name: text(self.name),
            state: text(self.state),
            desired_state: text(self.desired_state).map(|state| state.to_ascii_lowercase()),
            error_reason: text(self.error_reason),
            recoverable: self.recoverable.unwrap_or_default(),
            toolbox_proxy_url: text(self.toolbox_proxy_url),
            labels: self.labels.unwrap_or_default().0,
            created_at: self.created_at.or_else(|| self.info?.0.created),
            last_activity_at: self.last_activity_at,
            auto_stop_minutes: self.auto_stop_interval,
            has_ttl: self.auto_destroy_at.is_some(),
            reply,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandbox(json: &str) -> Result<Box<Sandbox>, String> {
        Sandbox::from_json(json.to_owned())
    }

    fn read(json: &str) -> Box<Sandbox> {
        match sandbox(json) {
            Ok(sandbox) => sandbox,
            Err(problem) => panic!("{json}: {problem}"),
        }
    }

    #[test]
    fn only_the_id_is_required() {
        let plain = read(r#"{"id":"a"}"#);
        assert_eq!((plain.id.as_str(), plain.state), ("a", None));
        assert!(sandbox("{}").is_err_and(|error| error.contains("id")));
        for json in [r#"{"id":null}"#, r#"{"id":""}"#, "[]", r#"["a"]"#, "\"a\"", "<html>", ""] {
            assert!(sandbox(json).is_err(), "{json}");
        }
    }

    #[test]
    fn null_is_the_same_as_missing() {
        let read = read(r#"{"id":"a","errorReason":null,"labels":null,"toolboxProxyUrl":"","state":null}"#);
        assert_eq!((read.error_reason, read.state, read.toolbox_proxy_url), (None, None, None));
        assert_eq!(read.labels, []);
    }

    #[test]
    fn values_of_another_type_do_no_harm() {
        let json = r#"{"id":7,"name":{"x":[1]},"state":{"name":"started","at":1.5},"labels":[1],"recoverable":"no",
            "createdAt":5,"info":"x","autoStopInterval":{},"organizationId":[[]]}"#;
        let read = read(json);
        assert_eq!((read.id.as_str(), read.name, read.state.as_deref()), ("7", None, Some("started")));
        assert_eq!((read.labels, read.recoverable, read.created_at), (Vec::new(), false, None));
    }

    #[test]
    fn all_labels_are_kept_because_they_can_only_be_replaced_together() {
        let read = read(r#"{"id":"a","labels":{"team":"x","rensei.dev/pool":"p"}}"#);
        assert_eq!((read.label("team"), read.label("rensei.dev/pool")), (Some("x"), Some("p")));
    }

    #[test]
    fn dates_intervals_and_what_it_was_made_of_are_read() {
        let json = r#"{"id":"a","createdAt":"2026-11-23T12:00:00.123Z","lastActivityAt":"2026-11-23T12:01:00.123Z",
            "autoStopInterval":30.0,"autoDestroyAt":null,"cpu":2,"memory":4,"disk":10,"target":"us","env":{"A":"secret"},
            "buildInfo":{"dockerfileContent":"FROM a:1\n","contextHashes":null}}"#;
        let sandbox = read(json);
        let Some((created, active)) = sandbox.created_at.zip(sandbox.last_activity_at) else { panic!("{sandbox:?}") };
        assert_eq!((active.since(created), sandbox.auto_stop_minutes, sandbox.has_ttl), (60, Some(30), false));
        let made = sandbox.made_of();
        assert_eq!((made.cpu, made.memory_gib, made.disk_gib), (Some(2), Some(4), Some(10)));
        assert_eq!((made.target.as_deref(), made.dockerfile.as_deref()), (Some("us"), Some("FROM a:1\n")));
        assert_eq!(made.env_names, Some(vec!["A".to_owned()]));
        let oldest = read(r#"{"id":"a","info":{"created":"2026-11-23T12:00:00Z"},"autoStopInterval":-1}"#);
        assert!(oldest.created_at.is_some() && oldest.auto_stop_minutes.is_none(), "{oldest:?}");
        assert!(read(r#"{"id":"a","autoDestroyAt":"2026-11-23T12:00:00Z"}"#).has_ttl);
    }

    #[test]
    fn nesting_without_end_does_no_harm() {
        let nested = |field: &str| format!(r#"{{"id":"a","{field}":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
        // What nobody asked for is skipped; what is read is read to a limited depth.
        assert!(sandbox(&nested("x")).is_ok());
        for field in ["state", "labels"] {
            assert!(sandbox(&nested(field)).is_err(), "{field}");
        }
    }
}
