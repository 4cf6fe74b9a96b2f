//! Wrong configurations of a pool: told by `check`, all at once, and refused by every call before anything is sent.

use serde_json::{Value, json};

use crate::stage::{Run, Stage};

/// Checks a configuration as text.
fn check(stage: &Stage, config: &str) -> Run {
    stage.write("wrong.json", config);
    stage.finish(stage.command(&["check", "--json", "--pool", "wrong.json"]))
}

fn findings(run: &Run) -> Vec<(String, String, String)> {
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    run.value()["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            assert!(!word(finding, "remedy").is_empty(), "no remedy: {finding}");
            (word(finding, "severity"), word(finding, "path"), word(finding, "rule"))
        })
        .collect()
}

/// The configuration is refused by `check` with exit code 3, path and rule, and by `provision` in the same way.
#[track_caller]
fn refused(config: &Value, path: &str, rule: &str) {
    let stage = Stage::new();
    let run = check(&stage, &config.to_string());
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(findings(&run), [("error".to_owned(), path.to_owned(), rule.to_owned())], "{run:?}");

    let mut whole = json!({ "daytonaApiUrl": stage.url });
    for (name, value) in config.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    stage.write("whole.json", whole.to_string());
    let run = stage.finish(stage.command(&["provision", "--session", "s", "--json", "--pool", "whole.json"]));
    let error = run.error();
    assert_eq!((run.code, error.code()), (3, "invalid-config"), "{run:?}");
    assert_eq!((error.detail("path"), error.detail("rule")), (path, rule), "{run:?}");
    assert!(!error.remedy().is_empty(), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0, "nothing is sent");
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    refused(&json!({ "image": 5 }), "$.image", "wrong-type");
    refused(&json!({ "diskGB": "10" }), "$.diskGB", "wrong-type");
    refused(&json!({ "command": "donmai" }), "$.command", "wrong-type");
}

#[test]
fn a_fraction_is_refused() {
    refused(&json!({ "diskGB": 1.5 }), "$.diskGB", "fraction");
}

#[test]
fn zero_is_refused() {
    refused(&json!({ "diskGB": 0 }), "$.diskGB", "not-positive");
}

#[test]
fn a_negative_number_is_refused() {
    refused(&json!({ "memoryGB": -1 }), "$.memoryGB", "not-positive");
}

#[test]
fn an_empty_command_is_refused() {
    refused(&json!({ "command": [] }), "$.command", "command-empty");
}

#[test]
fn an_image_that_is_no_reference_is_refused() {
    refused(&json!({ "image": "Not An Image" }), "$.image", "image-reference");
}

#[test]
fn a_url_with_user_information_is_refused_and_the_password_is_not_repeated() {
    let stage = Stage::new();
    stage.secret("hunter2");
    let run = check(&stage, r#"{"daytonaApiUrl": "https://admin:hunter2@daytona.example/api"}"#);
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(findings(&run)[0].2, "url-user-info");
}

#[test]
fn a_url_with_a_query_is_refused() {
    refused(&json!({ "daytonaApiUrl": "https://daytona.example/api?x=1" }), "$.daytonaApiUrl", "url-query");
}

#[test]
fn a_url_with_a_fragment_is_refused() {
    refused(&json!({ "daytonaApiUrl": "https://daytona.example/api#top" }), "$.daytonaApiUrl", "url-fragment");
}

#[test]
fn a_url_of_another_scheme_or_none_is_refused() {
    refused(&json!({ "daytonaApiUrl": "ftp://daytona.example/api" }), "$.daytonaApiUrl", "url-scheme");
    refused(&json!({ "daytonaApiUrl": "daytona.example/api" }), "$.daytonaApiUrl", "url-scheme");
}

#[test]
fn the_api_of_daytona_v2_is_refused_as_unsupported() {
    let stage = Stage::new();
    let config = r#"{"daytonaApiUrl": "https://api.daytona.com/v2"}"#;
    let run = check(&stage, config);
    assert_eq!((run.code, findings(&run)[0].2.as_str()), (3, "daytona-v2"), "{run:?}");
    let run = stage.finish(stage.command(&["provision", "--session", "s", "--json", "--pool", "wrong.json"]));
    assert_eq!((run.code, run.error().code()), (10, "unsupported"), "{run:?}");
    assert!(!run.error().remedy().is_empty(), "{run:?}");
}

#[test]
fn an_unknown_key_is_a_warning_with_the_likely_one() {
    let stage = Stage::new();
    let run = check(&stage, r#"{"imag": "ubuntu:24.04"}"#);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(findings(&run), [("warning".into(), "$.imag".into(), "unknown-key".into())]);
    assert!(run.out.contains("Did you mean image?"), "{run:?}");
}

#[test]
fn plain_http_to_another_machine_and_a_disk_above_the_usual_maximum_are_warnings() {
    let stage = Stage::new();
    let run = check(&stage, r#"{"daytonaApiUrl": "http://daytona.example/api", "diskGB": 50}"#);
    assert_eq!(run.code, 0, "{run:?}");
    let mut rules: Vec<String> = findings(&run).into_iter().map(|(_, _, rule)| rule).collect();
    rules.sort();
    assert_eq!(rules, ["key-to-pools-url", "over-usual-maximum", "plain-http"]);
}

#[test]
fn all_problems_are_told_at_once() {
    let stage = Stage::new();
    let run = check(&stage, r#"{"image": 5, "diskGB": 0, "command": [], "daytonaApiUrl": "x"}"#);
    assert_eq!((run.code, findings(&run).len()), (3, 4), "{run:?}");
}

#[test]
fn people_read_each_problem_with_its_place_and_remedy() {
    let stage = Stage::new();
    stage.write("wrong.json", r#"{"diskGB": 0}"#);
    let run = stage.finish(stage.command(&["check", "--pool", "wrong.json"]));
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.out.contains("error    $.diskGB  not-positive\n"), "{}", run.out);
    assert!(run.out.contains("remedy Write at least 1, or leave the key out.\n"), "{}", run.out);
}

#[test]
fn text_that_is_not_json_is_a_finding() {
    let stage = Stage::new();
    let run = check(&stage, "{diskGB: 10}");
    assert_eq!((run.code, findings(&run)[0].2.as_str()), (3, "not-json"), "{run:?}");
    let run = check(&stage, "[1]");
    assert_eq!((run.code, findings(&run)[0].2.as_str()), (3, "not-an-object"), "{run:?}");
}

#[test]
fn a_missing_pool_file_is_told_by_name() {
    let stage = Stage::new();
    let run = stage.finish(stage.command(&["check", "--json", "--pool", "no-such.json"]));
    assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
    assert!(run.error().message().contains("no-such.json"), "{run:?}");
}

#[test]
fn a_record_of_a_pool_brings_its_id_and_its_own_declaration() {
    let stage = Stage::new();
    let record = json!({
        "id": "pool-1", "name": "mine",
        "config": { "daytonaApiUrl": stage.url, "diskGB": 10 },
        "runtimeProvides": { "runtimeKinds": [], "requirementKinds": ["toolchain:node"] },
    });
    let run = check(&stage, &record.to_string());
    assert_eq!(run.value()["provides"]["requirementKinds"], json!(["toolchain:node"]), "{run:?}");

    let run = stage.finish(stage.command(&["provision", "--session", "sess-42", "--json", "--pool", "wrong.json"]));
    assert_eq!(run.value()["metadata"]["name"], "rensei-sess-42-899de6a060c37588", "the id of the pool is in the name");
}

#[test]
fn a_field_of_a_record_that_was_meant_to_be_read_is_a_finding() {
    let stage = Stage::new();
    let warning = |path: &str, rule: &str| ("warning".to_owned(), path.to_owned(), rule.to_owned());
    for (record, expected) in [
        (r#"{"poolId": "p-9", "config": {}}"#, vec![warning("$.poolId", "unknown-key")]),
        (r#"{"pool_id": "p-9", "config": {}}"#, vec![warning("$.pool_id", "unknown-key")]),
        // A platform may keep both.
        (r#"{"id": "p-9", "poolId": "p-9", "config": {}, "name": "x", "labels2": {}}"#, Vec::new()),
        (r#"{"id": "p-9", "diskGB": 5, "config": {}}"#, vec![warning("$.diskGB", "beside-config")]),
        (r#"{"id": "p-9", "daytona_api_url": "x", "config": {}}"#, vec![warning("$.daytona_api_url", "beside-config")]),
        (r#"{"id": "p", "runtime-provides": {}, "config": {}}"#, vec![warning("$.runtime-provides", "unknown-key")]),
    ] {
        let run = check(&stage, record);
        assert_eq!((run.code, findings(&run)), (0, expected), "{record}");
    }
    let run = check(&stage, r#"{"id": "p", "config": {"cpu": 1, "cpu": 2}}"#);
    assert_eq!(findings(&run), [("error".to_owned(), "$.cpu".to_owned(), "key-twice".to_owned())]);
    let run = check(&stage, r#"{"id": "p", "config": {"cpu": 1}, "config": {}}"#);
    assert!(run.code == 3 && run.error().message().contains("`config` stands there twice"), "{run:?}");
}
