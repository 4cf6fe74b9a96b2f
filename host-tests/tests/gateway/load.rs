//! Many at once, over sockets from end to end.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use fake_daytona::{Bucket, FakeDaytona, Generation, Latencies, Limits};
use host_tests::gateway::Engine;
use sandbox_host::http::PooledClient;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::client::{POOLS, TOKEN, tokens};

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A Daytona and a gateway on sockets: the Daytona, and the gateway's URL.
async fn stage() -> (FakeDaytona, String) {
    let fake = FakeDaytona::builder(Generation::V0_205).latencies(Latencies::quick()).limits(Limits::none()).build();
    for bucket in [Bucket::SandboxCreate, Bucket::SandboxLifecycle, Bucket::Authenticated] {
        fake.set_rate_limit(bucket, u64::MAX);
    }
    let api = format!("http://{}{}", serve(fake.router()).await, fake.api_path());
    let (tokens, key) = (tokens(), fake.key().to_owned());
    let variables = [
        ("GATEWAY_TOKENS", tokens.as_str()),
        ("GATEWAY_POOLS", POOLS),
        ("DAYTONA_API_KEY", &key),
        ("DAYTONA_API_URL", &api),
    ];
    let network = Arc::new(PooledClient::builder().build().expect("a client"));
    let gateway = serve(Engine::new(&variables, network).router()).await;
    (fake, format!("http://{gateway}/rpc"))
}

/// Sends a message, and returns its result.
async fn result(client: &reqwest::Client, url: &str, method: &str, params: Value) -> Value {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let request = client.post(url).header("authorization", format!("Bearer {TOKEN}")).body(message);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.expect("a body");
    let mut answer: Value = serde_json::from_str(&text).expect("JSON");
    assert!(answer.get("error").is_none(), "{text}");
    answer["result"].take()
}

/// Makes calls in parallel, never more than `at_once`, and returns their results.
async fn many(url: &str, calls: Vec<(&'static str, Value)>, at_once: usize) -> Vec<Value> {
    let client = reqwest::Client::new();
    let (mut running, mut results, mut calls) = (JoinSet::new(), Vec::new(), calls.into_iter());
    loop {
        while running.len() < at_once
            && let Some((method, params)) = calls.next()
        {
            let (client, url) = (client.clone(), url.to_owned());
            running.spawn(async move { result(&client, &url, method, params).await });
        }
        match running.join_next().await {
            Some(done) => results.push(done.expect("an answer to every call")),
            None => return results,
        }
    }
}

fn provisions(sessions: usize) -> Vec<(&'static str, Value)> {
    let spec = |session: usize| json!({ "sessionId": format!("session-{session}") });
    (0..sessions)
        .map(|session| ("provision", json!({ "context": { "poolId": "pool-1" }, "spec": spec(session) })))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_at_fifty_at_once_lose_nothing() {
    let (fake, url) = stage().await;
    let handles = many(&url, provisions(1_000), 50).await;
    let ids: BTreeSet<&str> = handles.iter().filter_map(|handle| handle["externalId"].as_str()).collect();
    assert_eq!((handles.len(), ids.len()), (1_000, 1_000));
    let sandboxes = fake.sandboxes();
    assert_eq!(sandboxes.len(), 1_000);
    assert!(sandboxes.iter().all(|sandbox| sandbox.alive && ids.contains(sandbox.id.as_str())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_are_answered_and_twins_share_a_sandbox() {
    let (fake, url) = stage().await;
    let calls = [provisions(100), provisions(100)].concat();
    let handles = many(&url, calls, 200).await;
    let ids: BTreeSet<&str> = handles.iter().filter_map(|handle| handle["externalId"].as_str()).collect();
    assert_eq!((handles.len(), ids.len(), fake.sandboxes().len()), (200, 100, 100));
}
