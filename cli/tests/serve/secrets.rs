//! A key in every parameter of every method, in the messages themselves and in what the vendor replies: it is in no answer and
//! in no log line. That is checked over all that was said and logged when a server ends.

use std::fs;

use fake_daytona::{Reply, RequestAction};
use serde_json::{Value, json};

use crate::client::{Served, Stage};
use crate::methods::{context, methods};
use crate::planted::{PLANTED, misplaced, planted};

/// A policy under which the provider never holds the key.
fn injecting(stage: &Stage) -> String {
    let path = stage.path("policy.toml");
    let origin = stage.url.trim_end_matches("/api");
    fs::write(&path, format!("[credentials]\ninject = true\n[egress]\nallow = [\"{origin}\"]\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The handle of a sandbox that runs.
fn provisioned(stage: &Stage, served: &mut Served) -> Value {
    let mut context = context(stage);
    context["deadlineMs"] = json!(10_000);
    let call = json!({ "context": context, "spec": { "sessionId": "live" } });
    let handle = served.talk.result("provision", call);
    while served.talk.result("status", json!({ "context": context, "handle": handle }))["status"] != "running" {}
    handle
}

/// Says what cannot be written as a value: parameters as they stand in a line.
fn say(served: &mut Served, method: &str, params: &str) -> Value {
    served.talk.say(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{params}}}"#));
    served.talk.answer()
}

#[test]
fn a_key_where_something_else_belongs_is_in_no_answer_and_no_log() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    served.secret(PLANTED);
    let handle = provisioned(&stage, &mut served);
    for (method, params) in methods(&stage, &handle) {
        let mut said = 0;
        for params in misplaced(&params) {
            say(&mut served, &method, &params);
            said += 1;
        }
        assert!(said > 7, "{method} was called {said} times only");
    }
    // In the messages themselves. They are notifications, of which only those that cannot be read are answered.
    for line in planted(&json!({ "jsonrpc": "2.0", "method": "health", "params": {} })) {
        served.talk.say(&line);
        served.talk.say(&format!("[{line},{line}]"));
    }
    served.talk.send(8, "health", json!({}));
    while served.talk.hear()["id"] != 8 {}
    assert_eq!(served.end().0, Some(0));
}

/// Plants the key of the call itself everywhere: the vendor is called with it, and it is nowhere else.
fn plant_the_calls_own_key(stage: &Stage, arguments: &[&str]) {
    let key = stage.fake.key().to_owned();
    let mut served = stage.serve(arguments);
    let handle = provisioned(stage, &mut served);
    let mut called = 0;
    for (method, params) in methods(stage, &handle) {
        // Without a context there is no key that is known to be one.
        if params.get("context").is_none() {
            continue;
        }
        called += 1;
        for params in planted(&params) {
            say(&mut served, &method, &params.replace(PLANTED, &key));
        }
    }
    assert!(called > 25, "only {called} methods");
    assert_eq!(served.talk.result("health", json!({}))["inFlight"], 0);
    assert_eq!(served.end().0, Some(0));
    let made = format!("{:?}", stage.fake.sandboxes());
    assert!(made.contains("rensei-"), "nothing was made: {made}");
    for request in stage.fake.requests() {
        assert!(!String::from_utf8_lossy(&request.body).contains(&key), "the key is at the vendor's: {request:?}");
    }
}

#[test]
fn the_key_of_a_call_is_in_no_answer_and_no_log_wherever_else_it_stands() {
    plant_the_calls_own_key(&Stage::new(), &[]);
}

#[test]
fn an_injected_key_is_in_no_answer_and_no_log_and_goes_nowhere_wherever_else_it_stands() {
    let stage = Stage::new();
    plant_the_calls_own_key(&stage, &["--policy", &injecting(&stage)]);
    for request in stage.fake.requests() {
        assert!(!request.path_and_query().contains(stage.fake.key()), "{request:?}");
        let elsewhere =
            request.headers.iter().find(|(name, value)| name != "authorization" && value.contains(stage.fake.key()));
        assert_eq!(elsewhere, None, "{request:?}");
    }
}

#[test]
fn a_key_that_the_vendor_repeats_is_in_no_answer_and_no_log() {
    let stage = Stage::new();
    let key = stage.fake.key().to_owned();
    let policy = injecting(&stage);
    let bodies = [
        json!({ "statusCode": 400, "message": format!("Key {key} may not do this"), "error": key }),
        json!({ "id": key, "name": key, "state": key, "errorReason": key, "labels": { key.as_str(): key } }),
        json!({ "items": [{ "id": key, "name": key, "state": "started" }], "nextCursor": key }),
        json!({ "result": key, "exitCode": 0, "stdout": key, "output": key }),
        json!(key),
    ];
    let handle = json!({ "providerId": "daytona", "externalId": "x", "metadata": { "name": "y" } });
    let mut methods = methods(&stage, &handle);
    methods.retain(|(_, params)| params.get("context").is_some());
    for arguments in [&[][..], &["--policy", &policy]] {
        let mut served = stage.serve(arguments);
        for status in [200, 302, 400, 403, 404, 409, 429, 500] {
            for body in &bodies {
                let reply = Reply::json(status, body).header("x-echo", &key).header("location", &key);
                stage.fake.on_request(move |_| RequestAction::Answer(reply.clone()));
                for (method, params) in &methods {
                    served.talk.ask(method, params.clone());
                }
            }
        }
        assert_eq!(served.end().0, Some(0));
    }
}
