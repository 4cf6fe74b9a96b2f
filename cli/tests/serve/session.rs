//! A whole session, through a swap.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fake_daytona::RequestAction;
use serde_json::{Value, json};

use crate::client::Stage;

#[test]
fn a_client_drives_a_session_from_provision_to_the_end_and_swaps_in_the_middle() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    assert_eq!(talk.result("describe", json!({}))["id"], "daytona");
    talk.result("events", json!({}));
    let context = stage.context();
    assert_eq!(
        talk.result("origins", json!({ "context": context })),
        json!([stage.url.trim_end_matches("/api")]),
        "before there is a handle, the API alone"
    );

    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "sess-42" } }));
    let on = json!({ "context": context, "handle": handle });
    assert_eq!(handle["metadata"]["name"], "rensei-sess-42-899de6a060c37588");
    let before = talk.result("health", json!({}));
    assert_eq!((&before["status"], &before["active"]["generation"]), (&"serving".into(), &1.into()));

    let swapped = talk.result("swap", json!({ "file": stage.another_component("v2.wasm") }));
    assert_eq!((&swapped["from"]["generation"], &swapped["to"]["generation"]), (&1.into(), &2.into()));
    assert_eq!(talk.event("swapped")["to"], swapped["to"]);
    assert_eq!(talk.event("drained")["version"], swapped["from"]);
    let after = talk.result("health", json!({}));
    assert_eq!((&after["active"], &after["canRollBack"]), (&swapped["to"], &true.into()));

    // The handle of the version before serves.
    loop {
        let state = talk.result("status", on.clone());
        if state["status"] == "running" {
            break;
        }
        assert_eq!(state["status"], "provisioning", "{state}");
    }
    assert_eq!(talk.result("keep-alive", on.clone())["details"]["agent"], "running");
    let extended = talk.result("extend", json!({ "context": context, "handle": handle, "seconds": 7_200 }));
    assert!(extended["details"]["deadline"].is_string(), "{extended}");
    for verb in ["stop", "start", "archive"] {
        talk.result(verb, on.clone());
    }
    let found = talk.result("locate", json!({ "context": context, "sessionId": "sess-42" }));
    assert_eq!(found["externalId"], handle["externalId"]);
    assert_eq!(talk.result("rollback", json!({}))["to"]["generation"], 3);
    let ended = talk.result("terminate", on);
    assert!(ended == "requested" || ended == "gone", "{ended}");
    assert_eq!(talk.result("shutdown", json!({})), json!(null));
    let (code, _) = served.end();
    assert_eq!(code, Some(0));
    assert_eq!((stage.fake.sandboxes().len(), stage.fake.sandboxes()[0].desired_state.as_str()), (1, "destroyed"));
}

#[test]
fn a_client_finds_what_was_left_behind_and_ends_it() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let context = stage.context();
    for session in ["known", "lost"] {
        talk.result("provision", json!({ "context": context, "spec": { "sessionId": session } }));
        stage.fake.skip(Duration::from_secs(3_600));
    }
    // What a platform does every now and then: the vendor's time first, then its own sessions, then this.
    let mut round = |mode: &str| {
        stage.fake.skip(Duration::from_secs(60));
        let page = talk.result("list", json!({ "context": context, "cursor": null }));
        let sessions: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| &item["sessionId"]).collect();
        assert_eq!(sessions[0], "known", "{page}");
        let report = talk.result(
            "reconcile",
            json!({
                "context": context,
                "knownSessions": ["known"],
                "knownAsOf": page["serverTime"],
                "minAgeSec": 600,
                "mode": mode,
            }),
        );
        assert_eq!(report["complete"], true, "{report}");
        let outcomes = report["outcomes"].as_array().unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        outcomes
            .iter()
            .map(|outcome| [word(&outcome["action"]), word(&outcome["reason"])].join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(round("look"), ["kept known", "kept would-mark"]);
    assert_eq!(round("mark"), ["kept known", "marked orphan"]);
    assert_eq!(round("act"), ["kept known", "deleted orphan"]);
    let wanted: Vec<String> = stage.fake.sandboxes().into_iter().map(|sandbox| sandbox.desired_state).collect();
    assert!(wanted[0] != "destroyed" && wanted[1] == "destroyed", "{wanted:?}");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn instances_stay_between_calls_where_the_policy_says_so_and_a_swap_gives_them_up() {
    let stage = Stage::new();
    std::fs::write(stage.path("policy.toml"), "[instances]\nwarm = true\n").unwrap();
    let mut served = stage.serve(&["--policy", stage.path("policy.toml").to_str().unwrap()]);
    let talk = &mut served.talk;
    let context = stage.context();
    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "s" } }));
    assert_eq!(talk.result("health", json!({}))["waitingInstances"], 1);
    talk.result("status", json!({ "context": context, "handle": handle }));
    assert_eq!(talk.result("health", json!({}))["waitingInstances"], 1, "the same one");
    talk.result("swap", json!({ "file": stage.another_component("v2.wasm") }));
    assert_eq!(talk.result("health", json!({}))["waitingInstances"], 0);
    talk.result("terminate", json!({ "context": context, "handle": handle }));
    assert_eq!(talk.result("health", json!({}))["waitingInstances"], 1);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_component_that_is_refused_leaves_the_old_one_serving() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    std::fs::write(stage.path("bad.wasm"), "garbage").unwrap();
    let error = talk.error("swap", json!({ "file": stage.path("bad.wasm") }));
    assert_eq!(error["code"], -32_002);
    assert!(error["message"].as_str().unwrap().contains("not WebAssembly"), "{error}");
    let error = talk.error("swap", json!({ "file": stage.another_component("v2.wasm"), "sha256": "00" }));
    assert!(error["message"].as_str().unwrap().contains("was announced"), "{error}");
    let error = talk.error("rollback", json!({}));
    assert_eq!(error["code"], -32_002, "{error}");
    assert_eq!(talk.result("health", json!({}))["active"]["generation"], 1);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_component_comes_as_a_file_or_as_bytes_and_never_as_both() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let file = stage.another_component("v2.wasm");
    let bytes = BASE64.encode(std::fs::read(&file).unwrap());
    for wrong in [
        json!({}),
        json!({ "sha256": "00" }),
        json!({ "file": file, "component": bytes }),
        json!({ "component": "not base64!" }),
    ] {
        assert_eq!(talk.error("swap", wrong.clone())["code"], -32_602, "{wrong}");
    }
    let error = talk.error("swap", json!({ "component": BASE64.encode("garbage") }));
    assert_eq!((&error["code"], &error["data"]["code"]), (&(-32_002).into(), &"component".into()), "{error}");
    let error = talk.error("swap", json!({ "component": bytes, "sha256": "00" }));
    assert_eq!(error["data"]["code"], "wrong-digest", "{error}");
    assert_eq!(talk.result("swap", json!({ "component": bytes }))["to"]["generation"], 2);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_directory_is_followed() {
    let stage = Stage::new();
    let directory = stage.path("components");
    std::fs::create_dir(&directory).unwrap();
    let mut served = stage.serve(&["--watch", directory.to_str().unwrap(), "--watch-interval", "5ms"]);
    served.talk.result("events", json!({}));
    std::fs::rename(stage.another_component("v2.wasm"), directory.join("v2.wasm")).unwrap();
    assert_eq!(served.talk.event("swapped")["to"]["generation"], 2);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn errors_of_the_provider_come_with_everything_that_a_platform_branches_on() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let mut wrong = stage.context();
    wrong["credential"]["secret"] = json!("dtn_wrong");
    let error = talk.error("provision", json!({ "context": wrong, "spec": { "sessionId": "s" } }));
    assert_eq!(error["code"], -32_000);
    let data = &error["data"];
    assert_eq!((&data["code"], &data["httpStatus"]), (&"unauthenticated".into(), &401.into()));
    assert_eq!((&data["retryable"], &data["maybeApplied"]), (&false.into(), &false.into()));
    assert!(data["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{error}");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn requests_run_at_the_same_time_and_one_can_be_cancelled() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let context = stage.context();
    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "s" } }));
    stage.fake.once(("GET", "/sandbox/*"), RequestAction::Swallow);
    talk.send(1, "status", json!({ "context": context, "handle": handle }));
    // Answered while the other waits.
    talk.send(2, "describe", json!({}));
    assert_eq!(talk.answer()["id"], 2);
    talk.send(3, "cancel", json!({ "id": 1 }));
    let (one, two) = (talk.answer(), talk.answer());
    let (cancel, status) = if one["id"] == 3 { (one, two) } else { (two, one) };
    assert_eq!((&cancel["id"], &cancel["result"]), (&3.into(), &true.into()));
    assert_eq!((&status["id"], &status["error"]["code"]), (&1.into(), &(-32_800).into()));
    assert_eq!(talk.result("cancel", json!({ "id": 1 })), false, "there is nothing left to cancel");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn whoever_hangs_up_still_gets_the_answers_to_what_was_asked() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    served.talk.send(1, "provision", json!({ "context": stage.context(), "spec": { "sessionId": "s" } }));
    let (code, rest) = served.end();
    assert_eq!(code, Some(0));
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(rest[0]["result"]["providerId"], "daytona", "{rest:?}");
}

#[test]
fn after_a_shutdown_nothing_new_begins() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    served.talk.say(r#"[{"jsonrpc":"2.0","id":1,"method":"shutdown"},{"jsonrpc":"2.0","id":2,"method":"health"}]"#);
    let (code, rest) = served.end();
    assert_eq!(code, Some(0));
    let answers = rest[0].as_array().unwrap();
    assert_eq!((&answers[0]["id"], &answers[0]["result"]), (&1.into(), &json!(null)), "{rest:?}");
}
