//! `wasi:clocks/monotonic-clock`.
//!
//! Waiting is the runtime's: `subscribe-duration` sleeps on tokio's clock, which tests may pause. So that both agree,
//! the default clock reads tokio's too; it is the system's monotonic clock unless paused.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::Host;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{HostMonotonicClock, async_trait};

/// A clock that every store of a host shares.
pub(crate) type SharedClock = Arc<dyn HostMonotonicClock + Send + Sync>;

/// Reads tokio's clock: real time, or the paused time of a test.
pub struct RuntimeClock {
    start: Instant,
}

impl RuntimeClock {
    /// A clock that starts at zero now. Under a paused clock, make it after the pause.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for RuntimeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl HostMonotonicClock for RuntimeClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What the linker needs of a store: its clock and its table of resources.
pub(crate) struct ClockView<'a> {
    pub(crate) clock: &'a SharedClock,
    pub(crate) table: &'a mut ResourceTable,
}

impl Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.clock.now())
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(self.clock.resolution())
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let wait = when.saturating_sub(self.clock.now());
        self.subscribe_duration(wait)
    }

    fn subscribe_duration(&mut self, nanos: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let timer = match nanos {
            0 => Timer::Now { yielded: false },
            _ => match Instant::now().checked_add(Duration::from_nanos(nanos)) {
                Some(until) => Timer::At(until),
                None => Timer::Never,
            },
        };
        let timer = self.table.push(timer)?;
        subscribe(self.table, timer)
    }
}

/// A moment to wait for.
enum Timer {
    /// Over already. It yields once before it says so: a guest that polls a zero timer in a loop, to look without
    /// waiting, must not starve the sockets.
    Now { yielded: bool },
    /// In the future when it was made.
    At(Instant),
    /// Too far away to be represented.
    Never,
}

#[async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        match self {
            Self::Now { yielded: true } => {}
            Self::Now { yielded } => {
                *yielded = true;
                tokio::task::yield_now().await;
            }
            Self::At(until) => tokio::time::sleep_until(*until).await,
            Self::Never => std::future::pending().await,
        }
    }
}
