//! The functions of diagnosis as methods: their parameters by name, what a client reads from their results, and how they end.

use std::time::{Duration, Instant};

use fake_daytona::RequestAction;
use serde_json::{Value, json};

use crate::client::Stage;

/// Longer than a request takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// The methods, each with parameters that fit: a session that has a sandbox, with or without its handle.
fn calls(context: &Value, handle: &Value) -> [(&'static str, Value); 5] {
    let spec = json!({ "sessionId": "sess-42", "image": "acme/worker" });
    [
        ("check-spec", json!({ "context": context, "spec": spec })),
        ("health", json!({ "context": context })),
        ("preflight", json!({ "context": context, "spec": spec })),
        ("explain", json!({ "context": context, "sessionId": "sess-42", "handle": handle })),
        ("capacity", json!({ "context": context })),
    ]
}

/// The rules of a list of findings, in order.
fn rules(findings: &Value) -> Vec<&str> {
    findings.as_array().expect("a list").iter().filter_map(|finding| finding["rule"].as_str()).collect()
}

#[test]
fn each_function_is_called_by_name_and_tells_what_it_found() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let context = stage.context();
    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "sess-42" } }));
    while talk.result("status", json!({ "context": context, "handle": handle }))["status"] != "running" {}
    let mut results: Vec<Value> =
        calls(&context, &handle).into_iter().map(|(method, params)| talk.result(method, params)).collect();
    let capacity = results.pop().expect("five");
    assert_eq!((&capacity["active"], &capacity["parked"]), (&json!(1), &json!(0)), "{capacity}");
    assert_eq!((&capacity["complete"], &capacity["available"]), (&json!(true), &Value::Null), "{capacity}");
    assert!(capacity["capturedAt"].is_string() && capacity["details"]["limits-problem"].is_string(), "{capacity}");
    let explained = results.pop().expect("four");
    assert_eq!((&explained["handle"], &explained["state"]["status"]), (&handle, &json!("running")), "{explained}");
    assert!(explained["output"].is_string(), "{explained}");
    assert_eq!(rules(&explained["findings"]), ["worker-silent", "idle-clock"], "{explained}");
    let preflight = results.pop().expect("three");
    assert_eq!(rules(&preflight), ["not-told"], "{preflight}");
    let health = results.pop().expect("two");
    assert_eq!((&health["condition"], &health["findings"]), (&json!("ready"), &json!([])), "{health}");
    let scopes = health["extensions"]["key-scopes"].as_str().expect("a text");
    assert!(scopes.split(' ').any(|scope| scope == "write:sandboxes"), "{health}");
    let checked = results.pop().expect("one");
    assert_eq!((rules(&checked), &checked[0]["severity"]), (vec!["image-not-pinned"], &json!("warning")), "{checked}");
    assert_eq!(checked[0]["path"], "spec.image");
    // What may be left out may be left out, and a name has a second spelling.
    let preflight = talk.result("preflight", json!({ "context": context }));
    assert_eq!(rules(&preflight), ["not-told"], "{preflight}");
    let explained = talk.result("explain", json!({ "context": context, "sessionId": "sess-42" }));
    assert_eq!((&explained["handle"], &explained["output"]), (&handle, &Value::Null), "{explained}");
    let checked = talk.result("checkSpec", json!({ "context": context, "spec": { "sessionId": "s" } }));
    assert!(checked.is_array(), "{checked}");
    assert_eq!(stage.fake.sandboxes().len(), 1, "nothing was created");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn parameters_that_do_not_fit_are_named_by_their_path_and_nothing_is_asked() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let context = stage.context();
    let resources = json!({ "sessionId": "s", "resources": { "vCpu": "2" } });
    for (method, params, path, member) in [
        ("check-spec", json!({ "context": context }), "", "spec"),
        ("check-spec", json!({ "context": context, "spec": { "sessionId": 7 } }), "spec.sessionId", "sessionId"),
        ("health", json!({ "context": { "poolId": 7 } }), "context.poolId", "poolId"),
        ("preflight", json!({ "context": context, "spec": resources }), "spec.resources.vCpu", "vCpu"),
        ("explain", json!({ "context": context }), "", "sessionId"),
        ("explain", json!({ "context": context, "sessionId": "s", "handle": {} }), "handle", "providerId"),
        ("capacity", json!({ "context": context, "spec": {} }), "", "spec"),
        ("capacity", json!({}), "", "context"),
    ] {
        let error = served.talk.error(method, params);
        assert_eq!((&error["code"], &error["data"]["path"]), (&json!(-32_602), &json!(path)), "{method}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(member)), "{method}: {error}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_deadline_is_held_and_a_report_says_so_where_there_is_one() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let mut context = stage.context();
    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "sess-42" } }));
    stage.fake.on_request(|_| RequestAction::Swallow);
    context["deadlineMs"] = 300.into();
    for (method, params) in calls(&context, &handle) {
        let answer = talk.ask(method, params);
        match method {
            "check-spec" => assert_eq!(rules(&answer["result"]), ["image-not-pinned", "short-deadline"], "{answer}"),
            "health" => assert_eq!(answer["result"]["condition"], "unhealthy", "{answer}"),
            "preflight" => assert_eq!(answer["result"][0]["severity"], "error", "{answer}"),
            _ => assert_eq!(answer["error"]["data"]["code"], "timeout", "{method}: {answer}"),
        }
    }
    context["deadlineMs"] = 0.into();
    for (method, params) in calls(&context, &handle).into_iter().skip(1) {
        let error = talk.error(method, params);
        assert_eq!(error["data"]["code"], "invalid-spec", "{method}: {error}");
        assert_eq!(error["data"]["details"]["path"], "context.deadline-ms", "{method}: {error}");
    }
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn each_that_waits_for_the_server_can_be_cancelled() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let context = stage.context();
    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "sess-42" } }));
    stage.fake.on_request(|_| RequestAction::Swallow);
    for (method, params) in calls(&context, &handle).into_iter().skip(1) {
        let before = stage.fake.requests().len();
        talk.send(1, method, params);
        let begun = Instant::now();
        while stage.fake.requests().len() == before {
            assert!(begun.elapsed() < SOON, "{method} asked nothing");
            std::thread::yield_now();
        }
        talk.send(2, "cancel", json!({ "id": 1 }));
        let (one, two) = (talk.answer(), talk.answer());
        let (cancel, call) = if one["id"] == 2 { (one, two) } else { (two, one) };
        assert_eq!((&cancel["id"], &cancel["result"]), (&json!(2), &json!(true)), "{method}: {cancel}");
        assert_eq!((&call["id"], &call["error"]["code"]), (&json!(1), &json!(-32_800)), "{method}: {call}");
    }
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_configuration_that_is_wrong_is_told_by_the_local_check_and_ends_what_needs_the_network() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let mut context = stage.context();
    context["config"]["diskGB"] = 0.into();
    for (method, params) in calls(&context, &Value::Null) {
        let answer = served.talk.ask(method, params);
        if method == "check-spec" {
            assert_eq!(answer["result"][0]["rule"], "not-positive", "{answer}");
            continue;
        }
        // The host asks first whom the call may contact, and such a configuration names nobody.
        let data = &answer["error"]["data"];
        assert_eq!(
            (&data["code"], &data["details"]["rule"]),
            (&json!("invalid-config"), &json!("not-positive")),
            "{method}: {answer}"
        );
    }
    assert_eq!(stage.fake.requests().len(), 0);
    assert_eq!(served.end().0, Some(0));
}
