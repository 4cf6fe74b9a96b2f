//! The end of a version that was replaced.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::generation::Generation;

/// Waits for the last call of a replaced version, and ends those that take too long. How many had to be ended, and the time
/// that it took. The version itself is dropped with the last thing that holds it.
pub(super) async fn finished(old: &Generation, limit: Duration) -> (usize, Duration) {
    let begun = Instant::now();
    let interrupted = match timeout(limit, old.idle()).await {
        Ok(()) => 0,
        Err(_) => {
            let left = old.in_flight();
            old.end();
            left
        }
    };
    // A call that was ended gives its lease back as soon as its caller is polled; nobody waits for that here.
    (interrupted, begun.elapsed())
}
