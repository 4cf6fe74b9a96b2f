//! A key in every input of every command: it is in no output. That is checked after every run of every test; here are the
//! inputs.

use fake_daytona::{Reply, RequestAction};
use serde_json::{Value, json};

use crate::planted::{PLANTED, planted};
use crate::stage::Stage;

/// Runs a command with each of these texts in a file.
fn walk(stage: &Stage, file: &str, texts: &[String], arguments: &[&str]) {
    for text in texts {
        stage.write(file, text);
        let run = stage.finish(stage.command(&[arguments, &["--deadline", "150ms"]].concat()));
        assert!([0, 2, 3, 4, 5, 7, 8, 9, 10, 11, 20, 21, 22].contains(&run.code), "{text}: {run:?}");
    }
}

fn stage() -> Stage {
    let stage = Stage::new();
    stage.secret(PLANTED);
    stage
}

#[test]
fn a_key_in_a_specification_is_in_no_output() {
    let stage = stage();
    stage.pool(json!({}));
    // What is right in it stays wrong elsewhere, so that nothing is created in which it would lie.
    let spec = json!({
        "sessionId": "s", "image": "", "command": [""], "env": { "A": "\0" }, "labels": { "a": "b" },
        "resources": { "vCpu": 0, "memoryMb": 0, "diskMb": 0, "gpu": 0, "timeoutSec": 0 },
        "maxDurationSec": 0, "region": "", "extensions": { "a": "b" },
    });
    walk(&stage, "spec.json", &planted(&spec), &["provision", "--spec", "spec.json", "--pool", "pool.json"]);
    assert!(stage.fake.alive().is_empty());
}

#[test]
fn a_key_in_a_handle_a_credential_or_a_pools_record_is_in_no_error_of_reading_it() {
    let stage = stage();
    stage.pool(json!({}));
    let types = |record: Value| {
        // Texts where texts belong are right; whom they are shown to is another question.
        planted(&record)
            .into_iter()
            .filter(move |text| !text.contains(&format!(":\"{PLANTED}\"")) || text.contains('['))
    };
    let handle = json!({ "providerId": "daytona", "externalId": "x", "metadata": { "name": "y" } });
    let texts: Vec<String> = types(handle).collect();
    for verb in ["status", "terminate", "stop", "start", "archive", "keep-alive", "watch"] {
        let few = if verb == "status" { &texts[..] } else { &texts[..4] };
        walk(&stage, "handle.json", few, &[verb, "--handle", "handle.json", "--pool", "pool.json", "--json"]);
    }
    let credential = json!({ "secret": "x", "apiUrl": "y", "organizationId": "z" });
    let texts = planted(&credential);
    walk(&stage, "key.json", &texts, &["locate", "--session", "s", "--credential-file", "key.json", "--json"]);
    let record =
        json!({ "id": "p", "config": {}, "runtimeProvides": { "runtimeKinds": ["npm"], "requirementKinds": ["git"] } });
    let texts: Vec<String> =
        types(record).filter(|text| !text.contains("\"config\"") || text.contains("\"config\":{}")).collect();
    walk(&stage, "record.json", &texts, &["list", "--pool", "record.json", "--json"]);
}

#[test]
fn a_key_in_any_other_file_is_in_no_output() {
    let stage = stage();
    stage.pool(json!({}));
    let lines = |lines: &[&str]| lines.iter().map(|line| line.replace('$', PLANTED)).collect::<Vec<_>>();
    let policies = lines(&[
        "$",
        "$ = 1",
        "[$]",
        "[headers]\nadd = \"$\"",
        "[headers]\nadd = { x = \"$\\n\" }",
        "[headers]\nadd = { \"$ \" = \"x\" }",
        "[headers]\nadd = { x = \"$",
        "[headers]\ndeny = \"$\"",
        "[egress]\nallow = \"$\"",
        "[egress]\nallow = [\"$/$\"]",
        "[egress]\nproxy = \"http://u:$@\"",
        "[egress]\nprivate-addresses = \"$\"",
        "[components]\ntrusted-keys = [\"$\"]",
        "[limits]\ncompute-ms = \"$\"",
        "[environment]\nallow = \"$\"",
        "[credentials]\ninject = \"$\"",
    ]);
    walk(
        &stage,
        "policy.toml",
        &policies,
        &["locate", "--session", "s", "--policy", "policy.toml", "--pool", "pool.json"],
    );
    let environments = lines(&["$", "A=1\n$", "export $", "$=1 2", "A B=$", "A=\"$", "A=-----BEGIN $"]);
    walk(
        &stage,
        "x.env",
        &environments,
        &["provision", "--session", "s", "--env-file", "x.env", "--pool", "pool.json"],
    );
    let sessions = lines(&["{\"$\":1}", "[\"$\"", "[$]", "\"$\"", "<$>", "$,x", "[{\"id\":\"$\"}]"]);
    walk(&stage, "known.txt", &sessions, &["reconcile", "--known", "known.txt", "--pool", "pool.json", "--json"]);
    let certificates = lines(&[
        "$",
        "-----BEGIN PRIVATE KEY-----\n$\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----$",
        "-----BEGIN CERTIFICATE-----\n$\n",
        "-----BEGIN $",
        "-----BEGIN CERTIFICATE-----\n$$\n-----END CERTIFICATE-----",
    ]);
    walk(&stage, "ca.pem", &certificates, &["locate", "--session", "s", "--ca-file", "ca.pem", "--pool", "pool.json"]);
    walk(&stage, "x.wasm", &lines(&["$", "\0asm$", "\0asm\r\0\u{1}\0$"]), &["describe", "--component", "x.wasm"]);
}

#[test]
fn a_key_on_the_command_line_is_in_no_output() {
    let stage = stage();
    stage.pool(json!({}));
    let with_value = format!("--image={PLANTED}");
    for arguments in [
        &[PLANTED][..],
        &["provision", PLANTED],
        &["provision", "--session", "s", "--env", PLANTED],
        &["provision", "--session", "s", "--label", PLANTED],
        &["provision", "--session", "s", "--vcpu", PLANTED],
        &["list", "--deadline", PLANTED],
        &["list", &with_value],
        &["list", "--json", &with_value],
        &["locate", "--session", "s", "--credential-file", PLANTED],
        &["status", "--handle", PLANTED],
        &["provision", "--spec", PLANTED],
        &["list", "--pool", PLANTED],
        &["list", "--policy", PLANTED],
        &["locate", "--session", "s", "--pool", "pool.json", "--ca-file", PLANTED],
        &["reconcile", "--known", PLANTED],
        &["extend", "--handle", "x", "--for", PLANTED],
        &["serve", "--watch-interval", PLANTED],
    ] {
        let run = stage.finish(stage.command(arguments));
        assert!([2, 3, 4].contains(&run.code), "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_key_that_a_reply_repeats_is_in_no_output_however_it_is_stored() {
    let stage = stage();
    let handle = stage.provisioned("s");
    let handle = handle.to_str().unwrap();
    let bodies = [
        json!({ "statusCode": 400, "message": format!("Key {PLANTED} may not do this"), "error": PLANTED }),
        json!({ "id": PLANTED, "name": PLANTED, "state": PLANTED, "errorReason": PLANTED, "labels": { PLANTED: PLANTED } }),
        json!({ "items": [{ "id": PLANTED, "state": "started" }], "nextCursor": PLANTED }),
        json!(PLANTED),
    ];
    stage.write("policy.toml", "[credentials]\ninject = true\n");
    for stored in [
        PLANTED.to_owned(),
        format!("\"{PLANTED}\""),
        format!("Bearer {PLANTED}"),
        format!("DAYTONA_API_KEY={PLANTED}"),
    ] {
        for status in [200, 400, 403, 404, 409, 429, 500] {
            for body in &bodies {
                let reply = Reply::json(status, body).header("x-echo", PLANTED).header("location", PLANTED);
                stage.fake.on_request(move |_| RequestAction::Answer(reply.clone()));
                let verb = match status % 4 {
                    0 => &["status", "--handle", handle][..],
                    1 => &["list"],
                    2 => &["locate", "--session", "s"],
                    _ => &["terminate", "--handle", handle, "--policy", "policy.toml"],
                };
                let mut command =
                    stage.command(&[verb, &["--json", "--pool", "pool.json", "--deadline", "200ms"]].concat());
                command.env("DAYTONA_API_KEY", &stored).env("DAYTONA_API_URL", &stage.url);
                stage.finish(command);
            }
        }
    }
}
