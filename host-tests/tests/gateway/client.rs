//! A client of the gateway, and the environment of an operator.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use fake_daytona::{FakeDaytona, Generation, Latencies, Limits};
use host_tests::fake::FakeNetwork;
use host_tests::gateway::Engine;
use http_body::Frame;
use http_body_util::BodyExt as _;
use sandbox_host::http::HttpClient;
use serde_json::{Value, json};

/// The token of every test.
pub const TOKEN: &str = "token-1";

/// The URL of the operator's Daytona.
pub const API: &str = "https://daytona.example/api";

/// Two pools: one with the key of the environment, one with a key of its own.
pub const POOLS: &str = r#"{"pool-1":{"config":{"image":"ubuntu:24.04"}},"pool-2":{"credential":{"secretFrom":"POOL_KEY","apiUrl":"https://daytona.example/api"}}}"#;

/// The SHA-256 of the token, as the operator writes it.
pub fn tokens() -> String {
    use sha2::Digest as _;
    let hash: String = sha2::Sha256::digest(TOKEN).iter().map(|byte| format!("{byte:02x}")).collect();
    json!([hash]).to_string()
}

/// A Daytona in virtual time, whose toolbox is below its own domain.
pub fn daytona() -> FakeDaytona {
    FakeDaytona::builder(Generation::V0_205)
        .latencies(Latencies::quick())
        .limits(Limits::none())
        .toolbox_url("https://toolbox.daytona.example/toolbox")
        .build()
}

/// The gateway over that Daytona.
pub fn gateway(fake: &FakeDaytona) -> Engine {
    over(fake, Arc::new(FakeNetwork(fake.clone())))
}

/// The gateway over a network, with the keys of a Daytona.
pub fn over(fake: &FakeDaytona, network: Arc<dyn HttpClient>) -> Engine {
    let (tokens, key) = (tokens(), fake.key().to_owned());
    Engine::new(
        &[
            ("GATEWAY_TOKENS", &tokens),
            ("GATEWAY_POOLS", POOLS),
            ("DAYTONA_API_KEY", &key),
            ("DAYTONA_API_URL", API),
            ("POOL_KEY", &format!("{key} ")),
        ],
        network,
    )
}

/// A request with the token.
pub fn request(method: &str, path: &str, body: impl Into<Body>) -> Request {
    let request = Request::builder().method(method).uri(format!("http://gateway.example{path}"));
    request.header("authorization", format!("Bearer {TOKEN}")).body(body.into()).expect("a request")
}

/// Status and JSON of an answer. What is no JSON fails the test, except nothing at all.
pub async fn told(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    if body.is_empty() {
        return (status, Value::Null);
    }
    let json = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error} in {body:?}"));
    (status, json)
}

/// Sends a message and returns the whole answer to it.
pub async fn answer(engine: &Engine, method: &str, params: Value) -> Value {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = engine.answer(request("POST", "/rpc", message.to_string())).await.expect("no trap");
    let (status, answer) = told(answer).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Calls a method that has to succeed.
pub async fn call(engine: &Engine, method: &str, params: Value) -> Value {
    let mut answer = answer(engine, method, params).await;
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].take()
}

/// Calls a method that has to fail.
pub async fn failure(engine: &Engine, method: &str, params: Value) -> Value {
    let mut answer = answer(engine, method, params).await;
    assert!(answer.get("result").is_none(), "{method}: {answer}");
    answer["error"].take()
}

/// The context of a pool.
pub fn context(pool: &str) -> Value {
    json!({ "poolId": pool })
}

/// A body in pieces, whose length nobody knows before.
pub struct Chunks {
    pub chunks: VecDeque<Bytes>,
    /// Whether it ends after them. Otherwise its sender falls silent.
    pub ends: bool,
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.chunks.pop_front() {
            Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            None if self.ends => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
