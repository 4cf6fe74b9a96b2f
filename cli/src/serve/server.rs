//! What all connections share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sandbox_host::slot::Slot;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::pools::Pools;

pub struct Server {
    pub slot: Slot,
    pub pools: Pools,
    /// Whether a component may come as bytes. Whoever talks over standard input started this process, and chooses what it
    /// runs. Whoever connects to a socket may not be able to leave a file here, and gets no way around that, unless
    /// signatures say what may come in.
    pub takes_bytes: bool,
    begun: Instant,
    drain: Duration,
    running: watch::Sender<usize>,
    stopping: watch::Sender<bool>,
}

/// A message that is being worked on.
pub struct Work(watch::Sender<usize>);

impl Server {
    pub fn new(slot: Slot, pools: Pools, takes_bytes: bool, drain: Duration) -> Self {
        Self {
            slot,
            pools,
            takes_bytes,
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

    pub async fn health(&self) -> Value {
        let status = self.slot.status().await;
        let draining: Vec<Value> =
            status.draining.iter().map(|(version, calls)| json!({ "version": version, "calls": calls })).collect();
        json!({
            "status": if self.is_stopping() { "stopping" } else { "serving" },
            "active": status.active,
            "inFlight": status.in_flight,
            "draining": draining,
            "waitingInstances": status.waiting_instances,
            "canRollBack": status.can_roll_back,
            "uptimeMs": u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
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
