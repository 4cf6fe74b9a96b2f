//! Handles as files: written once, read back unchanged, and refused when they are something else.

use serde_json::json;

use crate::stage::{Stage, handle};

#[test]
fn a_handle_is_read_from_standard_input() {
    let stage = Stage::new();
    let path = stage.provisioned("s");
    let content = std::fs::read(path).unwrap();
    let command = stage.command(&["status", "--handle", "-", "--json", "--pool", "pool.json"]);
    let run = stage.finish_with_input(command, &content);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn provision_prints_the_handle_where_no_file_is_named() {
    let stage = Stage::new();
    let run = stage.run(&["provision", "--session", "s"]);
    assert_eq!(run.code, 0, "{run:?}");
    stage.write("printed.json", &run.out);
    let run = stage.json(&["terminate", "--handle", "printed.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.left(), 0);
}

#[test]
fn a_handle_file_is_never_overwritten_and_nothing_is_created_then() {
    let stage = Stage::new();
    stage.write("handle.json", "precious");
    let run = stage.json(&["provision", "--session", "s", "--handle-out", "handle.json"]);
    assert_eq!((run.code, run.error().code()), (2, "usage"), "{run:?}");
    assert!(!run.error().remedy().is_empty());
    assert_eq!(std::fs::read_to_string(stage.path("handle.json")).unwrap(), "precious");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn a_provision_that_fails_leaves_no_empty_file() {
    let stage = Stage::new();
    let run = stage.json(&["provision", "--session", "s", "--memory-mb", "65536", "--handle-out", "handle.json"]);
    assert_eq!(run.code, 6, "{run:?}");
    assert!(!stage.path("handle.json").exists());
}

#[test]
fn a_missing_handle_is_told_by_name() {
    let stage = Stage::new();
    let run = stage.json(&["status", "--handle", "no-such.json"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert!(run.error().message().contains("no-such.json"), "{run:?}");
}

#[test]
fn garbage_is_no_handle() {
    let stage = Stage::new();
    for garbage in ["", "garbage", "{}", "[]", "null", r#"{"providerId": 1}"#] {
        stage.write("handle.json", garbage);
        let run = stage.json(&["status", "--handle", "handle.json"]);
        assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{garbage}: {run:?}");
        assert!(run.error().remedy().contains("provision"), "{garbage}: {run:?}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn a_handle_of_another_provider_is_refused() {
    let stage = Stage::new();
    stage.write("handle.json", json!({ "providerId": "e2b", "externalId": "x", "metadata": {} }).to_string());
    let run = stage.json(&["terminate", "--handle", "handle.json"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert!(run.error().message().contains("e2b"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn an_empty_id_is_refused() {
    let stage = Stage::new();
    stage.write("handle.json", json!({ "providerId": "daytona", "externalId": "", "metadata": {} }).to_string());
    let run = stage.json(&["terminate", "--handle", "handle.json"]);
    assert_eq!((run.code, run.error().code()), (4, "invalid-spec"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn an_id_with_slashes_or_a_query_in_it_reaches_no_other_route() {
    let stage = Stage::new();
    for id in ["../api-keys", "a/b", "x?force=true", "x#y"] {
        stage.write("handle.json", json!({ "providerId": "daytona", "externalId": id, "metadata": {} }).to_string());
        stage.json(&["terminate", "--handle", "handle.json"]);
    }
    for request in stage.fake.requests() {
        let id = request.path.strip_prefix("/api/sandbox/").or_else(|| request.path.strip_prefix("/api/workspace/"));
        assert!(id.is_some_and(|id| !id.contains('/')), "{}", request.path);
    }
}

#[test]
fn a_handle_of_another_origin_is_refused_and_never_called_gone() {
    let stage = Stage::new();
    let path = stage.provisioned("s");
    let mut foreign = handle(&path);
    foreign["metadata"]["api-origin"] = json!("https://daytona.example");
    stage.write("foreign.json", foreign.to_string());
    stage.fake.clear_requests();
    for verb in ["status", "terminate", "stop"] {
        let run = stage.json(&[verb, "--handle", "foreign.json"]);
        assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{verb}: {run:?}");
        assert!(run.out.contains("https://daytona.example"), "{run:?}");
        assert!(!run.error().remedy().is_empty(), "{run:?}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
}
