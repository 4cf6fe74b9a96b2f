//! A client for tests: requests through the router, answers as JSON.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use fake_daytona::{Builder, ConnectionReset, FakeDaytona, Generation};
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A fake, and a caller with its key.
#[derive(Clone)]
pub struct Client {
    pub fake: FakeDaytona,
    pub key: Option<String>,
    /// The address that the server sees; none for a caller in the same process.
    address: Option<IpAddr>,
    router: Router,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub bytes: Vec<u8>,
    pub body: Value,
    /// There was no answer: the connection was reset.
    pub reset: bool,
    /// The body broke off.
    pub cut: bool,
}

impl Client {
    pub fn new(generation: Generation) -> Self {
        Self::of(FakeDaytona::builder(generation))
    }

    pub fn of(builder: Builder) -> Self {
        Self::with(builder.build())
    }

    pub fn with(fake: FakeDaytona) -> Self {
        Self { router: fake.router(), key: Some(fake.key().to_owned()), address: None, fake }
    }

    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    pub fn without_key(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// The same caller at an address of the network.
    pub fn from(&self, address: &str) -> Self {
        Self { address: Some(address.parse().unwrap()), ..self.clone() }
    }

    /// Any request; `path` begins at the root of the server.
    pub async fn send(&self, method: &str, path: &str, body: Option<String>) -> Answer {
        self.request(method, path, body, None).await
    }

    /// The same with one more header.
    pub async fn send_with(&self, method: &str, path: &str, header: (&str, &str)) -> Answer {
        self.request(method, path, None, Some(header)).await
    }

    async fn request(&self, method: &str, path: &str, body: Option<String>, header: Option<(&str, &str)>) -> Answer {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let mut request = request.body(Body::from(body.unwrap_or_default())).unwrap();
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 40_000)));
        }
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let whole = body.collect().await.map(|all| all.to_bytes().to_vec());
        let cut = whole.is_err();
        let bytes = whole.unwrap_or_default();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let reset = parts.extensions.get::<ConnectionReset>().is_some();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, body, reset, cut }
    }

    /// Below `/api`.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then(|| body.to_string());
        self.send(method, &format!("/api{path}"), body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, Value::Null).await
    }

    /// A started sandbox from the default snapshot; its id.
    pub async fn started(&self, mut body: Value) -> String {
        if body.is_null() {
            body = json!({});
        }
        let answer = self.post("/sandbox", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.id()
    }

    /// Reads a sandbox until its state differs; every state with the desired state, in order.
    pub async fn watch(&self, path: &str, until: &str) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..100_000 {
            let answer = self.get(path).await;
            let state =
                if answer.status == 200 { answer.text("state").to_owned() } else { format!("HTTP {}", answer.status) };
            if seen.last() != Some(&state) {
                seen.push(state.clone());
            }
            if state == until {
                return seen;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{path} never became {until}: {seen:?}");
    }
}

impl Answer {
    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.text("id").to_owned()
    }

    pub fn message(&self) -> &str {
        self.text("message")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Status and message of a refusal.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status, self.message())
    }
}

/// Minutes.
pub fn minutes(count: u64) -> std::time::Duration {
    std::time::Duration::from_secs(count * 60)
}

/// Seconds.
pub fn seconds(count: u64) -> std::time::Duration {
    std::time::Duration::from_secs(count)
}
