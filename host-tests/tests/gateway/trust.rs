//! The operator's key: whoever holds a token cannot make it leave for another address.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request as Incoming;
use host_tests::fake::FakeNetwork;
use host_tests::gateway::Engine;
use http::Request;
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use serde_json::{Value, json};

use crate::client::{answer, call, context, daytona, over, request, tokens, told};

/// Where the key must not go.
const EVIL: &str = "https://evil.example/api";

/// A network as engines have it off the shelf: it goes wherever it is told to. What leaves for another address than the operator's
/// Daytona is written down.
struct Open {
    daytona: FakeNetwork,
    strays: Mutex<Vec<String>>,
}

impl Open {
    fn new(fake: &fake_daytona::FakeDaytona) -> Arc<Self> {
        Arc::new(Self { daytona: FakeNetwork(fake.clone()), strays: Mutex::default() })
    }

    fn strays(&self) -> Vec<String> {
        self.strays.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HttpClient for Open {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let origin = format!(
            "{}://{}",
            request.uri().scheme_str().unwrap_or_default(),
            request.uri().authority().map_or("", |authority| authority.as_str())
        );
        let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let is_operators = |host: &str| matches!(host, "daytona.example" | "toolbox.daytona.example");
        let authority = origin.trim_start_matches("https://");
        if is_operators(authority) && is_operators(host) {
            return self.daytona.send(request, options);
        }
        self.strays.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{origin} as {host}"));
        Box::pin(async { Err(HttpError::ConnectionRefused) })
    }
}

/// Messages of somebody who holds a token and wants the key, each of which has to be refused.
fn attempts(handle: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let with = |more: Value| {
        let mut context = context("pool-1");
        for (name, value) in more.as_object().expect("an object") {
            context[name] = value.clone();
        }
        json!({ "context": context, "sessionId": "session-1" })
    };
    let of = |metadata: &str, origin: &str| {
        let mut handle = handle.clone();
        handle["metadata"][metadata] = json!(origin);
        json!({ "context": context("pool-1"), "handle": handle, "command": { "argv": ["true"] } })
    };
    let named =
        |id: &str| json!({ "context": context("pool-1"), "handle": { "providerId": "daytona", "externalId": id } });
    vec![
        ("a configuration as an object", "locate", with(json!({ "config": { "daytonaApiUrl": EVIL } }))),
        ("a configuration as text", "locate", with(json!({ "config": format!(r#"{{"daytonaApiUrl":"{EVIL}"}}"#) }))),
        ("an empty configuration", "locate", with(json!({ "config": {} }))),
        ("a credential with a URL", "locate", with(json!({ "credential": { "secret": "x", "apiUrl": EVIL } }))),
        ("a URL for the key that is there", "locate", with(json!({ "credential": { "apiUrl": EVIL } }))),
        ("an extension of the context", "locate", with(json!({ "extensions": { "api-url": EVIL } }))),
        ("another spelling", "locate", with(json!({ "Config": { "daytonaApiUrl": EVIL } }))),
        ("the URL itself", "locate", with(json!({ "apiUrl": EVIL }))),
        (
            "a pool that is a configuration",
            "locate",
            with(json!({ "poolId": format!(r#"{{"daytonaApiUrl":"{EVIL}"}}"#) })),
        ),
        ("a pool that is an object", "locate", with(json!({ "poolId": { "config": { "daytonaApiUrl": EVIL } } }))),
        (
            "a credential beside the context",
            "locate",
            json!({ "context": context("pool-1"), "sessionId": "s", "credential": { "apiUrl": EVIL } }),
        ),
        (
            "a configuration in the specification",
            "provision",
            json!({ "context": context("pool-1"), "spec": { "sessionId": "s", "config": { "daytonaApiUrl": EVIL } } }),
        ),
        ("a handle of another API", "status", of("api-origin", "https://evil.example")),
        ("the same, to end it", "terminate", of("api-origin", "https://evil.example")),
        ("a handle with another toolbox", "exec", of("toolbox-origin", "https://evil.example")),
        ("a toolbox below the same domain", "exec", of("toolbox-origin", "https://3000-mine.toolbox.daytona.example")),
        ("an id that leads out of the path", "status", named("x/../../../..//evil.example/")),
        ("an id that is an address", "status", named("@evil.example/")),
        ("an id that is a URL", "terminate", named(EVIL)),
        ("a method that does not exist", "configure", json!({ "daytonaApiUrl": EVIL })),
    ]
}

#[tokio::test(start_paused = true)]
async fn no_message_makes_the_key_leave_for_another_address() {
    let fake = daytona();
    let network = Open::new(&fake);
    let gateway = over(&fake, network.clone());
    let handle =
        call(&gateway, "provision", json!({ "context": context("pool-1"), "spec": { "sessionId": "session-1" } }))
            .await;
    let attempts = attempts(&handle);
    assert!(attempts.len() >= 10);
    for (what, method, params) in attempts {
        let answer = answer(&gateway, method, params).await;
        assert!(answer.get("error").is_some(), "{what}: {answer}");
        assert!(!answer.to_string().contains(fake.key()), "{what}: {answer}");
        assert_eq!(network.strays(), Vec::<String>::new(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_be_answered_goes_nowhere_else_either() {
    let fake = daytona();
    let network = Open::new(&fake);
    let gateway = over(&fake, network.clone());
    let mut handle =
        call(&gateway, "provision", json!({ "context": context("pool-1"), "spec": { "sessionId": "session-1" } }))
            .await;
    handle["metadata"]["toolbox-origin"] = json!("https://evil.example");
    for (method, params) in [
        ("status", json!({ "context": context("pool-1"), "handle": handle })),
        ("keep-alive", json!({ "context": context("pool-1"), "handle": handle })),
        ("explain", json!({ "context": context("pool-1"), "sessionId": "session-1", "handle": handle })),
        ("list", json!({ "context": context("pool-1"), "cursor": EVIL })),
        ("list-snapshots", json!({ "context": context("pool-1"), "cursor": EVIL })),
        ("get-snapshot", json!({ "context": context("pool-1"), "name": "../../@evil.example" })),
        ("check-config", json!({ "config": { "daytonaApiUrl": EVIL } })),
        (
            "provision",
            json!({ "context": context("pool-1"), "spec": { "sessionId": EVIL, "region": EVIL, "env": { "DAYTONA_API_URL": EVIL }, "extensions": { "daytonaApiUrl": EVIL } } }),
        ),
    ] {
        let answer = answer(&gateway, method, params).await;
        assert!(!answer.to_string().contains(fake.key()), "{method}: {answer}");
        assert_eq!(network.strays(), Vec::<String>::new(), "{method}");
    }
    let message =
        r#"{"jsonrpc":"2.0","id":1,"method":"locate","params":{"context":{"poolId":"pool-1"},"sessionId":"s"}}"#;
    let mut odd: Incoming = request("POST", "/rpc?daytonaApiUrl=https://evil.example", message);
    for (name, value) in [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("x-daytona-api-url", EVIL)] {
        odd.headers_mut().insert(name, value.parse().expect("a header"));
    }
    let (status, _) = told(gateway.answer(odd).await.expect("no trap")).await;
    let twice = r#"{"jsonrpc":"2.0","id":1,"method":"locate","params":{"context":{"poolId":"pool-1"},"context":{"poolId":"pool-1","config":{"daytonaApiUrl":"https://evil.example"}},"sessionId":"s"}}"#;
    let (_, refused) = told(gateway.answer(request("POST", "/rpc", twice)).await.expect("no trap")).await;
    assert_eq!((status, &refused["error"]["data"]["path"]), (200, &json!("context")), "{refused}");
    assert_eq!(network.strays(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_environment_s_key_follows_no_address_of_a_pool_and_a_pool_s_own_key_follows_the_operator_s() {
    let fake = daytona();
    let network = Open::new(&fake);
    let tokens = tokens();
    let engine = |pool: Value| {
        let pools = json!({ "p": pool }).to_string();
        let variables =
            [("GATEWAY_TOKENS", tokens.as_str()), ("GATEWAY_POOLS", &pools), ("DAYTONA_API_KEY", fake.key())];
        Engine::new(&variables, network.clone())
    };
    for pool in [
        json!({ "config": { "daytonaApiUrl": EVIL } }),
        json!({ "config": { "toolboxUrl": EVIL } }),
        json!({ "credential": { "secretFrom": "DAYTONA_API_KEY", "apiUrl": EVIL } }),
        json!({ "credential": { "secret": fake.key(), "apiUrl": EVIL } }),
    ] {
        let error =
            crate::client::failure(&engine(pool), "locate", json!({ "context": context("p"), "sessionId": "s" })).await;
        assert_eq!(error["data"]["code"], "invalid-config", "{error}");
        assert!(!error.to_string().contains(fake.key()), "{error}");
        assert_eq!(network.strays(), Vec::<String>::new());
    }
    // That a stray is seen: what the operator says of a key of its own is done.
    let own = engine(json!({ "credential": { "secret": "another", "apiUrl": EVIL } }));
    crate::client::failure(&own, "locate", json!({ "context": context("p"), "sessionId": "s" })).await;
    assert!(network.strays().iter().any(|stray| stray.contains("evil.example")), "{:?}", network.strays());
}
