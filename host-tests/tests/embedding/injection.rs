//! Keys that the guest never holds: the session works, and the key is nowhere in the guest's memory.

use std::time::Duration;

use fake_daytona::Reply;
use sandbox_host::{BuildError, CallError, Command, Context, Credential, ErrorCode, Handle, Host, Policy, Spec};

use crate::daytona::{Daytona, load};

/// Keys are injected, for the origin of this Daytona alone.
fn injecting(daytona: &Daytona) -> Policy {
    let origin = daytona.url.trim_end_matches("/api");
    Policy::default().with_injected_credentials().with_allowed([origin]).unwrap()
}

fn host(policy: Policy) -> Host {
    Host::builder().policy(policy).build().unwrap()
}

#[tokio::test]
async fn a_whole_session_works_with_a_key_that_only_the_host_has() {
    let daytona = Daytona::start().await;
    let provider = load(&host(injecting(&daytona)));
    let context = daytona.context();
    let handle = provider.provision(&context, &Spec::new("s")).await.unwrap();
    provider.status(&context, &handle).await.unwrap();
    provider.terminate(&context, &handle).await.unwrap();
    assert_eq!(daytona.fake.sandboxes()[0].desired_state, "destroyed");
    let bearer = format!("Bearer {}", daytona.fake.key());
    for request in daytona.fake.requests() {
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
        let elsewhere = request.headers.iter().filter(|(name, _)| name != "authorization");
        assert!(elsewhere.clone().all(|(_, value)| !value.contains(daytona.fake.key())), "{request:?}");
    }
    assert!(!serde_json::to_string(&handle).unwrap().contains("placeholder"), "{handle:?}");
}

#[tokio::test]
async fn a_key_from_the_environment_is_injected_as_well() {
    let daytona = Daytona::start().await;
    let host =
        Host::builder().policy(injecting(&daytona)).env_key("DAYTONA_API_KEY", daytona.fake.key()).build().unwrap();
    let context = Context { credential: None, ..daytona.context() };
    load(&host).provision(&context, &Spec::new("s")).await.unwrap();
    assert_eq!(daytona.fake.alive().len(), 1);
}

#[tokio::test]
async fn a_wrong_key_is_refused_by_the_server_and_a_key_that_fits_no_header_by_the_host() {
    let daytona = Daytona::start().await;
    let provider = load(&host(injecting(&daytona)));
    let wrong = daytona.context().with_credential(Credential::new("dtn_wrong"));
    // What is odd about a key that only the host sees is the host's to say.
    for (key, odd) in [("dtn_wrong", None), ("\"dtn_wrong\"", Some("The key stands in quotation marks"))] {
        let wrong = wrong.clone().with_credential(Credential::new(key));
        match provider.provision(&wrong, &Spec::new("s")).await {
            Err(CallError::Provider(error)) => {
                assert_eq!(error.code, ErrorCode::Unauthenticated);
                let remedy = error.remedy().unwrap();
                assert!(odd.is_none_or(|odd| remedy.starts_with(odd)) && !remedy.contains(key), "{error:?}");
                assert_eq!(odd.is_some(), remedy.contains("The key"), "{error:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    let broken = daytona.context().with_credential(Credential::new("dtn_\nbroken"));
    let error = provider.provision(&broken, &Spec::new("s")).await.unwrap_err();
    assert!(matches!(error, CallError::UnusableKey), "{error:?}");
    assert!(!error.to_string().contains("broken"));
}

/// Looks for a text in the linear memories of guests, from outside: each begins with the image of its data, which the
/// engine maps from a file of this name, and goes on with the pages that it has grown by.
#[cfg(target_os = "linux")]
mod memory {
    use std::fs::{self, File};
    use std::os::unix::fs::FileExt;

    const IMAGE: &str = "wasm-memory-image";

    /// Bytes that are read at once: a page of WebAssembly.
    const PART: usize = 65_536;

    /// What the kernel says where nothing is mapped any more.
    const EIO: i32 = 5;

    /// From where to where the memories of guests are.
    fn guests() -> Vec<(u64, u64)> {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut found: Vec<(u64, u64)> = Vec::new();
        for line in maps.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            let (start, end) = range.split_once('-').unwrap();
            let hex = |text| u64::from_str_radix(text, 16).unwrap();
            let (start, end) = (hex(start), hex(end));
            let neighbour = found.last().is_some_and(|(_, last)| *last == start);
            if neighbour && rest.starts_with("rw") {
                found.last_mut().unwrap().1 = end;
            } else if rest.starts_with("rw") && rest.contains(IMAGE) {
                found.push((start, end));
            }
        }
        found
    }

    /// How often a text is in the guests' memories, and how many bytes were looked at.
    pub fn occurrences(text: &str) -> (usize, u64) {
        let memory = File::open("/proc/self/mem").unwrap();
        let mut found = (0, 0);
        for (start, end) in guests() {
            let mut content = vec![0; usize::try_from(end - start).unwrap()];
            for (part, at) in content.chunks_mut(PART).zip((start..).step_by(PART)) {
                match memory.read_exact_at(part, at) {
                    Ok(()) => {}
                    // Another test beside this one has ended, and with it its guest.
                    Err(gone) if gone.raw_os_error() == Some(EIO) => part.fill(0),
                    Err(error) => panic!("{at:x}: {error}"),
                }
            }
            found.0 += content.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
            found.1 += content.len() as u64;
        }
        found
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_reply_that_repeats_the_key_does_not_bring_it_into_the_guests_memory() {
    let daytona = Daytona::start().await;
    let key = format!("dtn_{}_that_comes_back", std::process::id());
    daytona.fake.add_key(&key, &["write:sandboxes", "delete:sandboxes"]);
    let context = daytona.context().with_credential(Credential::new(key.as_str()));
    let policy = injecting(&daytona);
    let mut instance = load(&host(policy)).instance().await.unwrap();
    let handle = instance.provision(&context, &Spec::new("s")).await.unwrap();

    let sandbox = serde_json::json!({
        "id": handle.external_id,
        "state": "error",
        "desiredState": "started",
        "errorReason": format!("the key {key} is known"),
    });
    let body = sandbox.to_string();
    let within = body.find(&key).unwrap() + key.len() / 2;
    let whole = Reply::new(200)
        .header("content-type", "application/json")
        .header("content-length", &body.len().to_string())
        .header("x-echo", &format!("Bearer {key}"))
        .body(body);
    // In one part, and in two, with the break within the key.
    for reply in [whole.clone(), whole.pause_after(within, Duration::from_millis(5))] {
        daytona.fake.respond_once(("GET", "/sandbox/*"), reply);
        let state = instance.status(&context, &handle).await.unwrap();
        assert_eq!(state.reason, Some(format!("the key {} is known", "*".repeat(key.len()))));
    }
    let (found, searched) = memory::occurrences(&key);
    assert!(searched > 64 << 10, "only {searched} bytes were looked at");
    assert_eq!(found, 0, "the key is in guest memory");
    // The half of it that came first is not there either.
    assert_eq!(memory::occurrences(&key[..key.len() / 2]).0, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_key_is_nowhere_in_the_guests_memory() {
    // Without injection it is there, which shows that the search finds what there is to find.
    for (injected, expected) in [(false, true), (true, false)] {
        let daytona = Daytona::start().await;
        // A key of its own, so that no other test's guest holds it.
        let key = format!("dtn_{}_in_guest_memory_{injected}", std::process::id());
        daytona.fake.add_key(&key, &["write:sandboxes", "delete:sandboxes"]);
        let policy = if injected { injecting(&daytona) } else { Policy::default() };
        let context = daytona.context().with_credential(Credential::new(key.as_str()));
        // Kept open, because a memory is wiped when its instance ends.
        let mut instance = load(&host(policy)).instance().await.unwrap();
        let handle = instance.provision(&context, &Spec::new("s")).await.unwrap();
        instance.status(&context, &handle).await.unwrap();
        assert_eq!(daytona.fake.alive().len(), 1);

        let (found, searched) = memory::occurrences(&key);
        assert!(searched > 64 << 10, "only {searched} bytes were looked at");
        assert_eq!(found > 0, expected, "found {found} times in {searched} bytes, injected: {injected}");
    }
}

#[tokio::test]
async fn a_host_that_injects_keys_is_not_made_without_a_list_of_origins() {
    let error = Host::builder().policy(Policy::default().with_injected_credentials()).build().err().expect("refused");
    assert!(matches!(error, BuildError::NoAllowList(_)), "{error:?}");
    assert!(error.to_string().contains("[egress] allow"), "{error}");
}

#[tokio::test]
async fn an_origin_that_only_the_pool_names_gets_no_key() {
    let daytona = Daytona::start().await;
    let listed = Policy::default().with_injected_credentials().with_allowed(["api.example.com"]).unwrap();
    match load(&host(listed)).provision(&daytona.context(), &Spec::new("s")).await {
        Err(CallError::Provider(error)) => {
            assert_eq!(error.code, ErrorCode::EgressDenied, "{error:?}");
            assert!(error.details.get("network").is_some_and(|why| why.contains("[egress] allow")), "{error:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(daytona.fake.requests().len(), 0);
}

#[tokio::test]
async fn the_host_looks_for_the_key_where_the_provider_cannot() {
    let daytona = Daytona::start().await;
    let provider = load(&host(injecting(&daytona)));
    let key = daytona.fake.key();
    let mut in_env = Spec::new("s");
    in_env.env.push("TOKEN", format!("x{key}x"));
    let mut in_labels = Spec::new("s");
    in_labels.labels.push("token", key);
    let in_command = Spec { command: Some(vec!["run".to_owned(), key.to_owned()]), ..Spec::new("s") };
    let pool = daytona.context();
    let mut config: serde_json::Value = serde_json::from_str(&pool.config).unwrap();
    config["command"] = serde_json::json!(["run", key]);
    let with_key = Context { config: config.to_string(), ..pool.clone() };
    for (context, spec, rule, path) in [
        (&pool, &in_env, "key-in-spec", "spec.env.TOKEN"),
        (&pool, &in_labels, "key-in-spec", "spec.labels.token"),
        (&pool, &in_command, "key-in-spec", "spec.command[1]"),
        (&with_key, &Spec::new("s"), "key-in-pool", "config.command[1]"),
    ] {
        match provider.provision(context, spec).await {
            Err(CallError::Provider(error)) => {
                assert_eq!(
                    (error.details.get("rule"), error.details.get("path")),
                    (Some(rule), Some(path)),
                    "{error:?}"
                );
                assert!(!format!("{error:?}").contains(key), "{error:?}");
            }
            other => panic!("{path}: {other:?}"),
        }
    }
    assert_eq!(daytona.fake.requests().len(), 0);
}

#[tokio::test]
async fn a_key_of_the_environment_that_cannot_be_used_is_told_as_such_and_not_as_absent() {
    let daytona = Daytona::start().await;
    let host = Host::builder()
        .policy(injecting(&daytona))
        .env_key("DAYTONA_API_KEY", format!("{}\n", daytona.fake.key()))
        .build()
        .unwrap();
    let context = Context { credential: None, ..daytona.context() };
    let error = load(&host).provision(&context, &Spec::new("s")).await.unwrap_err();
    assert!(matches!(error, CallError::UnusableKey), "{error:?}");
    // A key of the call's own is not affected.
    load(&host).provision(&daytona.context(), &Spec::new("s")).await.unwrap();
}

#[tokio::test]
async fn a_key_where_an_id_a_handle_or_a_command_has_it_is_refused_and_nothing_is_sent() {
    let daytona = Daytona::start().await;
    let provider = load(&host(injecting(&daytona)));
    let key = daytona.fake.key();
    let context = daytona.context();
    let handle = provider.provision(&context, &Spec::new("s")).await.unwrap();
    let sent = daytona.fake.requests().len();
    let mut errors = Vec::new();
    for wrong in [
        Context { pool_id: key.to_owned(), ..context.clone() },
        Context { organization_id: Some(format!("o-{key}")), ..context.clone() },
    ] {
        errors.push((provider.status(&wrong, &handle).await.unwrap_err(), "key-in-id"));
    }
    errors.push((provider.locate(&context, key).await.unwrap_err(), "key-in-id"));
    errors.push((provider.get_snapshot(&context, key).await.unwrap_err(), "key-in-id"));
    errors.push((provider.kill(&context, &handle, key).await.unwrap_err(), "key-in-id"));
    let command = Command::new(["echo", key]);
    errors.push((provider.exec(&context, &handle, &command).await.unwrap_err(), "key-in-spec"));
    let in_spec = Spec { image: Some(key.to_owned()), ..Spec::new("s") };
    errors.push((provider.check_spec(&context, &in_spec).await.unwrap_err(), "key-in-spec"));
    let mut in_metadata = handle.clone();
    in_metadata.metadata.push("name", key);
    for wrong in [Handle { external_id: format!("x-{key}"), ..handle.clone() }, in_metadata] {
        errors.push((provider.status(&context, &wrong).await.unwrap_err(), "malformed-handle"));
        errors.push((provider.explain(&context, "s", Some(&wrong)).await.unwrap_err(), "malformed-handle"));
    }
    for (error, rule) in errors {
        let CallError::Provider(provider) = &error else { panic!("{error:?}") };
        assert_eq!(provider.details.get("rule"), Some(rule), "{error:?}");
        assert!(!format!("{error} {error:?}").contains(&key[..12]), "{error:?}");
    }
    assert_eq!(daytona.fake.requests().len(), sent, "something was sent");
    // Whoever has made the handle, the sandbox can be ended with one that is right.
    provider.terminate(&context, &handle).await.unwrap();
}

#[tokio::test]
async fn what_a_provider_makes_of_a_configuration_with_the_key_in_it_is_told_without_it() {
    let daytona = Daytona::start().await;
    // Nothing but the call says that this is a key.
    let key = "0123456789abcdef0123456789abcdef";
    let host = Host::builder().policy(injecting(&daytona)).env_key("OTHER_KEY", "fedcba9876543210fedcba98").build();
    let provider = load(&host.unwrap());
    for config in [
        format!(r#"{{"dialect":"{key}"}}"#),
        format!(r#"{{"daytonaApiUrl":"https://{key}.example"}}"#),
        format!(r#"{{"daytonaApiUrl":"https://x.example","toolboxUrl":"https://{key}.example"}}"#),
        format!(r#"{{"daytonaApiUrl":"ftp://{key}"}}"#),
        r#"{"dialect":"fedcba9876543210fedcba98"}"#.to_owned(),
        r#"{"daytonaApiUrl":"https://fedcba9876543210fedcba98.example"}"#.to_owned(),
        key.to_owned(),
    ] {
        let context = Context::new("p").with_config(config.as_str()).with_credential(Credential::new(key));
        let told = [
            format!("{:?}", provider.locate(&context, "s").await),
            format!("{:?}", provider.origins(&context, None).await),
            format!("{:?}", provider.health(&context).await),
            format!("{:?}", provider.preflight(&context, None).await),
            format!("{:?}", provider.capacity(&context).await),
        ];
        for told in &told {
            assert!(!told.contains(&key[..12]) && !told.contains("fedcba987654"), "{config}: {told}");
        }
        // The key of the environment is known without a context.
        let told = format!("{:?}", provider.check_config(&config).await);
        assert!(!told.contains("fedcba987654"), "{config}: {told}");
    }
    assert_eq!(daytona.fake.requests().len(), 0);
}
