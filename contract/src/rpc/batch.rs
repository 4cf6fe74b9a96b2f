//! A text with one message, or with a batch of them.

use serde_json::value::RawValue;

use super::error::RpcError;
use super::message::{Id, Request};

/// A message, or the id and the error to answer with.
pub type Message = Result<Request, (Id, RpcError)>;

/// What a text is.
pub enum Parsed {
    /// No JSON.
    No,
    /// One message.
    Single(Box<Message>),
    /// Several; there may be none.
    Batch(Vec<Message>),
    /// More than are read at once.
    TooMany,
}

impl Parsed {
    /// Reads a text with at most so many messages. The values of a batch are read one by one, so that one that is wrong is its own.
    pub fn of(text: &[u8], most: usize) -> Self {
        let Ok(whole) = serde_json::from_slice::<&RawValue>(text) else { return Self::No };
        if !whole.get().starts_with('[') {
            return Self::Single(Box::new(Request::parse(whole)));
        }
        match serde_json::from_str::<Vec<&RawValue>>(whole.get()) {
            Ok(batch) if batch.len() > most => Self::TooMany,
            Ok(batch) => Self::Batch(batch.into_iter().map(Request::parse).collect()),
            Err(_) => Self::No,
        }
    }
}
