//! Keys: from where, and what a wrong one gives. That none is ever printed is checked after every run of every test.

use serde_json::json;

use crate::stage::{Stage, WRONG_KEY};

#[test]
fn no_key_at_all_names_both_places_that_were_looked_at() {
    let stage = Stage::new();
    stage.pool(json!({}));
    let mut command = stage.command(&["provision", "--session", "s", "--json", "--pool", "pool.json"]);
    command.env_remove("DAYTONA_API_KEY");
    let run = stage.finish(command);
    let error = run.error();
    assert_eq!((run.code, error.code()), (5, "unauthenticated"), "{run:?}");
    let told = format!("{} {}", error.message(), error.remedy());
    assert!(told.contains("credential") && told.contains("DAYTONA_API_KEY"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn a_wrong_key_is_sent_once_and_the_remedy_warns_of_repeating_it() {
    let stage = Stage::new();
    stage.pool(json!({}));
    let mut command = stage.command(&["provision", "--session", "s", "--json", "--pool", "pool.json"]);
    command.env("DAYTONA_API_KEY", WRONG_KEY);
    let run = stage.finish(command);
    let error = run.error();
    assert_eq!((run.code, error.code()), (5, "unauthenticated"), "{run:?}");
    assert_eq!((error.member("retryable"), error.member("httpStatus")), (&json!(false), &json!(401)));
    assert!(!error.remedy().is_empty());
    assert_eq!(stage.fake.requests().len(), 1);
}

#[test]
fn a_key_with_a_newline_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.pool(json!({}));
    let mut command = stage.command(&["provision", "--session", "s", "--json", "--pool", "pool.json"]);
    command.env("DAYTONA_API_KEY", format!("{WRONG_KEY}\n"));
    let run = stage.finish(command);
    assert_eq!((run.code, run.error().code()), (5, "unauthenticated"), "{run:?}");
    assert!(!run.error().remedy().is_empty(), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn the_credential_file_wins_over_the_environment_and_brings_its_url() {
    let stage = Stage::new();
    let credential = json!({ "secret": stage.fake.key(), "apiUrl": stage.url });
    stage.write("credential.json", credential.to_string());
    let mut command = stage.command(&["provision", "--session", "s", "--json", "--credential-file", "credential.json"]);
    command.env("DAYTONA_API_KEY", WRONG_KEY).env("DAYTONA_API_URL", "http://127.0.0.1:1/api");
    // The default disk is refused and taken smaller: both requests go to the credential's URL.
    let run = stage.finish(command);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.fake.alive().len(), 1);
}

#[test]
fn the_url_of_the_environment_wins_over_the_pools() {
    let stage = Stage::new();
    stage.write("pool.json", json!({ "daytonaApiUrl": "http://127.0.0.1:1/api", "diskGB": 10 }).to_string());
    let mut command = stage.command(&["provision", "--session", "s", "--json", "--pool", "pool.json"]);
    command.env("DAYTONA_API_URL", &stage.url);
    let run = stage.finish(command);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.fake.alive().len(), 1);
}

#[test]
fn a_credential_file_that_is_none_is_told_by_its_place_and_not_by_its_content() {
    let stage = Stage::new();
    for content in
        [WRONG_KEY.to_owned(), format!(r#"{{"secret": "{WRONG_KEY}", "extra": 1}}"#), format!("[\"{WRONG_KEY}\"]")]
    {
        stage.write("credential.json", content);
        let run = stage.json(&["provision", "--session", "s", "--credential-file", "credential.json"]);
        assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
        let (error, message) = (run.error(), run.error().message().to_owned());
        assert!(message.contains("credential.json") && !error.remedy().is_empty(), "{run:?}");
        assert!(message.contains("line 1") || message.contains("is an array"), "{run:?}");
        assert!(run.error().remedy().contains("secret"), "{run:?}");
    }
}

#[test]
fn a_key_without_the_scope_is_told_apart_from_a_wrong_one() {
    let stage = Stage::new();
    assert!(stage.fake.set_scopes(stage.fake.key(), &["write:snapshots"]));
    let run = stage.json(&["provision", "--session", "s"]);
    assert_eq!((run.code, run.error().code()), (5, "permission-denied"), "{run:?}");
    assert!(!run.error().remedy().is_empty(), "{run:?}");
}

#[test]
fn a_suspended_organization_is_told_with_its_reason() {
    let stage = Stage::new();
    stage.fake.suspend("Payment overdue");
    let run = stage.json(&["provision", "--session", "s"]);
    assert_eq!((run.code, run.error().code()), (5, "permission-denied"), "{run:?}");
    assert!(run.out.contains("Payment overdue"), "{run:?}");
}

#[test]
fn the_environment_of_the_program_is_not_the_providers() {
    let stage = Stage::new();
    stage.pool(json!({}));
    let key = stage.fake.key().to_owned();
    let mut command = stage.command(&["provision", "--session", "s", "--json", "--pool", "pool.json"]);
    command.env_remove("DAYTONA_API_KEY").env("OTHER_KEY", key);
    assert_eq!(stage.finish(command).code, 5);
}

#[test]
fn the_environments_key_for_a_url_that_only_the_pool_names_is_a_warning() {
    let stage = Stage::new();
    stage.pool(json!({}));
    let run = stage.finish(stage.command(&["check", "--json", "--pool", "pool.json"]));
    let finding = run.value()["findings"][0].clone();
    assert_eq!((run.code, &finding["rule"]), (0, &json!("key-to-pools-url")), "{run:?}");
    assert_eq!((&finding["severity"], &finding["path"]), (&json!("warning"), &json!("$.daytonaApiUrl")), "{run:?}");

    // Whoever sets the URL beside the key has said where it may go.
    let mut command = stage.command(&["check", "--json", "--pool", "pool.json"]);
    command.env("DAYTONA_API_URL", &stage.url);
    assert_eq!(stage.finish(command).value()["findings"], json!([]));
    let credential = json!({ "secret": stage.fake.key(), "apiUrl": stage.url });
    stage.write("credential.json", credential.to_string());
    let run = stage.finish(stage.command(&[
        "check",
        "--json",
        "--pool",
        "pool.json",
        "--credential-file",
        "credential.json",
    ]));
    assert_eq!(run.value()["findings"], json!([]), "{run:?}");
}

#[test]
fn a_key_that_is_typed_in_the_place_of_a_file_is_not_shown() {
    let stage = Stage::new();
    let run = stage.json(&["locate", "--session", "s", "--credential-file", WRONG_KEY]);
    assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
    assert!(run.error().remedy().contains("Name a file"), "{run:?}");
}
