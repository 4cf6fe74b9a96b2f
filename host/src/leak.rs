//! Keys in the wrong place: in what a provision would leave at the vendor, where every member of an organization, and the
//! agent in the sandbox, can read it.

use serde_json::Value;

use crate::input::{bare_key, plain_name};
use crate::types::{Context, ErrorCode, Pairs, ProviderError, Secret, Spec};

/// Shorter ones are words that a specification has for other reasons.
const SHORTEST: usize = 8;

/// Where one of the keys stands, as a path. Empty where there is no key to look for: without injection.
pub(crate) fn find(keys: &[Secret], context: &Context, spec: &Spec) -> Option<String> {
    let keys: Vec<&str> = keys
        .iter()
        .flat_map(|key| [key.expose(), bare_key(key.expose())])
        .filter(|key| key.len() >= SHORTEST)
        .collect();
    if keys.is_empty() {
        return None;
    }
    let holds = |text: &str| keys.iter().any(|key| text.contains(key));
    in_spec(spec, &holds).map(|path| format!("spec.{path}")).or_else(|| in_context(context, &holds))
}

/// The error of a provision that would leave a key there.
pub(crate) fn error(path: &str) -> ProviderError {
    let in_spec = path.starts_with("spec.");
    let (code, rule) = match in_spec {
        true => (ErrorCode::InvalidSpec, "key-in-spec"),
        false => (ErrorCode::InvalidConfig, "key-in-pool"),
    };
    let remedy = "Leave it out. Where a session needs a key, give it one of its own.";
    ProviderError {
        code,
        message: format!(
            "`{path}` contains the API key of this call, which must not get into a sandbox: its agent, and every member of the organization, could read it there."
        ),
        retryable: false,
        retry_after_ms: None,
        maybe_applied: false,
        http_status: None,
        details: [("rule", rule), ("path", path), ("remedy", remedy)].into_iter().collect(),
    }
}

fn in_spec(spec: &Spec, holds: &dyn Fn(&str) -> bool) -> Option<String> {
    // Everything is spelt out, so that a field that the contract gains is not forgotten here.
    let Spec { session_id, image, command, env, labels, resources: _, max_duration_sec: _, region, extensions } = spec;
    let texts = [("sessionId", Some(session_id)), ("image", image.as_ref()), ("region", region.as_ref())];
    texts
        .into_iter()
        .find(|(_, text)| text.is_some_and(|text| holds(text)))
        .map(|(name, _)| name.to_owned())
        .or_else(|| {
            let at = command.iter().flatten().position(|argument| holds(argument))?;
            Some(format!("command[{at}]"))
        })
        .or_else(|| in_pairs("env", env, holds))
        .or_else(|| in_pairs("labels", labels, holds))
        .or_else(|| in_pairs("extensions", extensions, holds))
}

fn in_pairs(path: &str, pairs: &Pairs, holds: &dyn Fn(&str) -> bool) -> Option<String> {
    let (name, _) = pairs.iter().find(|(name, value)| holds(name) || holds(value))?;
    Some(format!("{path}.{}", if holds(name) { "…" } else { plain_name(name) }))
}

fn in_context(context: &Context, holds: &dyn Fn(&str) -> bool) -> Option<String> {
    if holds(&context.pool_id) {
        return Some("poolId".to_owned());
    }
    in_pairs("extensions", &context.extensions, holds).or_else(|| {
        match serde_json::from_str::<Value>(&context.config) {
            Ok(config) => in_value(&config, holds).map(|path| format!("config{path}")),
            // What is no JSON is the provider's to refuse.
            Err(_) => holds(&context.config).then(|| "config".to_owned()),
        }
    })
}

/// The path from here, with a dot before each name.
fn in_value(value: &Value, holds: &dyn Fn(&str) -> bool) -> Option<String> {
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
    use super::find;
    use crate::types::{Context, Pairs, Spec};

    const KEY: &str = "key_0123456789abcdef";

    fn found(key: &str, context: &Context, spec: &Spec) -> Option<String> {
        find(&[key.into()], context, spec)
    }

    #[test]
    fn a_key_is_found_in_every_field_and_told_by_its_path() {
        let pairs = |name: &str, value: &str| [(name, value)].into_iter().collect::<Pairs>();
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
            assert_eq!(found(KEY, &Context::new("p"), &spec).as_deref(), Some(path));
        }
        for (context, path) in [
            (Context::new(&*within), "poolId"),
            (Context::new("p").with_config(format!(r#"{{"command":["a","{KEY}"]}}"#)), "config.command[1]"),
            (Context::new("p").with_config(format!(r#"{{"labels":{{"a":"{KEY}"}}}}"#)), "config.labels.a"),
            // The same, with its first letter written as an escape.
            (Context::new("p").with_config(format!(r#"{{"user":"\u006b{}"}}"#, &KEY[1..])), "config.user"),
            (Context::new("p").with_config(format!("not json {KEY}")), "config"),
        ] {
            assert_eq!(found(KEY, &context, &Spec::new("s")).as_deref(), Some(path));
        }
        assert_eq!(found(KEY, &Context::new("p").with_config(r#"{"user":"agent"}"#), &Spec::new("s")), None);
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
            assert!(found(&odd, &Context::new("p"), &spec).is_some(), "{odd:?}");
        }
    }

    #[test]
    fn a_key_that_is_a_word_is_not_looked_for() {
        let spec = Spec { env: [("A", "the key")].into_iter().collect(), ..Spec::default() };
        assert_eq!(found("key", &Context::new("p"), &spec), None);
    }
}
