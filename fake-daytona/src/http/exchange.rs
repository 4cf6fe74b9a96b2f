//! One exchange under an action: what reaches the server, and what of its answer reaches the client.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use bytes::{Bytes, BytesMut};
use serde_json::Value;

use super::api::{answer, throttle_refusal};
use super::envelope::envelope;
use super::reply::Reply;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::fault::RequestAction;
use crate::fault::rewrite::with_offsets;
use crate::inspect::RecordedRequest;
use crate::refusal::Refusal;
use crate::server::Peer;

/// Marks the response to a request whose connection was to break without a reply.
///
/// On a socket the connection is reset and nobody sees this. Where the router is called as a service there is no
/// connection: the response carries this in its extensions, and its body fails at once.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionReset;

/// A request that has arrived.
#[derive(Clone)]
pub(super) struct Exchange {
    pub(super) core: Arc<Core>,
    pub(super) request: Arc<RecordedRequest>,
    pub(super) peer: Peer,
}

impl Exchange {
    pub(super) async fn carry_out(self, action: RequestAction) -> Response {
        let delay = self.core.reply_settings().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let number = self.request.number;
        let core = self.core.clone();
        let outcome = match action {
            RequestAction::Proceed => Some(self.apply(None).await),
            RequestAction::Delay(pause) => Some(self.apply_later(pause).await),
            RequestAction::Answer(reply) => Some(reply),
            RequestAction::Refuse(status, message) => Some(self.refuse(status, message)),
            RequestAction::Throttle(seconds) => Some(throttle_refusal(&self.core, &self.request, seconds)),
            RequestAction::Swallow => std::future::pending().await,
            RequestAction::Reset => None,
            RequestAction::ResetThenApply(pause) => {
                // Not awaited: the caller must not have to wait for what the server does later.
                drop(self.spawn(pause));
                None
            }
            RequestAction::ApplyThenDelay(pause) => {
                let reply = self.apply(None).await;
                tokio::time::sleep(pause).await;
                Some(reply)
            }
            RequestAction::ApplyThenAnswer(reply) => {
                self.apply(None).await;
                Some(reply)
            }
            RequestAction::ApplyThenRefuse(status, message) => {
                self.apply(None).await;
                Some(self.refuse(status, message))
            }
            RequestAction::ApplyThenSwallow => {
                self.apply(None).await;
                std::future::pending().await
            }
            RequestAction::ApplyThenReset => {
                self.apply(None).await;
                None
            }
            RequestAction::ApplyThenCut(bytes) => Some(self.apply(None).await.cut_after(bytes)),
            RequestAction::ApplyThenStall(bytes) => Some(self.apply(None).await.stall_after(bytes)),
            RequestAction::ApplyThenPause(bytes, pause) => Some(self.apply(None).await.pause_after(bytes, pause)),
            RequestAction::ApplyThenTruncate(bytes) => {
                let mut reply = self.apply(None).await;
                reply.body.truncate(bytes);
                Some(reply)
            }
            RequestAction::ApplyThenPad(bytes) => Some(padded(self.apply(None).await, bytes)),
            RequestAction::ApplyThenState(state) => Some(with_state(self.apply(None).await, &state)),
            RequestAction::ApplyThenRewrite(rewrite) => Some(rewrite.apply(self.apply(None).await, &self.request)),
            RequestAction::LoseRace if self.request.is_operation() => {
                Some(self.refuse(409, "Sandbox was modified by another operation".to_owned()))
            }
            RequestAction::LoseRace => Some(self.apply(None).await),
            RequestAction::ApplyThenLoseLabels => Some(self.apply_and_lose_labels().await),
            RequestAction::ApplyTwice => {
                // Both run at the same time, as when a proxy repeats a request that it takes for lost.
                let (_, second) = tokio::join!(self.apply(None), self.apply(None));
                Some(second)
            }
            RequestAction::ApplyAgainAfter(pause) => {
                drop(self.spawn(pause));
                Some(self.apply(None).await)
            }
            RequestAction::Stale(age) => Some(self.apply(Some(age)).await),
        };
        match outcome {
            Some(reply) => {
                core.log().answered(number, reply.status.as_u16());
                dated(&core, reply).into_response()
            }
            None => self.reset(),
        }
    }

    async fn apply(&self, stale: Option<Duration>) -> Reply {
        answer(&self.core, &self.request, &self.peer, stale).await
    }

    /// Handles it; then somebody writes the labels that were there before.
    async fn apply_and_lose_labels(&self) -> Reply {
        let words: Vec<&str> = self.request.route.trim_matches('/').split('/').collect();
        let [_, id, "labels"] = words.as_slice() else { return self.apply(None).await };
        let key = self.core.world().live(id).ok();
        let old = key.map(|key| self.core.world().sandbox(key).labels.clone());
        let reply = self.apply(None).await;
        if let (Some(key), Some(old)) = (key, old) {
            let now = self.core.now();
            self.core.world().set_labels(key, now, old);
        }
        reply
    }

    /// Handles it after a pause, whoever waits.
    fn spawn(&self, pause: Duration) -> tokio::task::JoinHandle<Reply> {
        let exchange = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            exchange.apply(None).await
        })
    }

    async fn apply_later(&self, pause: Duration) -> Reply {
        match self.spawn(pause).await {
            Ok(reply) => reply,
            // Happens only while the runtime shuts down.
            Err(_) => self.refuse(500, Refusal::unexpected().message),
        }
    }

    fn refuse(&self, status: u16, message: String) -> Reply {
        envelope(&self.core, &self.request, &Refusal::new(status, message))
    }

    /// The connection breaks. What is returned is for a caller without one.
    fn reset(self) -> Response {
        if let Some(breaker) = &self.peer.breaker {
            breaker.break_connection();
        }
        let mut response = Reply::new(502).body("-").cut_after(0).into_response();
        response.extensions_mut().insert(ConnectionReset);
        response
    }
}

/// With the time of the server's clock, written as the reply settings say.
pub(super) fn dated(core: &Core, mut reply: Reply) -> Reply {
    let settings = core.reply_settings();
    if let Some(minutes) = settings.offset {
        reply.body = with_offsets(&reply.body, minutes);
    }
    if reply.headers.iter().any(|(name, _)| name == "date") {
        return reply;
    }
    let shown = core.now().as_millis().saturating_add_signed(settings.date_ahead);
    reply.header("date", &Timestamp::from_millis(shown).http_date())
}

fn padded(mut reply: Reply, bytes: usize) -> Reply {
    let mut body = BytesMut::with_capacity(reply.body.len() + bytes);
    body.extend_from_slice(&reply.body);
    body.resize(reply.body.len() + bytes, b' ');
    reply.body = body.freeze();
    reply
}

/// Every state of the reply: of one sandbox, of each item of a list.
fn with_state(mut reply: Reply, state: &str) -> Reply {
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
    let rewrite = |row: &mut Value| {
        if let Some(shown) = row.get_mut("state").filter(|shown| shown.is_string()) {
            *shown = Value::from(state);
        }
    };
    match &mut body {
        Value::Array(rows) => rows.iter_mut().for_each(rewrite),
        Value::Object(object) => match object.get_mut("items").and_then(Value::as_array_mut) {
            Some(rows) => rows.iter_mut().for_each(rewrite),
            None => rewrite(&mut body),
        },
        _ => return reply,
    }
    reply.body = Bytes::from(serde_json::to_vec(&body).unwrap_or_default());
    reply
}
