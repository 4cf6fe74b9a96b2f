//! The server of a case: it does with each request what the case says, and writes down what arrived.

mod exchange;
mod memory;
mod socket;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use exchange::play;
pub use memory::Memory;
pub use socket::Socket;

use crate::data::{Fault, Reply};
use crate::transcript::Arrived;

/// What is to be done with the requests of one step, and those that came.
#[derive(Default)]
pub struct Stage {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    replies: VecDeque<Reply>,
    otherwise: Option<Reply>,
    arrived: Vec<Arrived>,
}

impl Stage {
    /// Begins a step.
    pub fn set(&self, replies: Vec<Reply>, otherwise: Option<Reply>) {
        *self.lock() = Inner { replies: replies.into(), otherwise, arrived: Vec::new() };
    }

    /// Ends it: what arrived.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.lock().arrived)
    }

    /// What to do with the connection that has just come in.
    fn next(&self) -> Reply {
        let mut inner = self.lock();
        let next = inner.replies.pop_front().or_else(|| inner.otherwise.clone());
        // A request that nobody expects has to end as well. The judge sees that it came.
        next.unwrap_or_else(|| Reply { status: Some(500), ..Reply::default() })
    }

    fn arrived(&self, request: Arrived) {
        self.lock().arrived.push(request);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reply with the server's address in its texts.
pub fn at(reply: &Reply, authority: &str) -> Reply {
    let origin = format!("http://{authority}");
    with_texts(reply, |text| text.replace("${origin}", &origin).replace("${authority}", authority))
}

/// A reply with parts of a request in its texts, and the request with their names in their place.
fn echoed(mut reply: Reply, request: &mut Arrived) -> Reply {
    for (name, echo) in reply.echo.clone() {
        let variable = format!("${{echo.{name}}}");
        if let Some(part) = echo.of(&request.body).map(str::to_owned) {
            request.body = request.body.replace(&part, &variable);
            reply = with_texts(&reply, |text| text.replace(&variable, &part));
        }
    }
    reply
}

/// A reply with each text that is written changed.
fn with_texts(reply: &Reply, here: impl Fn(&String) -> String) -> Reply {
    let mut reply = reply.clone();
    for (_, value) in &mut reply.headers {
        *value = here(value);
    }
    for piece in &mut reply.pieces {
        piece.text = piece.text.as_ref().map(&here);
    }
    reply.raw = reply.raw.as_ref().map(here);
    reply
}

fn is(reply: &Reply, fault: Fault) -> bool {
    reply.fault == Some(fault)
}
