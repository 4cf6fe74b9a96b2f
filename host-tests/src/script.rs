//! The scripted HTTP handler: exact replies, and faults down to the byte.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use tokio::time::{Instant, Sleep};

/// One answer of the script.
pub enum Reply {
    /// A status with headers, then the pieces of a body.
    Whole { status: u16, headers: Vec<(&'static str, String)>, delay: Duration, pieces: Vec<Piece> },
    /// No answer, ever. The request was read.
    Silence,
    /// A transport error instead of an answer. The request was read first where `read` says so.
    Error { error: HttpError, read: bool },
}

/// One piece of a body.
pub enum Piece {
    /// Bytes at once.
    Bytes(Bytes),
    /// A pause before the next piece.
    Pause(Duration),
    /// The exchange breaks here.
    Break,
}

impl Reply {
    /// A JSON body with its length.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::body(status, "application/json; charset=utf-8", body.into().into_bytes())
    }

    /// Any body with its length.
    pub fn body(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type", content_type.to_owned()), ("content-length", body.len().to_string())];
        Self::Whole { status, headers, delay: Duration::ZERO, pieces: vec![Piece::Bytes(body.into())] }
    }

    /// Pieces of a body of unknown length.
    pub fn pieces(status: u16, pieces: Vec<Piece>) -> Self {
        Self::Whole {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            delay: Duration::ZERO,
            pieces,
        }
    }

    /// The error envelope.
    pub fn refusal(status: u16, message: &str) -> Self {
        let body = serde_json::json!({"path": "/api/x", "timestamp": "2026-11-23T12:00:00.000Z", "statusCode": status,
            "error": "x", "message": message});
        Self::json(status, body.to_string())
    }

    /// A sandbox as GET shows it.
    pub fn sandbox(state: &str, desired: &str) -> Self {
        let body = serde_json::json!({"id": crate::ID, "name": crate::NAME, "state": state, "desiredState": desired,
            "snapshot": null, "errorReason": null, "organizationId": "org-d"});
        Self::json(200, body.to_string())
    }

    /// The same after a while.
    pub fn after(mut self, wait: Duration) -> Self {
        if let Self::Whole { delay, .. } = &mut self {
            *delay = wait;
        }
        self
    }

    /// With one more header, or another value of one.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.retain(|(known, _)| *known != name);
            headers.push((name, value.to_owned()));
        }
        self
    }
}

/// A request as the handler saw it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: String,
    pub uri: String,
    pub headers: HeaderMap,
    pub body: String,
    /// The guest's timeouts.
    pub timeouts: [Option<Duration>; 3],
    /// When it came, since the script was made.
    pub at: Duration,
}

/// Answers what the replies in order were not meant for.
type Otherwise = Box<dyn Fn(&str, &str) -> Option<Reply> + Send + Sync>;

/// The handler.
pub struct Script {
    begun: Instant,
    replies: Mutex<VecDeque<Reply>>,
    otherwise: Option<Otherwise>,
    recorded: std::sync::Arc<Mutex<Vec<Recorded>>>,
}

impl Script {
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter().collect());
        Self { begun: Instant::now(), replies, otherwise: None, recorded: Default::default() }
    }

    /// A script for the requests that this function of method and path does not answer.
    pub fn beside(mut self, otherwise: impl Fn(&str, &str) -> Option<Reply> + Send + Sync + 'static) -> Self {
        self.otherwise = Some(Box::new(otherwise));
        self
    }

    /// A script for the changes only: every look-up, by name, by id or by labels, finds nothing.
    pub fn where_nothing_is(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::new(replies).beside(|method, path| {
            let id = path.strip_prefix("/api/sandbox/").or_else(|| path.strip_prefix("/api/workspace/"));
            match id {
                _ if method != "GET" => None,
                Some(id) => Some(Reply::refusal(404, &format!("Sandbox with ID or name {id} not found"))),
                None => Some(Reply::json(200, r#"{"items":[],"nextCursor":null}"#)),
            }
        })
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HttpClient for Script {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let beside = self.otherwise.as_ref().and_then(|answer| answer(request.method().as_str(), request.uri().path()));
        let next = || self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let reply = beside.or_else(next);
        let recorded = self.recorded.clone();
        let at = self.begun.elapsed();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            if let Some(Reply::Error { error, read: false }) = reply {
                return Err(error);
            }
            let body = body.collect().await?.to_bytes();
            let entry = Recorded {
                method: head.method.to_string(),
                uri: head.uri.to_string(),
                headers: head.headers,
                body: String::from_utf8_lossy(&body).into_owned(),
                timeouts: [options.connect_timeout, options.first_byte_timeout, options.between_bytes_timeout],
                at,
            };
            let line = format!("{} {}", entry.method, entry.uri);
            recorded.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
            match reply {
                Some(Reply::Whole { status, headers, delay, pieces }) => {
                    tokio::time::sleep(delay).await;
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    let body = Pieces { pieces: pieces.into(), pause: None };
                    response
                        .body(body.boxed_unsync())
                        .map_err(|error| HttpError::InternalError(Some(error.to_string())))
                }
                Some(Reply::Silence) => std::future::pending().await,
                Some(Reply::Error { error, .. }) => Err(error),
                None => panic!("the script has no answer to {line}"),
            }
        })
    }
}

/// A body in pieces.
struct Pieces {
    pieces: VecDeque<Piece>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(task));
                self.pause = None;
            }
            match self.pieces.pop_front() {
                Some(Piece::Bytes(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Piece::Pause(pause)) => self.pause = Some(Box::pin(tokio::time::sleep(pause))),
                Some(Piece::Break) => return Poll::Ready(Some(Err(HttpError::ConnectionTerminated))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
