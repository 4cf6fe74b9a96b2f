//! A key that the vendor repeats in what it replies: it is in no answer and in no log line. That is checked over all that was
//! said and logged when a server ends.

use fake_daytona::{Reply, Verdict};
use serde_json::{Value, json};

use crate::client::Stage;

/// Methods that call the vendor, with all their parameters.
fn methods(context: &Value) -> Vec<(&'static str, Value)> {
    let handle = json!({ "providerId": "daytona", "externalId": "x", "metadata": { "name": "y" } });
    let on_handle = json!({ "context": context, "handle": handle });
    let mut methods: Vec<(&str, Value)> = ["status", "terminate", "stop", "start", "archive", "keep-alive", "origins"]
        .into_iter()
        .map(|method| (method, on_handle.clone()))
        .collect();
    methods.extend([
        ("locate", json!({ "context": context, "sessionId": "s" })),
        ("extend", json!({ "context": context, "handle": handle, "seconds": 60 })),
        ("list", json!({ "context": context, "cursor": null })),
        (
            "reconcile",
            json!({ "context": context, "knownSessions": ["s"], "knownAsOf": "2026-11-23T12:00:00Z", "minAgeSec": 60, "mode": "look" }),
        ),
    ]);
    methods
}

fn context(stage: &Stage) -> Value {
    let mut context = stage.context();
    context["deadlineMs"] = json!(150);
    context["organizationId"] = json!("o");
    context["extensions"] = json!({ "observe": "true" });
    context["credential"]["organizationId"] = json!("z");
    context["credential"]["apiUrl"] = json!(stage.url);
    context
}

#[test]
fn a_key_that_the_vendor_repeats_is_in_no_answer_and_no_log() {
    let stage = Stage::new();
    let key = stage.fake.key().to_owned();
    std::fs::write(
        stage.path("policy.toml"),
        "[credentials]\ninject = true\n[egress]\nallow = [\"http://127.0.0.1\"]\n",
    )
    .unwrap();
    let bodies = [
        json!({ "statusCode": 400, "message": format!("Key {key} may not do this"), "error": key }),
        json!({ "id": key, "name": key, "state": key, "errorReason": key, "labels": { key.as_str(): key } }),
        json!({ "items": [{ "id": key, "state": "started" }], "nextCursor": key }),
        json!(key),
    ];
    for arguments in [&[][..], &["--policy", stage.path("policy.toml").to_str().unwrap()]] {
        let mut served = stage.serve(arguments);
        for status in [200, 302, 400, 403, 404, 409, 429, 500] {
            for body in &bodies {
                let reply = Reply::json(status, body).header("x-echo", &key).header("location", &key);
                stage.fake.on_request(move |_| Verdict::Answer(reply.clone()));
                for (method, params) in methods(&context(&stage)) {
                    served.talk.ask(method, params);
                }
            }
        }
        assert_eq!(served.end().0, Some(0));
    }
}
