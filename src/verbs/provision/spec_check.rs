//! What can be told of a specification before anything is sent. All problems at once.

use crate::contract::{ErrorCode, Spec};
use crate::error::Error;
use crate::http::secret::Secret;
use crate::pool::Pool;
use crate::sandbox::image;
use crate::sandbox::labels::LABEL_PREFIX;

/// Most environment variables and most labels of one session.
const MAX_PAIRS: usize = 1000;

/// Problems found, each with the field that it is about.
#[derive(Default)]
struct Problems(Vec<(&'static str, String, &'static str)>);

impl Problems {
    fn add(&mut self, rule: &'static str, path: &str, message: &'static str) {
        self.0.push((rule, path.to_owned(), message));
    }

    fn text(&mut self, path: &str, text: &str) {
        if text.is_empty() {
            self.add("empty-value", path, "is empty");
        } else if text.contains('\0') {
            self.add("nul-byte", path, "contains a NUL byte");
        }
    }
}

/// Refuses a specification that cannot be provisioned as it is meant.
pub fn check(spec: &Spec, pool: &Pool, secret: &Secret) -> Result<(), Error> {
    if spec.resources.gpu.is_some_and(|gpu| gpu > 0) {
        return Err(Error::new(ErrorCode::Unsupported, "This provider does not offer GPUs.")
            .rule("no-gpu")
            .detail("path", "spec.resources.gpu")
            .remedy("Leave the GPU out, or route the session to a provider whose supports-gpu is true."));
    }
    let mut problems = Problems::default();
    problems.text("spec.session-id", &spec.session_id);
    check_launch(spec, &mut problems);
    check_pairs("spec.env", &spec.env, &mut problems);
    check_pairs("spec.labels", &spec.labels, &mut problems);
    for (name, _) in spec.env.iter().filter(|(name, _)| name.contains('=')) {
        problems.add("env-name", &format!("spec.env.{name}"), "contains =, which no variable name can");
    }
    for (name, _) in spec.labels.iter().filter(|(name, _)| name.starts_with(LABEL_PREFIX)) {
        problems.add(
            "reserved-label",
            &format!("spec.labels.{name}"),
            "is under the prefix rensei.dev/, which is the provider's own",
        );
    }
    check_numbers(spec, &mut problems);
    check_snapshot(spec, pool, &mut problems);
    check_secret(spec, secret, &mut problems);
    into_error(problems)
}

fn check_launch(spec: &Spec, problems: &mut Problems) {
    if let Some(image) = &spec.image {
        if !image::is_reference(image) {
            problems.add(
                "image-reference",
                "spec.image",
                "is not an OCI image reference such as ghcr.io/owner/name:tag",
            );
        } else if image.contains("ENTRYPOINT") {
            problems.add(
                "image-reference",
                "spec.image",
                "contains ENTRYPOINT, which Daytona would take for a command",
            );
        }
    }
    if let Some(command) = &spec.command {
        match command.first() {
            None => problems.add("empty-command", "spec.command", "has no words; leave it out for the pool's command"),
            Some(program) if program.is_empty() => {
                problems.add("empty-command", "spec.command[0]", "is empty, so there is nothing to run")
            }
            Some(_) => {}
        }
        if command.iter().any(|word| word.contains('\0')) {
            problems.add("nul-byte", "spec.command", "contains a NUL byte");
        }
    }
    if let Some(region) = &spec.region {
        problems.text("spec.region", region);
    }
}

fn check_pairs(path: &str, pairs: &[(String, String)], problems: &mut Problems) {
    if pairs.len() > MAX_PAIRS {
        problems.add("too-many", path, "has more than 1000 entries");
        return;
    }
    for (name, value) in pairs {
        if name.is_empty() {
            problems.add("empty-value", path, "has an empty name");
        } else if name.contains('\0') || value.contains('\0') {
            problems.add("nul-byte", &format!("{path}.{}", name.replace('\0', "")), "contains a NUL byte");
        }
    }
}

fn check_numbers(spec: &Spec, problems: &mut Problems) {
    let sizes = &spec.resources;
    for (path, number) in [
        ("spec.resources.vcpu", sizes.vcpu),
        ("spec.resources.memory-mb", sizes.memory_mb),
        ("spec.resources.disk-mb", sizes.disk_mb),
        ("spec.resources.timeout-sec", sizes.timeout_sec),
        ("spec.max-duration-sec", spec.max_duration_sec),
    ] {
        if number == Some(0) {
            problems.add("zero", path, "is 0; leave it out for the default");
        }
    }
}

/// Daytona refuses or ignores what is sent beside a snapshot.
fn check_snapshot(spec: &Spec, pool: &Pool, problems: &mut Problems) {
    if pool.snapshot.is_none() {
        return;
    }
    let sizes = &spec.resources;
    for (path, asked) in [
        ("spec.image", spec.image.is_some()),
        ("spec.command", spec.command.is_some()),
        ("spec.resources.vcpu", sizes.vcpu.is_some()),
        ("spec.resources.memory-mb", sizes.memory_mb.is_some()),
        ("spec.resources.disk-mb", sizes.disk_mb.is_some()),
    ] {
        if asked {
            problems.add("snapshot-conflict", path, "cannot be chosen, because the pool's snapshot has it fixed");
        }
    }
}

/// The provider's key must not get into a sandbox, where the agent would find it.
fn check_secret(spec: &Spec, secret: &Secret, problems: &mut Problems) {
    let holds = |text: &String| secret.occurs_in(text);
    let pairs_hold = |pairs: &[(String, String)]| pairs.iter().any(|(name, value)| holds(name) || holds(value));
    if holds(&spec.session_id)
        || pairs_hold(&spec.env)
        || pairs_hold(&spec.labels)
        || spec.command.iter().flatten().any(holds)
        || spec.image.as_ref().is_some_and(holds)
        || spec.region.as_ref().is_some_and(holds)
    {
        problems.add("key-in-spec", "spec", "contains the API key of this call, which must not get into a sandbox");
    }
}

fn into_error(problems: Problems) -> Result<(), Error> {
    let Some((rule, path, _)) = problems.0.first() else {
        return Ok(());
    };
    let mut message = String::from("The specification cannot be provisioned:");
    for (index, (_, path, problem)) in problems.0.iter().enumerate() {
        message.push_str(if index > 0 { "; " } else { " " });
        message.push_str(path);
        message.push(' ');
        message.push_str(problem);
    }
    message.push('.');
    let error = Error::spec(message).rule(rule).detail("path", path.as_str());
    Err(error.detail("problems", &problems.0.len().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Resources;
    use crate::pool;
    use crate::sandbox::name::tests::spec;

    const KEY: &str = "dtn_0123456789";

    fn refusal(spec: &Spec, config: &str) -> Option<Error> {
        let (Ok(secret), Ok(pool)) = (Secret::new(KEY.to_owned()), pool::load(config)) else { panic!("{config}") };
        check(spec, &pool, &secret).err()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn sized(change: impl Fn(&mut Resources)) -> Spec {
        let mut spec = spec("s");
        change(&mut spec.resources);
        spec
    }

    #[test]
    fn a_plain_spec_passes() {
        assert!(refusal(&spec("s"), "").is_none());
        assert!(refusal(&sized(|sizes| sizes.gpu = Some(0)), "").is_none());
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_field() {
        for (wrong, rule, path) in [
            (spec(""), "empty-value", "spec.session-id"),
            (spec("a\0b"), "nul-byte", "spec.session-id"),
            (sized(|sizes| sizes.timeout_sec = Some(0)), "zero", "spec.resources.timeout-sec"),
            (sized(|sizes| sizes.vcpu = Some(0)), "zero", "spec.resources.vcpu"),
            (sized(|sizes| sizes.memory_mb = Some(0)), "zero", "spec.resources.memory-mb"),
            (sized(|sizes| sizes.disk_mb = Some(0)), "zero", "spec.resources.disk-mb"),
            (Spec { max_duration_sec: Some(0), ..spec("s") }, "zero", "spec.max-duration-sec"),
            (Spec { command: Some(Vec::new()), ..spec("s") }, "empty-command", "spec.command"),
            (Spec { command: Some(vec![String::new()]), ..spec("s") }, "empty-command", "spec.command[0]"),
            (Spec { command: Some(vec!["a\0".to_owned()]), ..spec("s") }, "nul-byte", "spec.command"),
            (Spec { image: Some("a\nRUN evil".to_owned()), ..spec("s") }, "image-reference", "spec.image"),
            (Spec { image: Some("a/b:ENTRYPOINT".to_owned()), ..spec("s") }, "image-reference", "spec.image"),
            (Spec { image: Some(String::new()), ..spec("s") }, "image-reference", "spec.image"),
            (Spec { region: Some(String::new()), ..spec("s") }, "empty-value", "spec.region"),
            (Spec { env: pairs(&[("", "x")]), ..spec("s") }, "empty-value", "spec.env"),
            (Spec { env: pairs(&[("A", "x\0")]), ..spec("s") }, "nul-byte", "spec.env.A"),
            (Spec { env: pairs(&[("A=B", "x")]), ..spec("s") }, "env-name", "spec.env.A=B"),
            (
                Spec { labels: pairs(&[("rensei.dev/pool", "x")]), ..spec("s") },
                "reserved-label",
                "spec.labels.rensei.dev/pool",
            ),
            (Spec { labels: pairs(&[("", "x")]), ..spec("s") }, "empty-value", "spec.labels"),
            (Spec { env: pairs(&[("A", "x"); 1001]), ..spec("s") }, "too-many", "spec.env"),
        ] {
            let Some(error) = refusal(&wrong, "") else { panic!("{rule} {path} was accepted") };
            assert_eq!((error.get("rule"), error.get("path")), (Some(rule), Some(path)));
            assert!(error.code == ErrorCode::InvalidSpec && !error.maybe_applied && !error.retryable);
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let wrong = Spec { image: Some("A B".to_owned()), command: Some(Vec::new()), ..spec("") };
        let Some(error) = refusal(&wrong, "") else { panic!("accepted") };
        assert_eq!(error.get("problems"), Some("3"));
        for path in ["spec.session-id", "spec.image", "spec.command"] {
            assert!(error.message.contains(path), "{}", error.message);
        }
    }

    #[test]
    fn a_choice_beside_a_snapshot_is_refused() {
        let config = r#"{"snapshot":"worker-1"}"#;
        assert!(refusal(&spec("s"), config).is_none());
        for (wrong, path) in [
            (Spec { image: Some("a:1".to_owned()), ..spec("s") }, "spec.image"),
            (Spec { command: Some(vec!["a".to_owned()]), ..spec("s") }, "spec.command"),
            (sized(|sizes| sizes.vcpu = Some(1)), "spec.resources.vcpu"),
            (sized(|sizes| sizes.memory_mb = Some(1)), "spec.resources.memory-mb"),
            (sized(|sizes| sizes.disk_mb = Some(1)), "spec.resources.disk-mb"),
        ] {
            let error = refusal(&wrong, config);
            assert!(error.is_some_and(|error| error.get("path") == Some(path)), "{path}");
        }
    }

    #[test]
    fn the_providers_key_does_not_get_into_a_sandbox() {
        for wrong in [
            Spec { env: pairs(&[("DAYTONA_API_KEY", KEY)]), ..spec("s") },
            Spec { command: Some(vec![format!("--key={KEY}")]), ..spec("s") },
            Spec { labels: pairs(&[("k", KEY)]), ..spec("s") },
            Spec { labels: pairs(&[(KEY, "v")]), ..spec("s") },
            Spec { image: Some(KEY.to_owned()), ..spec("s") },
            Spec { region: Some(KEY.to_owned()), ..spec("s") },
            spec(KEY),
        ] {
            let Some(error) = refusal(&wrong, "") else { panic!("accepted") };
            assert_eq!(error.get("rule"), Some("key-in-spec"));
            assert!(!error.message.contains(KEY));
        }
    }

    #[test]
    fn a_gpu_is_unsupported_rather_than_ignored() {
        let error = refusal(&sized(|sizes| sizes.gpu = Some(1)), "");
        assert!(error.is_some_and(|error| error.code == ErrorCode::Unsupported));
    }
}
