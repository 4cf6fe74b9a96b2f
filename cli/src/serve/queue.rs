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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{MOST_BYTES, Queue, Room, UNIT};

    /// The room of a line, where it has not to wait.
    async fn at_once(queue: &Queue, messages: usize, bytes: usize) -> Option<Room> {
        tokio::time::timeout(Duration::ZERO, queue.enter(messages, bytes)).await.ok().flatten()
    }

    #[tokio::test]
    async fn a_peer_has_so_many_messages_and_bytes_and_waits_with_more() {
        let queue = Queue::new(10);
        let six = at_once(&queue, 6, 1).await;
        assert!(six.is_some() && at_once(&queue, 5, 1).await.is_none());
        let four = at_once(&queue, 4, 1).await;
        assert!(four.is_some() && at_once(&queue, 1, 1).await.is_none());
        drop((six, four));
        let much = at_once(&queue, 1, MOST_BYTES - UNIT).await;
        assert!(much.is_some() && at_once(&queue, 1, 2 * UNIT).await.is_none());
        drop(much);
        // What can never fit gets all that there is.
        assert!(at_once(&queue, 1_000, 2 * MOST_BYTES).await.is_some());
    }
}
