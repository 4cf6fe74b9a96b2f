//! One peer: reads its messages, runs each in a task of its own, and writes the answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::lines::{LIMIT, Line, next};
use super::message::{CANCELLED, INVALID_REQUEST, PARSE_ERROR, Request, RpcError, SHUTTING_DOWN, answer, notification};
use super::methods;
use super::server::Server;

/// Answers that may wait for a slow reader before its requests wait, too.
const ANSWERS_WAITING: usize = 64;

/// The peer on standard input and output. Returns when it hangs up, or the server stops.
pub async fn stdio(server: &Arc<Server>) {
    peer(server, tokio::io::stdin(), tokio::io::stdout()).await;
}

/// Serves one peer until it hangs up or the server stops, and then until its last answer is written.
pub async fn peer(
    server: &Arc<Server>,
    input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin + Send + 'static,
) {
    let (answers, mut waiting) = mpsc::channel::<Value>(ANSWERS_WAITING);
    let writer = tokio::spawn(async move {
        while let Some(answer) = waiting.recv().await {
            let mut line = answer.to_string();
            line.push('\n');
            // A peer that does not listen any more gets nothing more.
            if output.write_all(line.as_bytes()).await.is_err() || output.flush().await.is_err() {
                break;
            }
        }
    });
    let peer = Arc::new(Peer { server: Arc::clone(server), answers, running: Mutex::default() });
    let mut reader = BufReader::new(input);
    loop {
        let line = tokio::select! {
            biased;
            () = server.stopped() => break,
            line = next(&mut reader, LIMIT) => line,
        };
        match line {
            Line::End => break,
            Line::TooLong => {
                let error = RpcError::new(INVALID_REQUEST, format!("a message may have {LIMIT} bytes"));
                peer.send(answer(&Value::Null, Err(error))).await;
            }
            Line::Message(line) => peer.take(line).await,
        }
    }
    // Tasks that are still running hold the peer, and with it the way to the writer.
    drop(peer);
    let _ = writer.await;
}

struct Peer {
    server: Arc<Server>,
    answers: mpsc::Sender<Value>,
    /// Requests that can be cancelled, by their ids as JSON.
    running: Mutex<HashMap<String, oneshot::Sender<()>>>,
}

impl Peer {
    async fn send(&self, message: Value) {
        // The writer is gone when the peer is.
        let _ = self.answers.send(message).await;
    }

    /// Begins to work on a message. What has to happen in the order of arrival happens here.
    async fn take(self: &Arc<Self>, line: Vec<u8>) {
        let Ok(message) = serde_json::from_slice::<Value>(&line) else {
            // The reader's words may quote what it read, and that may be a key.
            let error = RpcError::new(PARSE_ERROR, "this line is not JSON; a message is one line");
            return self.send(answer(&Value::Null, Err(error))).await;
        };
        match message {
            Value::Array(batch) if batch.is_empty() => {
                let error = RpcError::new(INVALID_REQUEST, "a batch has to have a message in it");
                self.send(answer(&Value::Null, Err(error))).await;
            }
            Value::Array(batch) => {
                let parts: Vec<_> = batch.into_iter().map(|message| self.begin(message)).collect();
                let peer = Arc::clone(self);
                tokio::spawn(async move {
                    let mut answers = Vec::new();
                    for part in parts {
                        // A part that breaks has no answer; the others have.
                        answers.extend(part.await.ok().flatten());
                    }
                    if !answers.is_empty() {
                        peer.send(Value::Array(answers)).await;
                    }
                });
            }
            single => {
                let (peer, part) = (Arc::clone(self), self.begin(single));
                tokio::spawn(async move {
                    if let Ok(Some(answer)) = part.await {
                        peer.send(answer).await;
                    }
                });
            }
        }
    }

    /// Starts a task for a message, which ends with the answer to it, where there is to be one.
    fn begin(self: &Arc<Self>, message: Value) -> tokio::task::JoinHandle<Option<Value>> {
        let request = match Request::parse(message) {
            Ok(request) => request,
            Err((id, error)) => return tokio::spawn(async move { Some(answer(&id, Err(error))) }),
        };
        if request.method == "cancel" {
            let cancelled = self.cancel(&request.params);
            let answer = request.id.map(|id| answer(&id, Ok(json!(cancelled))));
            return tokio::spawn(async move { answer });
        }
        if request.method == "events" {
            self.follow(self.server.slot.subscribe());
            let answer = request.id.map(|id| answer(&id, Ok(Value::Null)));
            return tokio::spawn(async move { answer });
        }
        let (cancel, cancelled) = oneshot::channel();
        let name = request.id.as_ref().map(Value::to_string);
        if let Some(name) = &name {
            // An id that is used twice at once belongs to the later request.
            self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), cancel);
        }
        let peer = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = peer.work(&request, cancelled).await;
            if let Some(name) = name {
                peer.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
            }
            request.id.map(|id| answer(&id, outcome))
        })
    }

    async fn work(&self, request: &Request, cancelled: oneshot::Receiver<()>) -> Result<Value, RpcError> {
        if self.server.is_stopping() {
            return Err(RpcError::new(SHUTTING_DOWN, "the host is shutting down"));
        }
        let _work = self.server.begin();
        let cancelled = async {
            // A notification has no id, so nobody can cancel it, and its sender is gone.
            if cancelled.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            outcome = methods::run(&self.server, &request.method, request.params.clone()) => outcome,
            () = cancelled => Err(RpcError::new(
                CANCELLED,
                "cancelled; what was sent by then was sent: after a provision, call locate",
            )),
        }
    }

    /// Cancels a request of this peer. Whether there was one.
    fn cancel(&self, params: &Value) -> bool {
        let Some(id) = params.get("id") else { return false };
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id.to_string());
        running.is_some_and(|running| running.send(()).is_ok())
    }

    /// Tells the slot's events as notifications, from now on and as long as the peer is there.
    fn follow(&self, mut events: broadcast::Receiver<sandbox_host::slot::Event>) {
        let answers = self.answers.downgrade();
        tokio::spawn(async move {
            loop {
                let params = match events.recv().await {
                    Ok(event) => serde_json::to_value(event).unwrap_or_default(),
                    Err(broadcast::error::RecvError::Lagged(missed)) => json!({ "event": "missed", "events": missed }),
                    Err(broadcast::error::RecvError::Closed) => break,
                };
                let Some(answers) = answers.upgrade() else { break };
                if answers.send(notification("event", params)).await.is_err() {
                    break;
                }
            }
        });
    }
}
