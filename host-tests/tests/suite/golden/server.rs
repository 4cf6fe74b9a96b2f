//! A server that creates whatever it is asked for, and records the requests as they came.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use host_tests::{ID, Recorded};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use sandbox_host::http::{HttpClient, RequestOptions, ResponseFuture, WasiBody};
use serde_json::{Value, json};

/// It has no sandbox until it is asked for one: look-ups find none.
#[derive(Default)]
pub struct EchoServer(Arc<Mutex<Vec<Recorded>>>);

impl EchoServer {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    pub fn requests(&self) -> Vec<Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A reply to a create has the name that was asked for, as servers from 0.110 on answer.
fn created(body: &str) -> Value {
    let asked: Value = serde_json::from_str(body).expect("a body of JSON");
    json!({"id": ID, "name": asked["name"], "state": "creating", "desiredState": "started", "organizationId": "org-d",
        "labels": asked["labels"], "toolboxProxyUrl": "https://proxy.daytona.example/toolbox"})
}

impl HttpClient for EchoServer {
    fn send(&self, request: Request<WasiBody>, _: RequestOptions) -> ResponseFuture {
        let recorded = Arc::clone(&self.0);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let body = String::from_utf8(body.to_vec()).expect("a body of UTF-8");
            assert!(body.is_ascii(), "{body:?}");
            let reply = match head.method.as_str() {
                "POST" => created(&body),
                _ => json!({"items": [], "nextCursor": null}),
            };
            let entry = Recorded {
                method: head.method.to_string(),
                uri: head.uri.to_string(),
                headers: head.headers,
                body,
                timeouts: [None; 3],
                at: Duration::ZERO,
            };
            recorded.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
            let body = Full::new(Bytes::from(reply.to_string())).map_err(|never| match never {}).boxed_unsync();
            let response = Response::builder().header("content-type", "application/json");
            Ok(response.header("x-daytona-api-version", "v0.205.0").body(body).expect("a response"))
        })
    }
}
