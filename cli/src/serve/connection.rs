//! One peer: reads its messages, runs each in a task of its own, and writes the answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sandbox_contract::rpc::{
    CANCELLED, FIRST_PROTOCOL, INVALID_REQUEST, Id, MOST_VALUES, Message, PARSE_ERROR, Parsed, Request, RpcError,
    SHUTTING_DOWN, answer, notification,
};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::AbortHandle;

use super::lines::{LIMIT, Line, next};
use super::methods;
use super::own::Limits;
use super::queue::{MOST_BYTES, Queue, Room};
use super::server::{Server, Work};
use crate::out::redacted;

/// Answers that may wait for a slow reader before its requests wait, too.
const ANSWERS_WAITING: usize = 64;

/// Who a peer is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The process that started this one. There is no other, and the server ends with it.
    Parent,
    /// One of many.
    Other,
}

impl Kind {
    /// Messages that may be worked on at once. One of many gets a quarter of the calls that the host has room for, so that
    /// it cannot take all of it.
    fn most_messages(self) -> usize {
        match self {
            Self::Parent => 1_024,
            Self::Other => 256,
        }
    }
}

/// Longer lines are read on a thread of their own, so that others are not kept waiting.
const LONG: usize = 64 << 10;

/// The peer on standard input and output. Returns when it hangs up, or the server stops.
pub async fn stdio(server: &Arc<Server>) {
    peer(server, tokio::io::stdin(), tokio::io::stdout(), Kind::Parent).await;
}

/// An answer, and the room that its request takes until it is written.
type Answer = (String, Option<Arc<Room>>);

/// Serves one peer until it hangs up or the server stops, and then until its last answer is written.
pub async fn peer(
    server: &Arc<Server>,
    input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin + Send + 'static,
    kind: Kind,
) {
    let (answers, mut waiting) = mpsc::channel::<Answer>(ANSWERS_WAITING);
    let writer = tokio::spawn(async move {
        while let Some((answer, _room)) = waiting.recv().await {
            let line = format!("{}\n", redacted(&answer));
            // A peer that does not listen any more gets nothing more.
            if output.write_all(line.as_bytes()).await.is_err() || output.flush().await.is_err() {
                break;
            }
        }
    });
    let queue = Queue::new(kind.most_messages());
    let peer = Arc::new(Peer {
        server: Arc::clone(server),
        answers,
        running: Mutex::default(),
        serial: AtomicU64::new(0),
        follower: Mutex::default(),
        protocol: AtomicU32::new(FIRST_PROTOCOL),
        most_messages: kind.most_messages(),
    });
    let mut reader = BufReader::new(input);
    loop {
        let line = tokio::select! {
            biased;
            () = server.stopped() => break,
            line = next(&mut reader, LIMIT) => line,
        };
        let taken = async {
            match line {
                Line::End => false,
                Line::TooLong => {
                    let error = RpcError::new(INVALID_REQUEST, format!("a message may have {LIMIT} bytes"));
                    peer.send((answer(&Id::null(), Err(error)), None)).await;
                    true
                }
                Line::Message(line) => {
                    peer.take(line, &queue).await;
                    true
                }
            }
        };
        // What waits for room must not keep the server from stopping.
        let goes_on = tokio::select! {
            biased;
            () = server.stopped() => false,
            goes_on = taken => goes_on,
        };
        if !goes_on {
            break;
        }
    }
    // The end of its parent's words is the server's; what was begun is finished, for as long as it may take.
    if kind == Kind::Parent {
        server.stop();
    }
    // Tasks that are still running hold the peer, and with it the way to the writer.
    drop(peer);
    let _ = writer.await;
}

struct Peer {
    server: Arc<Server>,
    answers: mpsc::Sender<Answer>,
    /// Requests that can be cancelled, by their ids. Some peers use one twice.
    running: Mutex<HashMap<Id, Vec<Running>>>,
    serial: AtomicU64,
    /// Who tells the peer of events; ends with it.
    follower: Mutex<Option<AbortHandle>>,
    /// The version of the protocol; see `initialize`.
    protocol: AtomicU32,
    most_messages: usize,
}

struct Running {
    serial: u64,
    cancel: oneshot::Sender<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(follower) = lock(&self.follower).take() {
            follower.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Peer {
    async fn send(&self, answer: Answer) {
        // The writer is gone when the peer is.
        let _ = self.answers.send(answer).await;
    }

    /// Begins to work on a line, once there is room for it. What has to happen in the order of arrival happens here.
    async fn take(self: &Arc<Self>, line: Vec<u8>, queue: &Queue) {
        let (bytes, most) = (line.len(), queue.most_messages());
        let parsed = match bytes > LONG {
            // It fails only when the runtime ends.
            true => tokio::task::spawn_blocking(move || Parsed::of(&line, most)).await.unwrap_or(Parsed::No),
            false => Parsed::of(&line, most),
        };
        let refused = |code, text: &str| (answer(&Id::null(), Err(RpcError::new(code, text))), None);
        match parsed {
            // The reader's words may quote what it read, and that may be a key.
            Parsed::No => self.send(refused(PARSE_ERROR, "this line is not JSON; a message is one line")).await,
            Parsed::TooMany => {
                self.send(refused(INVALID_REQUEST, &format!("a batch may have {most} messages"))).await;
            }
            Parsed::Batch(batch) if batch.is_empty() => {
                self.send(refused(INVALID_REQUEST, "a batch has to have a message in it")).await;
            }
            Parsed::Batch(batch) => {
                let Some(room) = queue.enter(batch.len(), bytes).await else { return };
                let parts: Vec<_> = batch.into_iter().map(|message| self.begin(message)).collect();
                let peer = Arc::clone(self);
                tokio::spawn(async move {
                    let mut answers = Vec::new();
                    for part in parts {
                        // A part that breaks has no answer; the others have.
                        answers.extend(part.await.ok().flatten());
                    }
                    if !answers.is_empty() {
                        peer.send((format!("[{}]", answers.join(",")), Some(Arc::new(room)))).await;
                    }
                });
            }
            Parsed::Single(single) => {
                let Some(room) = queue.enter(1, bytes).await else { return };
                let (peer, part) = (Arc::clone(self), self.begin(*single));
                tokio::spawn(async move {
                    if let Ok(Some(answer)) = part.await {
                        peer.send((answer, Some(Arc::new(room)))).await;
                    }
                });
            }
        }
    }

    /// Starts a task for a message, which ends with the answer to it, where there is to be one.
    fn begin(self: &Arc<Self>, message: Message) -> tokio::task::JoinHandle<Option<String>> {
        let request = match message {
            Ok(request) => request,
            Err((id, error)) => return tokio::spawn(async move { Some(answer(&id, Err(error))) }),
        };
        if request.method == "cancel" {
            let cancelled = self.cancel(&request.params);
            let answer = request.id.map(|id| answer(&id, Ok(json!(cancelled))));
            return tokio::spawn(async move { answer });
        }
        if request.method == "initialize" {
            // Here and not in a task: what comes after it is answered in its version.
            let outcome = self.initialize(&request.params);
            let answer = request.id.map(|id| answer(&id, outcome));
            return tokio::spawn(async move { answer });
        }
        if request.method == "events" {
            self.follow();
            let answer = request.id.map(|id| answer(&id, Ok(Value::Null)));
            return tokio::spawn(async move { answer });
        }
        if self.server.is_stopping() {
            let error = RpcError::new(SHUTTING_DOWN, "the host is shutting down");
            return tokio::spawn(async move { request.id.map(|id| answer(&id, Err(error))) });
        }
        // Counted from here on: what was taken is finished, also when the peer has hung up by then.
        let work = self.server.begin();
        let (cancel, cancelled) = oneshot::channel();
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        if let Some(id) = &request.id {
            lock(&self.running).entry(id.clone()).or_default().push(Running { serial, cancel });
        }
        let peer = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = peer.work(&request, cancelled, work).await;
            if let Some(id) = &request.id {
                peer.finished(id, serial);
            }
            let version = peer.protocol.load(Ordering::Relaxed);
            request.id.map(|id| answer(&id, outcome.map_err(|error| error.in_protocol(version))))
        })
    }

    async fn work(&self, request: &Request, cancelled: oneshot::Receiver<()>, _work: Work) -> Result<Value, RpcError> {
        let cancelled = async {
            // A notification has no id, so nobody can cancel it, and its sender is gone.
            if cancelled.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            outcome = methods::run(&self.server, &request.method, &request.params) => outcome,
            () = cancelled => Err(RpcError::new(
                CANCELLED,
                "cancelled; what was sent by then was sent: after a provision, call locate",
            )),
        }
    }

    fn initialize(&self, params: &Value) -> Result<Value, RpcError> {
        let limits = Limits {
            message_bytes: LIMIT,
            message_values: MOST_VALUES,
            messages_at_once: self.most_messages,
            bytes_at_once: MOST_BYTES,
            concurrent_calls: self.server.concurrent_calls,
        };
        let (version, initialized) = methods::initialize(&self.server, params, limits)?;
        self.protocol.store(version, Ordering::Relaxed);
        Ok(initialized)
    }

    /// Forgets a request, and no other one with the same id.
    fn finished(&self, id: &Id, serial: u64) {
        let mut running = lock(&self.running);
        if let Some(same) = running.get_mut(id) {
            same.retain(|running| running.serial != serial);
            if same.is_empty() {
                running.remove(id);
            }
        }
    }

    /// Cancels every request of this peer with an id. Whether there was one.
    fn cancel(&self, params: &Value) -> bool {
        let running: Vec<Running> = {
            let mut running = lock(&self.running);
            match params.get("id").and_then(|id| serde_json::to_string(id).ok()) {
                Some(id) => running.remove(&Id::written(id)).unwrap_or_default(),
                None => Vec::new(),
            }
        };
        running.into_iter().map(|running| running.cancel.send(()).is_ok()).fold(false, |any, one| any | one)
    }

    /// Tells the slot's events as notifications, from now on and as long as the peer is there. To ask twice changes nothing.
    fn follow(&self) {
        let mut follower = lock(&self.follower);
        if follower.is_some() {
            return;
        }
        let mut events = self.server.slot.subscribe();
        let answers = self.answers.downgrade();
        let task = tokio::spawn(async move {
            loop {
                let params = match events.recv().await {
                    Ok(event) => serde_json::to_value(event).unwrap_or_default(),
                    Err(broadcast::error::RecvError::Lagged(missed)) => json!({ "event": "missed", "events": missed }),
                    Err(broadcast::error::RecvError::Closed) => break,
                };
                let Some(answers) = answers.upgrade() else { break };
                if answers.send((notification("event", &params), None)).await.is_err() {
                    break;
                }
            }
        });
        *follower = Some(task.abort_handle());
    }
}
