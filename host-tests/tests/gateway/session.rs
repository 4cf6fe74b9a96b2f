//! A session's life, and every method with the shapes of `sandbox-host serve`.

use std::sync::Arc;

use host_tests::fake::FakeNetwork;
use host_tests::load;
use sandbox_host::{Function, Host, Invocation};
use serde_json::{Value, json};

use crate::client::{API, answer, call, context, daytona, failure, gateway, request, told};

#[tokio::test(start_paused = true)]
async fn a_session_lives_and_ends() {
    let fake = daytona();
    let gateway = gateway(&fake);
    let spec = json!({ "sessionId": "session-1", "env": { "A": "1" }, "resources": { "vCpu": 2 } });
    let handle = call(&gateway, "provision", json!({ "context": context("pool-1"), "spec": spec })).await;
    assert_eq!(handle["providerId"], "daytona", "{handle}");
    let of = json!({ "context": context("pool-1"), "handle": handle });
    while call(&gateway, "status", of.clone()).await["status"] != "running" {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let located = call(&gateway, "locate", json!({ "context": context("pool-1"), "sessionId": "session-1" })).await;
    assert_eq!(located, handle);
    assert_eq!(call(&gateway, "keepAlive", of.clone()).await["phase"], "running");
    let page = call(&gateway, "list", json!({ "context": context("pool-1") })).await;
    assert_eq!(page["items"][0]["sessionId"], "session-1", "{page}");
    while call(&gateway, "terminate", of.clone()).await != "gone" {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let located = call(&gateway, "locate", json!({ "context": context("pool-1"), "sessionId": "session-1" })).await;
    assert_eq!(located, Value::Null);
}

/// Calls that change nothing, so that the second answer can be the same as the first.
fn reads(handle: &Value) -> Vec<(&'static str, Value)> {
    let context = context("pool-1");
    vec![
        ("describe", json!({})),
        ("check-config", json!({ "config": { "cpu": "two" } })),
        ("provides", json!({ "runtimeProvides": { "runtimeKinds": ["npm"] } })),
        ("unmet", json!({ "demand": { "requirementKinds": ["gpu"] } })),
        ("origins", json!({ "context": context, "handle": handle })),
        ("locate", json!({ "context": context, "sessionId": "session-1" })),
        ("locate", json!({ "context": context, "sessionId": "nobody" })),
        ("list", json!({ "context": context, "cursor": null })),
        ("check-spec", json!({ "context": context, "spec": { "sessionId": "s", "image": "no image" } })),
        ("health", json!({ "context": context })),
        ("preflight", json!({ "context": context, "spec": { "sessionId": "s" } })),
        ("capacity", json!({ "context": context })),
        ("list-snapshots", json!({ "context": context })),
        ("get-snapshot", json!({ "context": context, "name": "none" })),
    ]
}

#[tokio::test(start_paused = true)]
async fn results_are_those_of_serve() {
    let fake = daytona();
    let gateway = gateway(&fake);
    let host = Host::builder().http(Arc::new(FakeNetwork(fake.clone()))).build().expect("a host");
    let provider = load(&host);
    let handle =
        call(&gateway, "provision", json!({ "context": context("pool-1"), "spec": { "sessionId": "session-1" } }))
            .await;
    for (method, mut params) in reads(&handle) {
        let told = call(&gateway, method, params.clone()).await;
        if let Some(context) = params.get_mut("context") {
            context["config"] = json!({ "image": "ubuntu:24.04" });
            context["credential"] = json!({ "secret": fake.key(), "apiUrl": API });
        }
        let function: Function = method.parse().expect("a function");
        let call = Invocation::parse(function, &params).expect("parameters");
        let expected = provider.invoke(&call).await.expect("the call succeeds");
        assert_eq!(told, without_moments(expected, &told), "{method}");
    }
}

/// What says when it was asked takes the value of the first answer.
fn without_moments(mut later: Value, first: &Value) -> Value {
    for name in ["serverTime", "capturedAt"] {
        if later.get(name).is_some() {
            later[name] = first[name].clone();
        }
    }
    later
}

#[tokio::test(start_paused = true)]
async fn a_failed_call_is_told_as_serve_tells_it() {
    let gateway = gateway(&daytona());
    let spec = json!({ "sessionId": "session-1", "image": "no image" });
    let error = failure(&gateway, "provision", json!({ "context": context("pool-1"), "spec": spec })).await;
    assert_eq!(error["code"], -32000, "{error}");
    assert_eq!(error["data"]["code"], "invalid-spec", "{error}");
    assert_eq!(error["data"]["maybeApplied"], false, "{error}");
    assert!(error["data"]["remedy"].is_string() && error["data"]["details"]["path"] == "spec.image", "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_does_not_fit_is_told_by_its_path_and_never_by_its_value() {
    const SECRET: &str = "dtn_TOPSECRET12345";
    let gateway = gateway(&daytona());
    for (method, params, path) in [
        ("provision", json!({ "context": context("pool-1"), "spec": { "sessionId": "s", "env": SECRET } }), "spec.env"),
        ("provision", json!({ "context": context("pool-1"), "spec": { "command": [SECRET, 1] } }), "spec.command[1]"),
        ("provision", json!({ "context": { "poolId": "pool-1", "deadlineMs": SECRET } }), "context.deadlineMs"),
        ("provision", json!({ "spec": { "sessionId": "s" } }), ""),
        ("status", json!({ "context": context("pool-1"), "handle": SECRET }), "handle"),
        ("reconcile", json!({ "context": context("pool-1"), "mode": SECRET }), "mode"),
        ("extend", json!({ "context": context("pool-1"), "seconds": -1 }), "seconds"),
        ("describe", json!({ "more": SECRET }), ""),
    ] {
        let error = failure(&gateway, method, params).await;
        assert_eq!(error["code"], -32602, "{error}");
        assert_eq!(error["data"]["path"], path, "{error}");
        assert!(!error.to_string().contains(SECRET), "{error}");
    }
    let error = failure(&gateway, "no-such-method", json!({})).await;
    assert_eq!(error["code"], -32601, "{error}");
    for method in ["swap", "rollback", "shutdown", "events", "cancel"] {
        let error = failure(&gateway, method, json!({})).await;
        assert_eq!(error["code"], -32601, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn batches_notifications_and_versions_of_the_protocol_are_those_of_serve() {
    let gateway = gateway(&daytona());
    let post = async |body: String| told(gateway.answer(request("POST", "/rpc", body)).await.expect("no trap")).await;
    let batch = r#"[
        {"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":7}},
        {"jsonrpc":"2.0","id":18446744073709551616,"method":"status","params":{"context":{"poolId":"pool-1"},"handle":{"providerId":"x","externalId":"y"}}},
        {"jsonrpc":"2.0","method":"describe"},
        7
    ]"#;
    let (status, answers) = post(batch.to_owned()).await;
    assert_eq!((status, answers.as_array().map(Vec::len)), (200, Some(3)), "{answers}");
    assert_eq!(answers[0]["result"]["protocolVersion"], 2, "{answers}");
    assert_eq!(answers[1]["error"]["code"], -32010, "{answers}");
    assert_eq!(answers[2]["error"]["code"], -32600, "{answers}");
    let (status, nothing) = post(r#"{"jsonrpc":"2.0","method":"describe"}"#.to_owned()).await;
    assert_eq!((status, nothing), (204, Value::Null));
    for (body, code) in [("", -32700), ("{", -32700), ("[]", -32600), ("7", -32600), (&"[".repeat(1 << 20), -32700)] {
        let (status, told) = post(body.to_owned()).await;
        assert_eq!((status, &told["error"]["code"]), (200, &json!(code)), "{told}");
    }
    let (_, told) = post(format!("[{}]", vec!["7"; 33].join(","))).await;
    assert!(told["error"]["message"].as_str().is_some_and(|text| text.contains("32 messages")), "{told}");
    let health = answer(&gateway, "health", json!({})).await;
    assert_eq!(health["result"]["status"], "serving", "{health}");
}
