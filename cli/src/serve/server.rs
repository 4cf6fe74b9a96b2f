//! What all connections share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sandbox_host::slot::Slot;
use tokio::sync::watch;

use super::own::{Draining, Health, Readiness};
use super::pools::Pools;

pub struct Server {
    pub slot: Slot,
    pub pools: Pools,
    /// Whether a component may come as bytes. Whoever talks over standard input started this process, and chooses what it
    /// runs. Whoever connects to a socket may not be able to leave a file here, and gets no way around that, unless
    /// signatures say what may come in.
    pub takes_bytes: bool,
    /// Calls of all peers that may run at once.
    pub concurrent_calls: u32,
    begun: Instant,
    drain: Duration,
    running: watch::Sender<usize>,
    stopping: watch::Sender<bool>,
}

/// A message that is being worked on.
pub struct Work(watch::Sender<usize>);

impl Server {
    pub fn new(slot: Slot, pools: Pools, takes_bytes: bool, concurrent_calls: u32, drain: Duration) -> Self {
        Self {
            slot,
            pools,
            takes_bytes,
            concurrent_calls,
            begun: Instant::now(),
            drain,
            running: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
        }
    }

    /// Counts a message until what is returned is dropped.
    pub fn begin(&self) -> Work {
        self.running.send_modify(|running| *running += 1);
        Work(self.running.clone())
    }

    /// Takes no more messages.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns when the server is told to stop.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // It fails only when the sender is gone, and that is `self`.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    /// Stops at the interrupt key, or when the system wants the process to end.
    pub fn stop_on_signals(self: &Arc<Self>) {
        let server = Arc::clone(self);
        tokio::spawn(async move {
            signal().await;
            server.stop();
        });
    }

    /// Waits for what is running and for its answers to be written, which `served` does, but not for longer than `--drain`
    /// from when the server was told to stop: a peer that does not read its answers must not keep it.
    pub async fn until_drained(&self, served: impl Future<Output = ()>) {
        let mut running = self.running.subscribe();
        let finished = async {
            served.await;
            // From here on nobody brings anything new.
            self.stop();
            let _ = running.wait_for(|running| *running == 0).await;
        };
        let too_long = async {
            self.stopped().await;
            tokio::time::sleep(self.drain).await;
        };
        tokio::select! {
            () = finished => {}
            () = too_long => {}
        }
    }

    pub async fn health(&self) -> Health {
        let status = self.slot.status().await;
        let draining = status.draining.into_iter().map(|(version, calls)| Draining { version, calls });
        Health {
            status: if self.is_stopping() { Readiness::Stopping } else { Readiness::Serving },
            active: status.active,
            in_flight: status.in_flight,
            draining: draining.collect(),
            waiting_instances: status.waiting_instances,
            can_roll_back: status.can_roll_back,
            uptime_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

/// Returns at the first of them.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            },
            // Without a handler the system's own ends the process.
            Err(_) => std::future::pending().await,
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
