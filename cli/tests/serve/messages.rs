//! Messages that are none, and how they are answered.

use serde_json::{Value, json};

use crate::client::Stage;

#[test]
fn what_is_no_message_is_answered_with_the_number_that_json_rpc_has_for_it() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    for (line, code, id) in [
        ("not json", -32_700, Value::Null),
        ("5", -32_600, Value::Null),
        ("[]", -32_600, Value::Null),
        (r#"{"id":1,"method":"describe"}"#, -32_600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32_600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":{},"method":"describe"}"#, -32_600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":"a","method":"fly"}"#, -32_601, json!("a")),
        (r#"{"jsonrpc":"2.0","id":1,"method":"describe","params":[]}"#, -32_602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"describe","params":{"x":1}}"#, -32_602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"status","params":{"handle":{}}}"#, -32_602, json!(1)),
    ] {
        talk.say(line);
        let answer = talk.answer();
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{line}: {answer}");
    }
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn parameters_with_a_key_in_them_are_never_quoted() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    // The whole credential where a text belongs, and the key where a number does.
    let mut context = stage.context();
    context["poolId"] = context["credential"].clone();
    let error = served.talk.error("locate", json!({ "context": context, "sessionId": "s" }));
    assert_eq!(error["code"], -32_602, "{error}");
    let mut context = stage.context();
    context["deadlineMs"] = context["credential"]["secret"].clone();
    served.talk.error("locate", json!({ "context": context, "sessionId": "s" }));
    served.talk.say(&format!("{{\"key\": \"{}\"", stage.fake.key()));
    assert_eq!(served.talk.answer()["error"]["code"], -32_700);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_batch_is_answered_with_a_batch_and_notifications_with_nothing() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    talk.say(
        r#"[{"jsonrpc":"2.0","id":1,"method":"provides"},{"jsonrpc":"2.0","method":"describe"},{"jsonrpc":"2.0","id":2,"method":"fly"}]"#,
    );
    let answer = talk.hear();
    let answers = answer.as_array().unwrap();
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [1, 2]);
    assert!(answers[0]["result"]["runtimeKinds"].is_array(), "{answer}");
    talk.say(r#"{"jsonrpc":"2.0","method":"describe"}"#);
    assert_eq!(talk.ask("health", json!({}))["result"]["status"], "serving", "nothing came in between");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn local_functions_take_their_parameters_by_name() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let findings = talk.result("check-config", json!({ "config": { "diskGB": 0 } }));
    assert_eq!(findings[0]["rule"], "not-positive");
    let demand = json!({ "runtimeKinds": [], "requirementKinds": ["git", "toolchain:node"] });
    assert_eq!(talk.result("unmet", json!({ "demand": demand })), json!(["toolchain:node"]));
    let own = json!({ "runtimeKinds": [], "requirementKinds": ["toolchain:node"] });
    assert_eq!(talk.result("unmet", json!({ "demand": demand, "runtimeProvides": own })), json!(["git"]));
    assert_eq!(talk.result("provides", json!({ "runtimeProvides": own })), own);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn what_stands_twice_in_a_message_is_told_and_nothing_of_it_is_done() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let context = stage.context().to_string();
    for (params, path) in [
        (format!(r#"{{"context":{context},"spec":{{"sessionId":"s","env":{{"A":"1","A":"2"}}}}}}"#), "spec.env.A"),
        (format!(r#"{{"context":{context},"spec":{{"sessionId":"s","sessionId":"t"}}}}"#), "spec.sessionId"),
        (format!(r#"{{"context":{context},"context":{context},"spec":{{"sessionId":"s"}}}}"#), "context"),
    ] {
        talk.say(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"provision","params":{params}}}"#));
        let answer = talk.answer();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32_602)), "{answer}");
        assert_eq!(answer["error"]["data"]["path"], path, "{answer}");
    }
    talk.say(r#"{"jsonrpc":"2.0","id":7,"method":"health","method":"shutdown"}"#);
    assert_eq!(talk.answer()["error"]["code"], -32_600);
    // In a pool's configuration the provider tells it, beside what else is wrong there.
    let config = r#"{"image":"a:1","image":"a:2","diskGB":0}"#;
    talk.say(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"check-config","params":{{"config":{config}}}}}"#));
    let findings = talk.answer()["result"].clone();
    let rules: Vec<&Value> = findings.as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["not-positive", "key-twice"], "{findings}");
    let config = r#"{"image":"a:1","image":"a:2"}"#;
    let context = format!(r#"{{"poolId":"p","config":{config},"credential":{{"secret":"dtn_x"}}}}"#);
    talk.say(&format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"locate","params":{{"context":{context},"sessionId":"s"}}}}"#
    ));
    let error = talk.answer()["error"].clone();
    assert_eq!(
        (&error["data"]["code"], &error["data"]["details"]["rule"]),
        (&json!("invalid-config"), &json!("key-twice")),
        "{error}"
    );
    assert_eq!(stage.fake.requests().len(), 0);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_reconciliation_that_leaves_something_out_is_none() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let whole = json!({
        "context": stage.context(),
        "knownSessions": [],
        "knownAsOf": "2026-11-23T12:00:00Z",
        "minAgeSec": 0,
        "mode": "act",
    });
    for forgotten in ["context", "knownSessions", "knownAsOf", "minAgeSec", "mode"] {
        let mut params = whole.clone();
        params.as_object_mut().unwrap().remove(forgotten);
        let error = served.talk.error("reconcile", params);
        assert_eq!(error["code"], -32_602, "{forgotten}: {error}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
    served.talk.result("reconcile", whole);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_server_takes_no_pool_from_its_command_line() {
    let stage = Stage::new();
    let output = stage.command(&["--pool", "pool.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("context"));
}

/// A file of the repository's documents.
fn document(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the program prints as the schema of its messages.
fn printed_schema() -> String {
    let output = Stage::new().command(&["--schema"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_schema_in_the_documents_is_the_one_of_the_program() {
    let (written, printed) = (document("host-rpc.schema.json"), printed_schema());
    assert!(written == printed, "run `sandbox-host serve --schema > docs/host-rpc.schema.json`");
}

#[test]
fn the_schema_lists_the_methods_that_there_are_and_the_guide_describes_each() {
    let schema: Value = serde_json::from_str(&printed_schema()).unwrap();
    let guide = document("host.md");
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let mut names = Vec::new();
    for request in schema["$defs"]["request"]["oneOf"].as_array().unwrap() {
        let method = &request["properties"]["method"];
        let spellings = method["enum"].as_array().cloned().unwrap_or_else(|| vec![method["const"].clone()]);
        let spellings: Vec<String> = spellings.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert!(guide.contains(&format!("`{}`", spellings[0])), "{} is not in the guide", spellings[0]);
        names.extend(spellings);
    }
    for method in ["provision", "keep-alive", "keepAlive", "initialize", "swap", "cancel"] {
        assert!(names.iter().any(|name| name == method), "{method} is not in {names:?}");
    }
    for method in &names {
        assert!(!schema["$defs"]["results"]["properties"][method].is_null(), "{method} has no result");
        if method != "shutdown" {
            // Parameters that no method has: a method that exists says so, and `cancel` and `events` take anything.
            let answer = served.talk.ask(method, json!({ "no-such-parameter": 1 }));
            assert_ne!(answer["error"]["code"], -32_601, "{method}: {answer}");
        }
    }
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn health_is_the_server_s_and_with_a_context_the_pool_s() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    for params in [json!({}), Value::Null] {
        assert_eq!(served.talk.result("health", params)["status"], "serving");
    }
    let report = served.talk.result("health", json!({ "context": stage.context() }));
    assert_eq!(report["condition"], "ready", "{report}");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn methods_are_taken_in_both_spellings() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let handle = served.talk.result("provision", json!({ "context": stage.context(), "spec": { "sessionId": "s" } }));
    for method in ["keep-alive", "keepAlive"] {
        let state = served.talk.result(method, json!({ "context": stage.context(), "handle": handle }));
        assert!(state["status"].is_string(), "{method}: {state}");
    }
    assert_eq!(served.talk.result("checkConfig", json!({ "config": {} })), json!([]));
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_client_may_ask_who_is_there_and_gets_a_version_of_the_protocol_that_both_speak() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    for (asked, spoken) in [(1, 1), (2, 2), (7, 2)] {
        let said = served.talk.result("initialize", json!({ "protocolVersion": asked }));
        assert_eq!(said["protocolVersion"], spoken, "{said}");
    }
    let client = json!({ "name": "platform", "version": "1.0" });
    let said = served.talk.result("initialize", json!({ "protocolVersion": 2, "client": client }));
    assert_eq!(
        (&said["host"]["name"], &said["manifest"]["descriptor"]["id"]),
        (&json!("sandbox-host"), &json!("daytona"))
    );
    let functions = said["manifest"]["functions"].as_array().unwrap();
    assert!(functions.contains(&json!("provision")) && functions.contains(&json!("keep-alive")), "{said}");
    assert_eq!(said["limits"]["messageBytes"], 8 << 20, "{said}");
    assert_eq!(said["limits"]["concurrentCalls"], 1_000, "{said}");
    let error = served.talk.error("initialize", json!({ "protocolVersion": 0 }));
    assert!(error["message"].as_str().unwrap().contains("protocolVersion"), "{error}");
    let error = served.talk.error("initialize", json!({}));
    assert_eq!(error["code"], -32_602, "{error}");
    assert!(error["message"].as_str().unwrap().contains("`protocolVersion`"), "{error}");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn from_the_second_version_on_the_code_of_an_error_tells_what_may_be_done() {
    let stage = Stage::new();
    stage.fake.once(("POST", "/sandbox"), fake_daytona::RequestAction::Swallow);
    let provision = |session: &str, key: &str| {
        let mut context = stage.context();
        context["deadlineMs"] = 2_000.into();
        context["credential"]["secret"] = key.into();
        json!({ "context": context, "spec": { "sessionId": session } })
    };
    let wrong = provision("s", "dtn_wrong");
    let mut served = stage.serve(&[]);
    // Whoever does not ask for it gets what there was before.
    assert_eq!(served.talk.error("provision", wrong.clone())["code"], -32_000);
    served.talk.result("initialize", json!({ "protocolVersion": 2 }));
    let never = served.talk.error("provision", wrong.clone());
    assert_eq!((&never["code"], &never["data"]["code"]), (&json!(-32_010), &json!("unauthenticated")), "{never}");
    stage.fake.on_request(|_| fake_daytona::RequestAction::Answer(fake_daytona::Reply::new(503)));
    let later = served.talk.error("locate", json!({ "context": wrong["context"], "sessionId": "s" }));
    assert_eq!((&later["code"], &later["data"]["retryable"]), (&json!(-32_011), &json!(true)), "{later}");
    stage.fake.on_request(|_| fake_daytona::RequestAction::Swallow);
    let unknown = served.talk.error("provision", provision("t", stage.fake.key()));
    assert_eq!((&unknown["code"], &unknown["data"]["maybeApplied"]), (&json!(-32_012), &json!(true)), "{unknown}");
    stage.fake.clear_script();
    served.talk.result("initialize", json!({ "protocolVersion": 1 }));
    assert_eq!(served.talk.error("provision", wrong)["code"], -32_000);
    assert_eq!(served.end().0, Some(0));
}
