//! What is HTTP about it: paths, tokens, sizes, slow clients, and one shape of error.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use host_tests::gateway::Engine;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Chunks, POOLS, TOKEN, context, daytona, gateway, over, request, tokens, told};

/// The status and the word of a refusal, which has the one shape that errors have.
async fn refused(engine: &Engine, request: Request) -> (u16, String) {
    let (status, told) = told(engine.answer(request).await.expect("no trap")).await;
    assert_eq!(told["jsonrpc"], "2.0", "{told}");
    assert_eq!(told["id"], Value::Null, "{told}");
    let error = &told["error"];
    assert!(error["code"].is_i64() && error["message"] == error["data"]["message"], "{told}");
    (status, error["data"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(start_paused = true)]
async fn health_needs_no_token_and_the_manifest_does() {
    let gateway = gateway(&daytona());
    let open = |method: &str, path: &str| {
        Request::builder().method(method).uri(format!("http://g{path}")).body(Body::empty()).expect("a request")
    };
    let (status, health) = told(gateway.answer(open("GET", "/healthz?full")).await.expect("no trap")).await;
    assert_eq!((status, &health["status"]), (200, &json!("serving")));
    let (status, nothing) = told(gateway.answer(open("HEAD", "/healthz")).await.expect("no trap")).await;
    assert_eq!((status, nothing), (200, Value::Null));
    assert_eq!(refused(&gateway, open("GET", "/manifest")).await, (401, "unauthenticated".to_owned()));
    let (status, manifest) = told(gateway.answer(request("GET", "/manifest", "")).await.expect("no trap")).await;
    assert_eq!(status, 200, "{manifest}");
    assert_eq!(manifest["manifest"]["descriptor"]["id"], "daytona", "{manifest}");
    assert!(manifest["manifest"]["functions"].as_array().is_some_and(|all| all.contains(&json!("keep-alive"))));
    assert_eq!(manifest["pools"], json!([{ "id": "pool-1" }, { "id": "pool-2" }]), "{manifest}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_token_and_none_are_refused_before_anything_is_read() {
    let fake = daytona();
    let gateway = gateway(&fake);
    for header in [None, Some("Bearer wrong"), Some("Bearer "), Some(TOKEN), Some("Basic dG9rZW4tMQ==")] {
        let mut request = request("POST", "/rpc", never_ending());
        request.headers_mut().remove("authorization");
        if let Some(header) = header {
            request.headers_mut().insert("authorization", header.parse().expect("a header"));
        }
        assert_eq!(refused(&gateway, request).await, (401, "unauthenticated".to_owned()), "{header:?}");
    }
    assert_eq!(fake.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn other_paths_and_methods_are_refused() {
    let gateway = gateway(&daytona());
    for path in ["/", "/rpc/", "/RPC", "/healthz/x", "/%72pc"] {
        assert_eq!(refused(&gateway, request("POST", path, "{}")).await, (404, "not-found".to_owned()), "{path}");
    }
    for (method, path, allow) in
        [("GET", "/rpc", "POST"), ("POST", "/healthz", "GET, HEAD"), ("PUT", "/manifest", "GET, HEAD")]
    {
        let answer = gateway.answer(request(method, path, "")).await.expect("no trap");
        assert_eq!(answer.headers()["allow"], allow);
        assert_eq!(refused(&gateway, request(method, path, "")).await, (405, "method-not-allowed".to_owned()));
    }
    let odd = Method::from_bytes(b"BREW").expect("a method");
    let mut request = request("POST", "/rpc", "{}");
    *request.method_mut() = odd;
    assert_eq!(refused(&gateway, request).await.0, 405);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_does_not_exist_is_told_like_one_of_others() {
    let fake = daytona();
    let tokens = tokens();
    let hash: Vec<String> = serde_json::from_str(&tokens).expect("JSON");
    let of_one = json!([{ "sha256": hash[0], "pools": ["pool-1"] }]).to_string();
    let network = std::sync::Arc::new(host_tests::fake::FakeNetwork(fake.clone()));
    let variables = [("GATEWAY_TOKENS", of_one.as_str()), ("GATEWAY_POOLS", POOLS), ("POOL_KEY", "dtn_x")];
    let engine = Engine::new(&variables, network);
    let mut told = Vec::new();
    for pool in ["pool-2", "nobody's", ""] {
        let error =
            crate::client::failure(&engine, "locate", json!({ "context": context(pool), "sessionId": "s" })).await;
        assert_eq!(error["data"]["code"], "unknown-pool", "{error}");
        told.push(error);
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
    // The pool that it may name has no key: only its own users are told so.
    let error =
        crate::client::failure(&engine, "locate", json!({ "context": context("pool-1"), "sessionId": "s" })).await;
    assert!(error["message"].as_str().is_some_and(|text| text.contains("DAYTONA_API_KEY is missing")), "{error}");
    assert_eq!(fake.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_tokens_or_pools_it_says_which_is_missing() {
    let network = || std::sync::Arc::new(host_tests::fake::FakeNetwork(daytona()));
    let tokens = tokens();
    for (variables, missing) in [
        (&[("GATEWAY_POOLS", POOLS)][..], &["GATEWAY_TOKENS"][..]),
        (&[("GATEWAY_TOKENS", tokens.as_str())], &["GATEWAY_POOLS"]),
        (&[], &["GATEWAY_TOKENS", "GATEWAY_POOLS"]),
        (&[("GATEWAY_TOKENS", "dtn_TOPSECRET12345"), ("GATEWAY_POOLS", POOLS)], &["GATEWAY_TOKENS"]),
    ] {
        let engine = Engine::new(variables, network());
        for (method, path) in [("POST", "/rpc"), ("GET", "/healthz"), ("GET", "/manifest")] {
            let answer = engine.answer(request(method, path, "{}")).await.expect("no trap");
            let (status, told) = told(answer).await;
            let message = told["error"]["message"].as_str().unwrap_or_default();
            assert_eq!((status, &told["error"]["data"]["code"]), (503, &json!("not-configured")), "{told}");
            for name in ["GATEWAY_TOKENS", "GATEWAY_POOLS"] {
                assert_eq!(message.contains(name), missing.contains(&name), "{path}: {message}");
            }
            assert!(!message.contains("TOPSECRET"), "{message}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_of_ten_megabytes_is_refused_whether_its_length_is_told_or_not() {
    let gateway = gateway(&daytona());
    let body = vec![b' '; 10 << 20];
    let mut whole = request("POST", "/rpc", body.clone());
    whole.headers_mut().insert("content-length", "10485760".parse().expect("a header"));
    let chunks = body.chunks(100_000).map(Bytes::copy_from_slice).collect();
    let chunked = request("POST", "/rpc", Body::new(Chunks { chunks, ends: true }));
    for request in [whole, chunked] {
        assert_eq!(refused(&gateway, request).await, (413, "too-large".to_owned()));
    }
    let most = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"describe\"{}}}", " ".repeat((1 << 20) - 45));
    assert!(most.len() <= 1 << 20 && most.len() > (1 << 20) - 10);
    let (status, _) = told(gateway.answer(request("POST", "/rpc", most)).await.expect("no trap")).await;
    assert_eq!(status, 200);
}

/// A body that begins and never ends.
fn never_ending() -> Body {
    Body::new(Chunks { chunks: [Bytes::from_static(b"{")].into(), ends: false })
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_ends_after_ten_seconds() {
    let gateway = gateway(&daytona());
    let (outcome, took) =
        host_tests::timed(async { refused(&gateway, request("POST", "/rpc", never_ending())).await }).await;
    assert_eq!(outcome, (408, "timeout".to_owned()));
    assert!((10..12).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_sent_makes_it_trap() {
    let fake = daytona();
    let gateway = over(&fake, std::sync::Arc::new(host_tests::fake::FakeNetwork(fake.clone())));
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let long = "x".repeat(900_000);
    for params in [
        deep.clone(),
        format!("{{\"context\":{{\"poolId\":\"pool-1\"}},\"spec\":{{\"sessionId\":\"s\",\"env\":{deep}}}}}"),
        format!("{{\"context\":{{\"poolId\":\"{long}\"}},\"sessionId\":\"s\"}}"),
        format!("{{\"context\":{{\"poolId\":\"pool-1\"}},\"sessionId\":\"{long}\"}}"),
        format!(
            "{{\"context\":{{\"poolId\":\"pool-1\"}},\"handle\":{{\"providerId\":\"daytona\",\"externalId\":\"{long}\"}}}}"
        ),
        format!("{{\"x\":[{}1]}}", "1,".repeat(400_000)),
        format!("{{\"x\":[{}{{}}]}}", "{\"a\":1},".repeat(120_000)),
        "\"\\ud83d\"".to_owned(),
        "\u{0}".to_owned(),
    ] {
        for method in ["locate", "status", "provision", "check-config"] {
            let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{params}}}");
            let (_, told) = told(gateway.answer(request("POST", "/rpc", body)).await.expect("no trap")).await;
            assert!(told["error"].is_object() || told["result"].is_array(), "{told}");
        }
    }
    let mut odd = request("POST", "/rpc", "\u{fffd}\u{0}");
    let header = http::HeaderValue::from_bytes(b"Bearer \xff\xfe").expect("a header");
    odd.headers_mut().insert("authorization", header);
    assert_eq!(refused(&gateway, odd).await.0, 401);
}
