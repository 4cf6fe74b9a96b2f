//! What somebody types who sees a command for the first time: each is answered with what is wrong and what to do.

use serde_json::json;

use crate::stage::Stage;

/// A command, its exit code, and a word that the answer has to have.
type Misuse = (&'static [&'static str], i32, &'static str);

const MISUSES: &[Misuse] = &[
    // provision
    (&["provision"], 2, "--session"),
    (&["provision", "s-1"], 2, "every value has an option before it"),
    (&["provision", "--sesion", "s"], 2, "--session"),
    (&["provision", "--session", ""], 4, "session"),
    (&["provision", "--session", "s", "--env", "A"], 2, "NAME=VALUE"),
    (&["provision", "--session", "s", "--vcpu", "two"], 2, "whole number"),
    (&["provision", "--session", "s", "--vcpu", "0"], 4, "vcpu"),
    (&["provision", "--spec", "no-such.json"], 4, "no-such.json"),
    (&["provision", "--spec", r#"{"sessionId":"s"}"#], 4, "Name a file"),
    (&["provision", "--session", "s", "--handle-out", "pool.json"], 2, "never overwritten"),
    // locate
    (&["locate"], 2, "--session"),
    (&["locate", "--session"], 2, "--session"),
    (&["locate", "--session", "nobody"], 7, "no sandbox"),
    (&["locate", "--handle", "handle.json"], 2, "--handle"),
    (&["locate", "--session", "s", "--credential-file", "pool.json"], 3, "secret"),
    (&["locate", "--session", "s", "--deadline", "5"], 2, "45s"),
    (&["locate", "--session", "s", "--deadline", "0s"], 2, "longer"),
    (&["locate", "--session", "s", "--policy", "pool.json"], 3, "policy"),
    (&["locate", "--session", "s", "--ca-file", "pool.json"], 3, "certificate"),
    (&["locate", "--session", "s", "--component", "pool.json"], 11, "WebAssembly"),
    // status, watch and their like
    (&["status"], 2, "--handle"),
    (&["status", "--handle"], 2, "--handle"),
    (&["status", "--handle", "no-such.json"], 4, "no-such.json"),
    (&["status", "--handle", "pool.json"], 4, "providerId"),
    (&["status", "--handle", "."], 4, "cannot be read"),
    (&["status", "--session", "s"], 2, "locate --session"),
    (&["watch", "--handle", "handle.json", "--interval", "2"], 2, "45s"),
    (&["terminate", "--handle", "pool.json"], 4, "locate"),
    (&["terminate", "--session", "s"], 2, "--session"),
    (&["stop"], 2, "--handle"),
    (&["keep-alive", "--handle", "other.json"], 4, "e2b"),
    (&["extend", "--handle", "handle.json"], 2, "--for"),
    (&["extend", "--handle", "handle.json", "--for", "2"], 2, "45s"),
    (&["extend", "--handle", "handle.json", "--for", "-2h"], 2, "--for"),
    // list and reconcile
    (&["list", "--session", "s"], 2, "--session"),
    (&["list", "--pool", "no-such.json"], 3, "no-such.json"),
    (&["list", "--pool", "."], 3, "cannot be read"),
    (&["reconcile"], 2, "--known"),
    (&["reconcile", "--known", "no-such.txt"], 4, "no-such.txt"),
    (&["reconcile", "--known", "empty.txt"], 2, "--none-known"),
    (&["reconcile", "--known", "pool.json"], 4, "one id per line"),
    (&["reconcile", "--session", "s", "--act"], 2, "--as-of"),
    (&["reconcile", "--none-known", "--session", "s"], 2, "--none-known"),
    (&["reconcile", "--session", "s", "--as-of", "yesterday", "--mark"], 4, "date"),
    (&["reconcile", "--session", "s", "--allow-no-match"], 2, "--act"),
    (&["reconcile", "--session", "s", "--min-age", "1"], 2, "45s"),
    // check, describe, serve, and what is no command
    (&["check", "--pool", "broken.json"], 3, "JSON"),
    (&["check", "pool.json"], 2, "'pool.json'"),
    (&["describe", "--schema", "--component", "no-such.wasm"], 11, "no-such.wasm"),
    (&["serve", "--pool-id", "p"], 2, "context"),
    (&["serve", "--socket", "pool.json"], 2, "socket"),
    (&["serve", "--drain", "never"], 2, "45s"),
    (&["provison", "--session", "s"], 2, "provision"),
    (&[], 2, "Usage"),
];

#[test]
fn what_is_typed_wrongly_is_answered_with_what_is_wrong_and_what_to_do() {
    let stage = Stage::new();
    stage.provisioned("s");
    stage.write("other.json", json!({ "providerId": "e2b", "externalId": "x", "metadata": {} }).to_string());
    stage.write("empty.txt", "\n");
    stage.write("broken.json", "{image: 1}");
    let requests = stage.fake.requests().len();
    for (arguments, code, word) in MISUSES {
        let has_pool = arguments.contains(&"--pool") || arguments.first() == Some(&"serve") || arguments.is_empty();
        let pool: &[&str] = if has_pool { &[] } else { &["--pool", "pool.json"] };
        let text = stage.finish(stage.command(&[arguments, pool].concat()));
        let told = format!("{}{}", text.out, text.err);
        assert!(text.code == *code && told.contains(word), "{arguments:?} {word}: {text:?}");
        // For machines it is one JSON value, and says the same.
        if !arguments.is_empty() && arguments.first() != Some(&"check") {
            let json = stage.finish(stage.command(&[arguments, pool, &["--json"]].concat()));
            assert_eq!(json.code, *code, "{arguments:?}: {json:?}");
            let error = json.error();
            assert!(!error.message().is_empty(), "{arguments:?}: {json:?}");
        }
    }
    assert!(
        stage.fake.alive().len() == 1 && stage.fake.requests().len() < requests + 10,
        "{:?}",
        stage.fake.requests()
    );
}
