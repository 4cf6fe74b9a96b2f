//! Files as editors and shells store them: with a byte order mark, in UTF-16, never ending.

use serde_json::json;

use crate::stage::{Run, Stage};

const MARK: &[u8] = b"\xef\xbb\xbf";

fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Every file that a command reads: its name, right content, and the command.
fn files(stage: &Stage) -> Vec<(&'static str, String, Vec<&'static str>)> {
    let handle = std::fs::read_to_string(stage.provisioned("s")).unwrap();
    let credential = json!({ "secret": stage.fake.key(), "apiUrl": stage.url }).to_string();
    let spec = json!({ "sessionId": "s1", "env": { "A": "1" } }).to_string();
    vec![
        ("a.json", handle, vec!["status", "--handle", "a.json"]),
        ("b.json", spec, vec!["provision", "--spec", "b.json"]),
        ("c.json", credential, vec!["locate", "--session", "s", "--credential-file", "c.json"]),
        ("d.env", "A=1\n".to_owned(), vec!["provision", "--session", "s2", "--env-file", "d.env"]),
        (
            "e.toml",
            "[egress]\nresponse-bytes = 1000000\n".to_owned(),
            vec!["locate", "--session", "s", "--policy", "e.toml"],
        ),
        ("f.txt", "s\n".to_owned(), vec!["reconcile", "--known", "f.txt"]),
    ]
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    let stage = Stage::new();
    for (name, content, command) in files(&stage) {
        stage.write(name, [MARK, content.as_bytes()].concat());
        let run = stage.json(&command);
        assert_eq!(run.code, 0, "{name}: {run:?}");
    }
    let sandbox =
        stage.fake.alive().into_iter().find(|sandbox| sandbox.created_name.starts_with("rensei-s2-")).unwrap();
    assert_eq!(sandbox.env.keys().collect::<Vec<_>>(), ["A"]);
}

#[test]
fn a_pool_record_with_a_byte_order_mark_is_still_a_record() {
    let stage = Stage::new();
    let record =
        json!({ "id": "p-9", "config": { "daytonaApiUrl": stage.url, "diskGB": 10, "image": "ubuntu:24.04" } });
    stage.write("record.json", [MARK, record.to_string().as_bytes()].concat());
    let run = stage.finish(stage.command(&["provision", "--session", "s", "--json", "--pool", "record.json"]));
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.fake.alive()[0].labels["rensei.dev/pool"], "p-9");
}

#[test]
fn another_encoding_is_told_by_name() {
    let stage = Stage::new();
    let told = |run: &Run, name: &str| {
        assert!([3, 4].contains(&run.code), "{name}: {run:?}");
        let message = run.error().message().to_owned();
        assert!(message.contains("UTF-16") && message.contains("UTF-8"), "{name}: {run:?}");
    };
    for (name, content, command) in files(&stage) {
        stage.write(name, utf_16(&content));
        told(&stage.json(&command), name);
    }
    stage.write("pool-16.json", utf_16("{}"));
    told(&stage.finish(stage.command(&["check", "--json", "--pool", "pool-16.json"])), "pool");
}

#[cfg(unix)]
#[test]
fn a_file_that_never_ends_is_refused() {
    let stage = Stage::new();
    let run = stage.json(&["status", "--handle", "/dev/zero"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert!(run.error().message().contains("bytes"), "{run:?}");
}

#[test]
fn a_line_of_an_environment_is_read_as_what_it_says_or_refused_by_its_number() {
    let stage = Stage::new();
    stage.secret("value-of-a-variable");
    for line in [
        "set A=value-of-a-variable",
        "$env:A=\"value-of-a-variable\"",
        "A=\"value-of-a-variable",
        "value-of-a-variable",
    ] {
        stage.write("wrong.env", format!("# one\nB=2\n{line}\n"));
        let run = stage.json(&["provision", "--session", "s", "--env-file", "wrong.env"]);
        assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{line}: {run:?}");
        assert!(run.error().message().contains("line 3"), "{line}: {run:?}");
    }
    let run = stage.json(&["provision", "--session", "s", "--env", "A B=value-of-a-variable"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);

    stage.write("right.env", "export A=1\r\nB= two \r\n");
    let run = stage.json(&["provision", "--session", "s", "--env-file", "right.env"]);
    assert_eq!(run.code, 0, "{run:?}");
    let env = &stage.fake.alive()[0].env;
    assert_eq!((env["A"].as_str(), env["B"].as_str(), env.len()), ("1", " two ", 2));
}
