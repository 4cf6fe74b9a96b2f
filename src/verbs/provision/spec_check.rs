//! What can be told of a specification before anything is sent. All problems at once.

use crate::contract::{ErrorCode, Spec};
use crate::error::Error;
use crate::http::secret::Secret;
use crate::pairs;
use crate::pool::{Dialect, MAX_ENTRYPOINT, MAX_WORD, Pool, cut, entrypoint_size};
use crate::sandbox::expiry::MAX_LIFETIME_SEC;
use crate::sandbox::image;
use crate::sandbox::labels::LABEL_PREFIX;
use crate::sandbox::name::SNAPSHOT;

/// Most environment variables and most labels of one session.
const MAX_PAIRS: usize = 1000;

/// Greatest numbers that are meant: 30 days of idleness, 1,024 cores, 16 TiB. More is a number in a wrong unit, or a negative
/// one that was wrapped.
const MAX_TIMEOUT_SEC: u32 = 30 * 24 * 60 * 60;
const MAX_CORES: u32 = 1024;
const MAX_MIB: u32 = 16 * 1024 * 1024;

/// Problems found, each with the field that it is about.
#[derive(Default)]
struct Problems(Vec<(&'static str, String, String)>);

impl Problems {
    fn add(&mut self, rule: &'static str, path: &str, message: &str) {
        self.0.push((rule, path.to_owned(), message.to_owned()));
    }

    /// A number or a size that is over its limit is told with both.
    fn limit(&mut self, rule: &'static str, path: &str, found: usize, limit: usize, unit: &str) {
        if found > limit {
            self.0.push((rule, path.to_owned(), format!("is {found}{unit}, more than {limit}")));
        }
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
    check_gpu(spec)?;
    check_pool(pool, secret)?;
    into_error(problems(spec, pool, secret))
}

/// The same with an error for each problem.
pub fn refusals(spec: &Spec, pool: &Pool, secret: &Secret) -> Vec<Error> {
    let problems = problems(spec, pool, secret)
        .0
        .into_iter()
        .map(|(rule, path, problem)| Error::spec(format!("{path} {problem}.")).rule(rule).detail("path", &path));
    [check_gpu(spec), check_pool(pool, secret)].into_iter().filter_map(Result::err).chain(problems).collect()
}

fn check_gpu(spec: &Spec) -> Result<(), Error> {
    if spec.resources.gpu.is_none_or(|gpu| gpu == 0) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Unsupported, "This provider does not offer GPUs.")
        .rule("no-gpu")
        .detail("path", "spec.resources.gpu")
        .remedy("Leave the GPU out, or route the session to a provider whose supports-gpu is true."))
}

fn problems(spec: &Spec, pool: &Pool, secret: &Secret) -> Problems {
    let mut problems = Problems::default();
    problems.text("spec.session-id", &spec.session_id);
    check_launch(spec, &mut problems);
    let snapshot = pairs::get(&spec.extensions, SNAPSHOT);
    if snapshot.is_none() && pool.snapshot.is_none() && pool.dialect != Dialect::Workspace {
        // The pool's own command was measured with the pool.
        let size = spec.command.as_deref().map_or(0, entrypoint_size);
        problems.limit("too-large", "spec.command", size, MAX_ENTRYPOINT, " bytes as a line of a Dockerfile");
    }
    if let Some(snapshot) = snapshot {
        problems.text("spec.extensions.snapshot", snapshot);
    }
    check_pairs("spec.env", &spec.env, &mut problems);
    check_pairs("spec.labels", &spec.labels, &mut problems);
    for (name, value) in &spec.env {
        if name.contains('=') {
            problems.add("env-name", &format!("spec.env.{name}"), "contains =, which no variable name can");
        }
        // Names are cut, because they may be what is long.
        let size = name.len() + "=".len() + value.len();
        if size > MAX_WORD {
            problems.limit("too-large", &format!("spec.env.{}", cut(name)), size, MAX_WORD, " bytes with its name");
        }
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
    for (name, _) in &pool.protection.secrets {
        if spec.env.iter().any(|(variable, _)| variable == name) {
            problems.add("secret-conflict", &format!("spec.env.{name}"), "is one of the pool's secrets as well");
        }
    }
    check_secret(spec, secret, &mut problems);
    problems
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
        for (index, word) in command.iter().enumerate().filter(|(_, word)| word.len() > MAX_WORD) {
            problems.limit("too-large", &format!("spec.command[{index}]"), word.len(), MAX_WORD, " bytes");
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
    for (path, number, limit) in [
        ("spec.resources.vcpu", sizes.vcpu, MAX_CORES),
        ("spec.resources.memory-mb", sizes.memory_mb, MAX_MIB),
        ("spec.resources.disk-mb", sizes.disk_mb, MAX_MIB),
        ("spec.resources.timeout-sec", sizes.timeout_sec, MAX_TIMEOUT_SEC),
        ("spec.max-duration-sec", spec.max_duration_sec, MAX_LIFETIME_SEC),
    ] {
        match number {
            Some(0) => problems.add("zero", path, "is 0; leave it out for the default"),
            Some(number) => problems.limit("out-of-range", path, number as usize, limit as usize, ""),
            None => {}
        }
    }
}

/// Daytona refuses or ignores what is sent beside a snapshot.
fn check_snapshot(spec: &Spec, pool: &Pool, problems: &mut Problems) {
    let whose = match (pairs::get(&spec.extensions, SNAPSHOT), &pool.snapshot) {
        (Some(_), _) => "cannot be chosen, because the spec's snapshot has it fixed",
        (None, Some(_)) => "cannot be chosen, because the pool's snapshot has it fixed",
        (None, None) => return,
    };
    let sizes = &spec.resources;
    for (path, asked) in [
        ("spec.image", spec.image.is_some()),
        ("spec.command", spec.command.is_some()),
        ("spec.resources.vcpu", sizes.vcpu.is_some()),
        ("spec.resources.memory-mb", sizes.memory_mb.is_some()),
        ("spec.resources.disk-mb", sizes.disk_mb.is_some()),
    ] {
        if asked {
            problems.add("snapshot-conflict", path, whose);
        }
    }
}

/// The provider's key must not get into a sandbox, where the agent would find it.
fn check_secret(spec: &Spec, secret: &Secret, problems: &mut Problems) {
    let texts = [Some(&spec.session_id), spec.image.as_ref(), spec.region.as_ref()];
    if holds_secret(secret, &spec.extensions, &[], None)
        || holds_secret(secret, &spec.env, &texts, spec.command.as_deref())
        || holds_secret(secret, &spec.labels, &[], None)
    {
        problems.add("key-in-spec", "spec", "contains the API key of this call, which must not get into a sandbox");
    }
}

/// Neither must it get there by way of the pool's configuration.
fn check_pool(pool: &Pool, secret: &Secret) -> Result<(), Error> {
    let texts = [Some(&pool.user), pool.target.as_ref(), pool.snapshot.as_ref(), pool.image.as_ref()];
    if !holds_secret(secret, &pool.labels, &texts, pool.command.as_deref()) {
        return Ok(());
    }
    Err(Error::config("The pool's configuration contains the API key of this call, which must not get into a sandbox.")
        .rule("key-in-pool")
        .detail("path", "$")
        .remedy("Remove it there. If others can read the configuration, replace the key."))
}

fn holds_secret(
    secret: &Secret,
    pairs: &[(String, String)],
    texts: &[Option<&String>],
    words: Option<&[String]>,
) -> bool {
    let holds = |text: &String| secret.occurs_in(text);
    pairs.iter().any(|(name, value)| holds(name) || holds(value))
        || texts.iter().copied().flatten().any(holds)
        || words.unwrap_or_default().iter().any(holds)
}

fn into_error(problems: Problems) -> Result<(), Error> {
    let Some((rule, ..)) = problems.0.first() else {
        return Ok(());
    };
    let (rule, remedy) = (*rule, remedy(rule));
    let told = problems.0.into_iter().map(|(_, path, problem)| {
        let problem = format!("{path} {problem}");
        (path, problem)
    });
    Err(Error::wrong("The specification cannot be provisioned", told.collect()).rule(rule).remedy(remedy))
}

/// What to do about a problem; of several, the first one's.
fn remedy(rule: &str) -> &'static str {
    match rule {
        "key-in-spec" => "Leave the key out. Where a session needs one, give it one of its own.",
        "image-reference" => "Write the image as its registry shows it, or leave it out for the pool's.",
        "zero" | "out-of-range" => "Write a number in the unit of the field, or leave it out for the default.",
        "too-large" | "too-many" => {
            "Make it smaller; large data belongs into the image or a file that the agent fetches."
        }
        "snapshot-conflict" => "Leave it out, or remove the pool's key snapshot.",
        "reserved-label" => "Name the label otherwise.",
        _ => "Write a value that is allowed there, or leave it out.",
    }
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
            assert!(error.get("remedy").is_some_and(|remedy| !remedy.is_empty()), "{path} has no remedy");
        }
    }

    #[test]
    fn what_is_too_much_is_refused_with_its_field_its_number_and_the_limit() {
        const GIB_16_TIB: u32 = 16 * 1024 * 1024;
        let long = |bytes: usize| "x".repeat(bytes);
        let command = |words: Vec<String>| Spec { command: Some(words), ..spec("s") };
        let quotes = "\u{1f980}".repeat(6000);
        let cases = [
            (
                sized(|sizes| sizes.timeout_sec = Some(2_592_001)),
                "out-of-range",
                "spec.resources.timeout-sec",
                "2592000",
            ),
            (
                sized(|sizes| sizes.timeout_sec = Some(u32::MAX)),
                "out-of-range",
                "spec.resources.timeout-sec",
                "4294967295",
            ),
            (sized(|sizes| sizes.vcpu = Some(1025)), "out-of-range", "spec.resources.vcpu", "1024"),
            (
                sized(|sizes| sizes.memory_mb = Some(GIB_16_TIB + 1)),
                "out-of-range",
                "spec.resources.memory-mb",
                "16777216",
            ),
            (sized(|sizes| sizes.disk_mb = Some(GIB_16_TIB + 1)), "out-of-range", "spec.resources.disk-mb", "16777217"),
            (
                Spec { max_duration_sec: Some(31_536_001), ..spec("s") },
                "out-of-range",
                "spec.max-duration-sec",
                "31536000",
            ),
            (
                command(vec!["a".to_owned(), long(131_072)]),
                "too-large",
                "spec.command[1]",
                "131072 bytes, more than 131071",
            ),
            (command(vec![long(65_521)]), "too-large", "spec.command", "65536 bytes as a line"),
            // Twelve bytes for each of them in JSON.
            (command(vec![quotes]), "too-large", "spec.command", "72015 bytes as a line"),
            (Spec { env: pairs(&[("A", &long(131_070))]), ..spec("s") }, "too-large", "spec.env.A", "131072 bytes"),
            (
                Spec { env: pairs(&[(&long(131_071), "")]), ..spec("s") },
                "too-large",
                &format!("spec.env.{}", long(40)),
                "131072 bytes",
            ),
        ];
        for (wrong, rule, path, says) in cases {
            let Some(error) = refusal(&wrong, "") else { panic!("{rule} {path} was accepted") };
            assert_eq!((error.get("rule"), error.get("path")), (Some(rule), Some(path)));
            assert!(error.code == ErrorCode::InvalidSpec && error.message.contains(says), "{says}: {}", error.message);
            assert!(error.message.len() < 400, "{}", error.message.len());
        }
    }

    #[test]
    fn what_is_just_not_too_much_passes() {
        let long = |bytes: usize| "x".repeat(bytes);
        let much = sized(|sizes| {
            sizes.timeout_sec = Some(2_592_000);
            sizes.vcpu = Some(1024);
            sizes.memory_mb = Some(16_777_216);
            sizes.disk_mb = Some(16_777_216);
        });
        let env = pairs(&[("A", &long(131_069)), ("not-a-shells.name", "x"), ("1", "x"), ("A B", "x")]);
        let command = Some(vec![long(65_520)]);
        assert!(refusal(&Spec { max_duration_sec: Some(31_536_000), command, env, ..much }, "").is_none());
        // There is no Dockerfile in that dialect.
        let long = Spec { command: Some(vec![long(131_071)]), ..spec("s") };
        assert!(refusal(&long, r#"{"dialect":"workspace"}"#).is_none());
        assert!(refusal(&long, "").is_some());
    }

    #[test]
    fn the_providers_key_does_not_get_into_a_sandbox_by_way_of_the_pool() {
        // One whose form check-config cannot know.
        const ODD_KEY: &str = "key-0123456789abcdef";
        let Ok(secret) = Secret::new(ODD_KEY.to_owned()) else { panic!("key") };
        for config in [
            format!(r#"{{"command":["run","--key={ODD_KEY}"]}}"#),
            format!(r#"{{"labels":{{"k":"{ODD_KEY}"}}}}"#),
            format!(r#"{{"labels":{{"{ODD_KEY}":"v"}}}}"#),
            format!(r#"{{"user":"{ODD_KEY}"}}"#),
            format!(r#"{{"target":"{ODD_KEY}"}}"#),
            format!(r#"{{"snapshot":"{ODD_KEY}"}}"#),
            format!(r#"{{"image":"a/{ODD_KEY}:1"}}"#),
        ] {
            let Ok(pool) = pool::load(&config) else { panic!("{config}") };
            let Err(error) = check(&spec("s"), &pool, &secret) else { panic!("{config} was accepted") };
            assert_eq!(error.get("rule"), Some("key-in-pool"));
            assert!(error.code == ErrorCode::InvalidConfig && !error.message.contains(ODD_KEY), "{}", error.message);
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let wrong = Spec { image: Some("A B".to_owned()), command: Some(Vec::new()), ..spec("") };
        let Some(error) = refusal(&wrong, "") else { panic!("accepted") };
        assert_eq!(error.get("problems"), Some("3"));
        // Each of several once more, for programs.
        assert_eq!(error.get("path"), error.get("path-1"));
        assert!(error.get("path-3").is_some_and(|path| path.starts_with("spec.")) && error.get("path-4").is_none());
        assert!(error.get("problem-3").is_some_and(|problem| error.message.contains(problem)));
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
