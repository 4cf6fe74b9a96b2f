//! What the server answers while is counted: as a `fake-daytona` did once, byte for byte.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use fake_daytona::{FakeDaytona, Generation, Latencies, Limits};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::fake::FakeNetwork;

/// Where the recorded replies are.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts/replies.json");

/// An answer, and what it answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exchange {
    request: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// The answers to each row's requests, in order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Replies(BTreeMap<String, Vec<Exchange>>);

impl Replies {
    pub fn read() -> Result<Self, Failure> {
        let text = std::fs::read(FILE).map_err(|problem| format!("{FILE}: {problem}"))?;
        Ok(serde_json::from_slice(&text)?)
    }

    pub fn write(&self) -> Result<(), Failure> {
        if let Some(folder) = Path::new(FILE).parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(FILE, format!("{}\n", serde_json::to_string_pretty(self)?))?)
    }
}

/// Where replies come from.
pub enum Source {
    Recorded(Replies),
    /// A server that is asked for them, while what it says is recorded.
    Fake(Recording),
}

impl Source {
    /// The network of one row.
    pub fn network(&self, row: &'static str) -> Arc<dyn HttpClient> {
        match self {
            Self::Recorded(replies) => {
                let exchanges = replies.0.get(row).cloned().unwrap_or_default();
                Arc::new(Playback { row, left: Mutex::new(exchanges) })
            }
            Self::Fake(recording) => Arc::new(Recorder { row: Some(row), recording: recording.clone() }),
        }
    }

    /// The network of what only prepares a row; none where there is nothing to prepare, because replies are recorded.
    pub fn preparing(&self) -> Option<Arc<dyn HttpClient>> {
        match self {
            Self::Recorded(_) => None,
            Self::Fake(recording) => Some(Arc::new(Recorder { row: None, recording: recording.clone() })),
        }
    }
}

/// A server whose answers are written down.
#[derive(Clone)]
pub struct Recording {
    fake: FakeDaytona,
    replies: Arc<Mutex<Replies>>,
}

impl Default for Recording {
    /// A server on which nothing takes time and nothing is refused for its size or for coming too often.
    fn default() -> Self {
        let fake = FakeDaytona::builder(Generation::V0_205)
            .limits(Limits::none())
            .latencies(Latencies::instant())
            .toolbox_url("https://proxy.daytona.example/toolbox")
            .build();
        fake.lift_rate_limits();
        Self { fake, replies: Arc::default() }
    }
}

impl Recording {
    pub fn into_replies(self) -> Replies {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Recorder {
    row: Option<&'static str>,
    recording: Recording,
}

impl HttpClient for Recorder {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let asked = format!("{} {}", request.method(), request.uri());
        let answer = FakeNetwork(self.recording.fake.clone()).send(request, options);
        let (row, replies) = (self.row, Arc::clone(&self.recording.replies));
        Box::pin(async move {
            let (head, body) = answer.await?.into_parts();
            let body = body.collect().await?.to_bytes();
            let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            let exchange = Exchange {
                request: asked,
                status: head.status.as_u16(),
                headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
                body: String::from_utf8_lossy(&body).into_owned(),
            };
            if let Some(row) = row {
                let mut replies = replies.lock().unwrap_or_else(PoisonError::into_inner);
                replies.0.entry(row.to_owned()).or_default().push(exchange);
            }
            Ok(Response::from_parts(head, Full::new(body).map_err(|never| match never {}).boxed_unsync()))
        })
    }
}

struct Playback {
    row: &'static str,
    left: Mutex<Vec<Exchange>>,
}

impl Playback {
    fn next(&self, asked: &str) -> Result<Exchange, String> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        match left.first() {
            Some(exchange) if exchange.request == asked => Ok(left.remove(0)),
            other => Err(format!(
                "{}: the component sends {asked}, where {:?} was recorded; `bench --only counts --record-replies` records anew",
                self.row,
                other.map(|exchange| &exchange.request)
            )),
        }
    }
}

impl HttpClient for Playback {
    fn send(&self, request: Request<WasiBody>, _: RequestOptions) -> ResponseFuture {
        let answer = self.next(&format!("{} {}", request.method(), request.uri()));
        Box::pin(async move {
            let failed = |problem: String| HttpError::InternalError(Some(problem));
            request.into_body().collect().await?;
            let exchange = answer.map_err(failed)?;
            // What comes at once would not be waited for, which a real server's reply always is.
            tokio::time::sleep(Duration::from_millis(1)).await;
            let mut response = Response::builder().status(exchange.status);
            for (name, value) in exchange.headers {
                response = response.header(name, value);
            }
            let body = Full::new(Bytes::from(exchange.body)).map_err(|never| match never {}).boxed_unsync();
            response.body(body).map_err(|problem| failed(problem.to_string()))
        })
    }
}
