//! `--policy`: what the provider may do, from a file.

use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::stage::{Run, Stage, component};

#[test]
fn an_origin_that_the_policy_does_not_list_is_not_called() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nallow = [\"app.daytona.io\"]\n");
    let run = stage.json(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!((run.code, run.error().code()), (9, "egress-denied"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn a_denial_is_logged_with_the_line_that_would_allow_it() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nallow = []\n");
    let run = stage.run(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!((run.code, run.out.as_str()), (9, ""), "{run:?}");
    let allow = format!("[egress]\nallow = [\"{}\"]\n", stage.url.trim_end_matches("/api"));
    assert!(run.err.contains(&allow.trim_end().replace('\n', " ")), "{}", run.err);

    stage.write("policy.toml", allow);
    let run = stage.run(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn keys_can_be_kept_from_the_provider() {
    let stage = Stage::new();
    let origin = stage.url.trim_end_matches("/api");
    stage.write("policy.toml", format!("[egress]\nallow = [\"{origin}\"]\n[credentials]\ninject = true\n"));
    let run = stage.json(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.fake.alive().len(), 1);
}

#[test]
fn keys_are_injected_for_urls_that_somebody_vouches_for_and_the_pool_does_not() {
    let stage = Stage::new();
    stage.write("policy.toml", "[credentials]\ninject = true\n");
    let arguments = ["provision", "--session", "s", "--policy", "policy.toml", "--json", "--pool", "pool.json"];
    stage.pool(serde_json::json!({}));
    let run = stage.finish(stage.command(&arguments));
    assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
    assert!(run.error().remedy().contains("[egress] allow"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);

    // The URL beside the key.
    let mut command = stage.command(&arguments);
    command.env("DAYTONA_API_URL", &stage.url);
    let run = stage.finish(command);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_key_in_the_specification_is_refused_also_where_the_provider_does_not_know_it() {
    let stage = Stage::new();
    stage.write("policy.toml", "[credentials]\ninject = true\n");
    stage.pool(serde_json::json!({}));
    let with_key = format!("TOKEN={}", stage.fake.key());
    for more in [&[][..], &["--policy", "policy.toml"]] {
        let arguments = ["provision", "--session", "s", "--env", &with_key, "--json", "--pool", "pool.json"];
        let mut command = stage.command(&[&arguments, more].concat());
        command.env("DAYTONA_API_URL", &stage.url);
        let run = stage.finish(command);
        assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
        assert_eq!(run.error().detail("rule"), "key-in-spec", "{run:?}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn a_component_runs_only_where_a_trusted_key_signed_it() {
    let stage = Stage::new();
    let pair = |seed: u8| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let component = component();
    let hex: String = pair(1).public_key().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    stage.write("policy.toml", format!("[components]\ntrusted-keys = [\"{hex}\"]\n"));
    stage.write("provider.wasm", component);
    let provision = |component: &[&str]| {
        stage.json(&[&["provision", "--session", "s", "--policy", "policy.toml"], component].concat())
    };
    let named = ["--component", "provider.wasm"];
    let refused = |run: Run, code: &str| {
        assert_eq!((run.code, run.error().code()), (11, code), "{run:?}");
        assert_eq!(stage.fake.requests().len(), 0, "{code}");
    };
    refused(provision(&named), "not-signed");
    stage.write("provider.wasm.sig", "short");
    refused(provision(&named), "bad-signature");
    stage.write("provider.wasm.sig", pair(2).sign(component));
    refused(provision(&named), "wrong-signature");
    stage.write("provider.wasm.sig", pair(1).sign(b"other bytes"));
    refused(provision(&named), "wrong-signature");
    // Commands that need no network are no exception, and neither is the component in the program.
    refused(stage.json(&["describe", "--policy", "policy.toml", "--component", "provider.wasm"]), "wrong-signature");
    refused(provision(&[]), "not-signed");
    assert!(provision(&[]).error().remedy().contains("--component"));

    stage.write("provider.wasm.sig", pair(1).sign(component));
    let run = provision(&named);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.fake.alive().len(), 1);
}

#[test]
fn a_policy_that_cannot_be_read_is_told_with_what_is_wrong() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nalow = []\n");
    let run = stage.json(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
    assert!(run.error().message().contains("alow"), "{run:?}");
    let run = stage.json(&["provision", "--session", "s", "--policy", "no-such.toml"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.error().message().contains("no-such.toml"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}
