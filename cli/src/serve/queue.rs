//! What one peer may have waiting: messages and their bytes, from when a line was read until its answer was written. A peer
//! that has more is not read from, so it costs itself time and nobody else memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes are counted in units, because permits are counted in 32 bits.
const UNIT: usize = 1_024;

/// Bytes of all messages of one peer that are worked on or wait.
pub const MOST_BYTES: usize = 32 << 20;

#[derive(Clone)]
pub struct Queue {
    messages: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    most_messages: usize,
}

/// The room of one line; given back when it is dropped.
pub struct Room {
    _messages: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

impl Queue {
    pub fn new(most_messages: usize) -> Self {
        Self {
            messages: Arc::new(Semaphore::new(most_messages)),
            bytes: Arc::new(Semaphore::new(MOST_BYTES / UNIT)),
            most_messages,
        }
    }

    /// Messages that one line may have.
    pub fn most_messages(&self) -> usize {
        self.most_messages
    }

    /// Waits for the room of a line with so many messages and bytes, of which there are no more than there may be.
    pub async fn enter(&self, messages: usize, bytes: usize) -> Option<Room> {
        let messages = u32::try_from(messages.clamp(1, self.most_messages)).ok()?;
        let bytes = u32::try_from(bytes.min(MOST_BYTES).div_ceil(UNIT).max(1)).ok()?;
        // It fails only when the semaphore is closed, which nobody does.
        let messages = Arc::clone(&self.messages).acquire_many_owned(messages).await.ok()?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.ok()?;
        Some(Room { _messages: messages, _bytes: bytes })
    }
}
