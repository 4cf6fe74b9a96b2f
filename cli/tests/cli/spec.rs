//! Wrong specifications, and limits that they run into.

use serde_json::{Value, json};

use crate::stage::Stage;

/// Refused with exit code 4 before anything is sent.
#[track_caller]
fn refused(spec: &Value, path: &str) {
    let stage = Stage::new();
    stage.write("spec.json", spec.to_string());
    let run = stage.json(&["provision", "--spec", "spec.json"]);
    let error = run.error();
    assert_eq!((run.code, error.code()), (4, "invalid-spec"), "{spec}: {run:?}");
    assert_eq!(error.detail("path"), path, "{spec}: {run:?}");
    assert!(!error.message().is_empty());
    assert_eq!(stage.fake.requests().len(), 0, "nothing is sent: {spec}");
}

#[test]
fn an_empty_session_id_is_refused() {
    refused(&json!({ "sessionId": "" }), "spec.session-id");
}

#[test]
fn a_timeout_of_zero_is_refused_because_daytona_would_never_stop_it() {
    refused(&json!({ "sessionId": "s", "resources": { "timeoutSec": 0 } }), "spec.resources.timeout-sec");
}

#[test]
fn an_empty_command_is_refused() {
    refused(&json!({ "sessionId": "s", "command": [] }), "spec.command");
}

#[test]
fn an_image_that_is_no_reference_is_refused() {
    refused(&json!({ "sessionId": "s", "image": "ubuntu:24.04\nRUN rm -rf /" }), "spec.image");
}

#[test]
fn sizes_of_zero_are_refused() {
    refused(&json!({ "sessionId": "s", "resources": { "vCpu": 0 } }), "spec.resources.vcpu");
    refused(&json!({ "sessionId": "s", "resources": { "memoryMb": 0 } }), "spec.resources.memory-mb");
    refused(&json!({ "sessionId": "s", "resources": { "diskMb": 0 } }), "spec.resources.disk-mb");
}

#[test]
fn an_empty_name_of_a_variable_and_a_nul_in_a_value_are_refused() {
    refused(&json!({ "sessionId": "s", "env": { "": "x" } }), "spec.env");
    refused(&json!({ "sessionId": "s", "env": { "A": "x\0" } }), "spec.env.A");
}

#[test]
fn a_label_with_the_reserved_prefix_is_refused() {
    refused(&json!({ "sessionId": "s", "labels": { "rensei.dev/pool": "x" } }), "spec.labels.rensei.dev/pool");
}

#[test]
fn a_misspelt_field_of_a_specification_is_told_by_name() {
    let stage = Stage::new();
    stage.write("spec.json", r#"{"sessionId": "s", "iamge": "x"}"#);
    let run = stage.json(&["provision", "--spec", "spec.json"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert!(run.error().message().contains("iamge"), "{run:?}");
}

#[test]
fn a_number_that_is_none_is_a_usage_error() {
    let stage = Stage::new();
    for arguments in [["--vcpu", "1.5"], ["--memory-mb", "-1"], ["--timeout-sec", "soon"], ["--env", "NAME"]] {
        let run = stage.run(&[&["provision", "--session", "s"][..], &arguments].concat());
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn more_than_one_sandbox_may_have_names_the_limit_and_its_value() {
    let stage = Stage::new();
    let run = stage.json(&["provision", "--session", "s", "--memory-mb", "65536"]);
    let error = run.error();
    assert_eq!((run.code, error.code()), (6, "quota-exceeded"), "{run:?}");
    assert_eq!((error.detail("limit"), error.detail("maximum")), ("memory", "8GB"), "{run:?}");
    assert_eq!(error.member("retryable"), false);
    assert!(!error.remedy().is_empty());
}

#[test]
fn more_than_the_organization_may_have_can_be_tried_again() {
    let stage = Stage::new();
    for session in ["a", "b", "c"] {
        assert_eq!(stage.run(&["provision", "--session", session]).code, 0);
    }
    let run = stage.json(&["provision", "--session", "d"]);
    assert_eq!((run.code, run.error().code()), (6, "quota-exceeded"), "{run:?}");
    assert_eq!(run.error().member("retryable"), true);
    assert_eq!(stage.fake.sandboxes().len(), 3);
}

#[test]
fn an_unknown_region_is_told_with_its_place() {
    let stage = Stage::new();
    let run = stage.json(&["provision", "--session", "s", "--region", "mars"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert_eq!(run.error().detail("path"), "spec.region");
    assert!(!run.error().remedy().is_empty());
}
