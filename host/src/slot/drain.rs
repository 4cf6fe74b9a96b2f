//! The end of a version that was replaced.

use std::sync::{Arc, PoisonError};

use tokio::time::{Instant, timeout};

use super::Slot;
use super::event::Event;
use super::generation::Generation;

/// Waits for the last call of a replaced version, ends those that take too long, and tells. The version itself is dropped
/// with the last thing that holds it.
pub(super) fn start(slot: &Slot, old: &Arc<Generation>) {
    let begun = Instant::now();
    {
        let mut retired = slot.inner.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.retain(|known| known.strong_count() > 0);
        retired.push(Arc::downgrade(old));
    }
    let (slot, old) = (slot.clone(), Arc::clone(old));
    tokio::spawn(async move {
        let interrupted = match timeout(slot.inner.rules.drain_limit, old.idle()).await {
            Ok(()) => 0,
            Err(_) => {
                let left = old.in_flight();
                old.end();
                left
            }
        };
        // A call that was ended gives its lease back as soon as its caller is polled; nobody waits for that here.
        slot.tell(Event::Drained { version: old.version(), interrupted, after: begun.elapsed() });
        let mut retired = slot.inner.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.retain(|known| !std::ptr::eq(known.as_ptr(), Arc::as_ptr(&old)));
    });
}
