//! Keys in the wrong place: in what a call would leave at the vendor, where every member of an organization, and the agent in
//! the sandbox, can read it; in ids, which become names and labels; and in handles, which become addresses.
//!
//! A provider that holds placeholders cannot look for the key itself.

use serde_json::Value;

use crate::input::plain_name;
use crate::redact::Keys;
use crate::types::{Command, Context, ErrorCode, Handle, Pairs, ProviderError, Spec};
use crate::verbs::Verb;

/// Whether a text has a key in it.
pub(crate) type Holds<'a> = &'a dyn Fn(&str) -> bool;

/// A key where it must not be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    place: Place,
    /// From the parameter on, with a dot before each name.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Id,
    Handle,
    /// A specification or a command.
    Spec,
    Pool,
}

impl Leak {
    /// The same, seen from one level further out.
    pub(crate) fn within(self, name: &str) -> Self {
        Self { path: format!("{name}{}", self.path), ..self }
    }

    /// Looks at an id.
    pub(crate) fn in_id(id: &str, holds: Holds<'_>) -> Option<Self> {
        holds(id).then(|| Self { place: Place::Id, path: String::new() })
    }

    /// Looks at a list of ids.
    pub(crate) fn in_ids(ids: &[String], holds: Holds<'_>) -> Option<Self> {
        in_list("", ids, holds).map(|path| Self { place: Place::Id, path })
    }

    pub(crate) fn in_handle(handle: &Handle, holds: Holds<'_>) -> Option<Self> {
        let Handle { provider_id, external_id, metadata } = handle;
        let path = in_text(".providerId", provider_id, holds)
            .or_else(|| in_text(".externalId", external_id, holds))
            .or_else(|| in_pairs(".metadata", metadata, holds))?;
        Some(Self { place: Place::Handle, path })
    }

    pub(crate) fn in_command(command: &Command, holds: Holds<'_>) -> Option<Self> {
        let Command { argv, env, working_directory, timeout_ms: _, max_output_bytes: _, extensions } = command;
        let path = in_list(".argv", argv, holds)
            .or_else(|| in_pairs(".env", env, holds))
            .or_else(|| in_text(".workingDirectory", working_directory.as_deref()?, holds))
            .or_else(|| in_pairs(".extensions", extensions, holds))?;
        Some(Self { place: Place::Spec, path })
    }

    pub(crate) fn in_spec(spec: &Spec, holds: Holds<'_>) -> Option<Self> {
        // Everything is spelt out, here and above, so that a field that the contract gains is not forgotten.
        let Spec { session_id, image, command, env, labels, resources: _, max_duration_sec: _, region, extensions } =
            spec;
        let path = in_text(".sessionId", session_id, holds)
            .or_else(|| in_text(".image", image.as_deref()?, holds))
            .or_else(|| in_text(".region", region.as_deref()?, holds))
            .or_else(|| in_list(".command", command.as_ref()?, holds))
            .or_else(|| in_pairs(".env", env, holds))
            .or_else(|| in_pairs(".labels", labels, holds))
            .or_else(|| in_pairs(".extensions", extensions, holds))?;
        Some(Self { place: Place::Spec, path })
    }
}

/// The error of a call that has one of its keys where it must not be. A function that leaves a specification at the vendor is
/// searched with its pool.
pub(crate) fn refuse(keys: &Keys, verb: &impl Verb) -> Result<(), ProviderError> {
    let Some(context) = verb.context() else { return Ok(()) };
    let holds = |text: &str| keys.occur_in(text);
    let found = verb
        .leak(&holds)
        .or_else(|| in_ids_of(context, &holds))
        .or_else(|| verb.spec().and_then(|_| in_pool(context, &holds)));
    found.map_or(Ok(()), |leak| Err(error(&leak)))
}

fn error(leak: &Leak) -> ProviderError {
    let (code, rule, consequence, remedy) = match leak.place {
        Place::Id => (
            ErrorCode::InvalidSpec,
            "key-in-id",
            "must not get into names and labels",
            "Use the id that the platform gave.",
        ),
        Place::Handle => (
            ErrorCode::InvalidSpec,
            "malformed-handle",
            "is in no handle as it was made",
            "Use the handle as it was made; locate makes it anew.",
        ),
        Place::Spec | Place::Pool => (
            if leak.place == Place::Spec { ErrorCode::InvalidSpec } else { ErrorCode::InvalidConfig },
            if leak.place == Place::Spec { "key-in-spec" } else { "key-in-pool" },
            "must not get into a sandbox: its agent, and every member of the organization, could read it there",
            "Leave it out. Where a session needs a key, give it one of its own.",
        ),
    };
    let path = leak.path.as_str();
    ProviderError {
        code,
        message: format!("`{path}` contains the API key of this call, which {consequence}."),
        retryable: false,
        retry_after_ms: None,
        maybe_applied: false,
        http_status: None,
        details: [("rule", rule), ("path", path), ("remedy", remedy)].into_iter().collect(),
    }
}

/// The ids of a context, of which a provider makes names and labels.
fn in_ids_of(context: &Context, holds: Holds<'_>) -> Option<Leak> {
    let of_credential = context.credential.as_ref().and_then(|credential| credential.organization_id.as_deref());
    let ids = [
        ("poolId", Some(context.pool_id.as_str())),
        ("organizationId", context.organization_id.as_deref()),
        ("credential.organizationId", of_credential),
    ];
    ids.into_iter().find_map(|(name, id)| Leak::in_id(id?, holds).map(|leak| leak.within(name)))
}

fn in_pool(context: &Context, holds: Holds<'_>) -> Option<Leak> {
    let path =
        in_pairs("extensions", &context.extensions, holds).or_else(|| match serde_json::from_str(&context.config) {
            Ok(config) => in_value(&config, holds).map(|path| format!("config{path}")),
            // What is no JSON is the provider's to refuse.
            Err(_) => holds(&context.config).then(|| "config".to_owned()),
        })?;
    Some(Leak { place: Place::Pool, path })
}

fn in_text(path: &str, text: &str, holds: Holds<'_>) -> Option<String> {
    holds(text).then(|| path.to_owned())
}

fn in_list(path: &str, texts: &[String], holds: Holds<'_>) -> Option<String> {
    texts.iter().position(|text| holds(text)).map(|at| format!("{path}[{at}]"))
}

fn in_pairs(path: &str, pairs: &Pairs, holds: Holds<'_>) -> Option<String> {
    let (name, _) = pairs.iter().find(|(name, value)| holds(name) || holds(value))?;
    Some(format!("{path}.{}", if holds(name) { "…" } else { plain_name(name) }))
}

/// The path from here, with a dot before each name.
fn in_value(value: &Value, holds: Holds<'_>) -> Option<String> {
    match value {
        Value::String(text) => holds(text).then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| in_value(item, holds).map(|path| format!("[{index}]{path}"))),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if holds(name) {
                return Some(".…".to_owned());
            }
            in_value(member, holds).map(|path| format!(".{}{path}", plain_name(name)))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::refuse;
    use crate::redact::Keys;
    use crate::types::{Command, Context, Credential, Handle, Mode, Pairs, Secret, Spec};
    use crate::verbs::{Exec, Launch, Provision, Reconcile, Status, Verb};

    const KEY: &str = "key_0123456789abcdef";

    /// The rule and the path of the refusal.
    fn refused(key: &str, verb: &impl Verb) -> Option<String> {
        let error = refuse(&Keys::new([&Secret::from(key)]), verb).err()?;
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
        Some(format!("{} {}", error.details.get("rule")?, error.details.get("path")?))
    }

    fn provision(key: &str, context: &Context, spec: &Spec) -> Option<String> {
        refused(key, &Provision { context, spec })
    }

    fn pairs(name: &str, value: &str) -> Pairs {
        [(name, value)].into_iter().collect()
    }

    #[test]
    fn a_key_is_found_in_every_field_of_a_specification_and_a_pool_and_told_by_its_path() {
        let within = format!("--key={KEY}!");
        let spec = Spec::default;
        for (spec, path) in [
            (Spec { session_id: within.clone(), ..spec() }, "spec.sessionId"),
            (Spec { image: Some(within.clone()), ..spec() }, "spec.image"),
            (Spec { region: Some(within.clone()), ..spec() }, "spec.region"),
            (Spec { command: Some(vec!["run".to_owned(), within.clone()]), ..spec() }, "spec.command[1]"),
            (Spec { env: pairs("TOKEN", &within), ..spec() }, "spec.env.TOKEN"),
            (Spec { env: pairs(&within, "x"), ..spec() }, "spec.env.…"),
            (Spec { labels: pairs("token", &within), ..spec() }, "spec.labels.token"),
            (Spec { extensions: pairs("x", &within), ..spec() }, "spec.extensions.x"),
        ] {
            assert_eq!(provision(KEY, &Context::new("p"), &spec), Some(format!("key-in-spec {path}")));
        }
        for (context, path) in [
            (Context::new("p").with_config(format!(r#"{{"command":["a","{KEY}"]}}"#)), "config.command[1]"),
            (Context::new("p").with_config(format!(r#"{{"labels":{{"a":"{KEY}"}}}}"#)), "config.labels.a"),
            // The same, with its first letter written as an escape.
            (Context::new("p").with_config(format!(r#"{{"user":"\u006b{}"}}"#, &KEY[1..])), "config.user"),
            (Context::new("p").with_config(format!("not json {KEY}")), "config"),
            (Context { extensions: pairs("x", &within), ..Context::new("p") }, "extensions.x"),
        ] {
            assert_eq!(provision(KEY, &context, &Spec::new("s")), Some(format!("key-in-pool {path}")));
        }
        assert_eq!(provision(KEY, &Context::new("p").with_config(r#"{"user":"agent"}"#), &Spec::new("s")), None);
    }

    #[test]
    fn a_key_is_found_in_ids_handles_and_commands() {
        let (context, within) = (Context::new("p"), format!("x-{KEY}"));
        let handle = Handle { provider_id: "p".to_owned(), external_id: "x".to_owned(), metadata: Pairs::new() };
        let status = |context: &Context, handle: &Handle| refused(KEY, &Status { context, handle });
        let organization = Credential { organization_id: Some(within.clone()), ..Credential::new(KEY) };
        for (context, path) in [
            (Context::new(&*within), "poolId"),
            (Context { organization_id: Some(within.clone()), ..context.clone() }, "organizationId"),
            (context.clone().with_credential(organization), "credential.organizationId"),
        ] {
            assert_eq!(status(&context, &handle), Some(format!("key-in-id {path}")));
        }
        for (handle, path) in [
            (Handle { provider_id: within.clone(), ..handle.clone() }, "handle.providerId"),
            (Handle { external_id: within.clone(), ..handle.clone() }, "handle.externalId"),
            (Handle { metadata: pairs("name", &within), ..handle.clone() }, "handle.metadata.name"),
        ] {
            assert_eq!(status(&context, &handle), Some(format!("malformed-handle {path}")));
        }
        assert_eq!(status(&context, &handle), None);
        let known_sessions = ["s".to_owned(), within.clone()];
        let reconcile = Reconcile {
            context: &context,
            known_sessions: &known_sessions,
            known_as_of: "",
            min_age_sec: 1,
            mode: Mode::Look,
        };
        assert_eq!(refused(KEY, &reconcile).as_deref(), Some("key-in-id knownSessions[1]"));
        let command = Command::new(["true"]);
        let launch = Launch { context: &context, handle: &handle, command: &command, process_id: Some(&within) };
        assert_eq!(refused(KEY, &launch).as_deref(), Some("key-in-id processId"));
        for (command, path) in [
            (Command::new(["run", &within]), "command.argv[1]"),
            (Command { env: pairs("A", &within), ..command.clone() }, "command.env.A"),
            (Command { working_directory: Some(within.clone()), ..command.clone() }, "command.workingDirectory"),
            (Command { extensions: pairs("a", &within), ..command.clone() }, "command.extensions.a"),
        ] {
            let exec = Exec { context: &context, handle: &handle, command: &command };
            assert_eq!(refused(KEY, &exec), Some(format!("key-in-spec {path}")));
        }
    }

    #[test]
    fn a_key_is_also_found_without_what_was_copied_along_with_it() {
        let odd = [
            format!("\"{KEY}\""),
            format!("Bearer {KEY}"),
            format!("{KEY}\t"),
            format!("\u{feff}{KEY}"),
            format!("VENDOR_API_KEY={KEY}"),
            format!("export VENDOR_API_KEY='{KEY}'"),
        ];
        let spec = Spec { env: [("A", KEY)].into_iter().collect(), ..Spec::default() };
        for odd in odd {
            assert!(provision(&odd, &Context::new("p"), &spec).is_some(), "{odd:?}");
        }
    }

    #[test]
    fn a_key_that_is_a_word_is_not_looked_for() {
        let spec = Spec { env: [("A", "the key")].into_iter().collect(), ..Spec::default() };
        assert_eq!(provision("key", &Context::new("p"), &spec), None);
    }
}
