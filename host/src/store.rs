//! What one store holds: resources, the guest's environment and clock, its way out, and its limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::clock::{ClockView, SharedClock};
use crate::environment::Environment;
use crate::http::{Hooks, HttpClient};
use crate::limiter::Limiter;
use crate::policy::Policy;

/// Nanoseconds that the guest of a store has computed during the current call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Computed(Arc<AtomicU64>);

impl Computed {
    pub(crate) fn add(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Raised inside a guest that computes for too long.
#[derive(Debug, thiserror::Error)]
#[error("the guest computed for too long")]
pub(crate) struct ComputedTooLong;

/// Bytes that one set of headers may take in the host, overhead included: twice what may leave. More is a trap.
const FIELD_BYTES: usize = 64 << 10;

pub(crate) struct StoreData {
    table: ResourceTable,
    http: WasiHttpCtx,
    clock: SharedClock,
    environment: Environment,
    pub(crate) hooks: Hooks,
    pub(crate) limiter: Limiter,
    computed: Computed,
}

impl StoreData {
    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    pub(crate) fn clock(&mut self) -> ClockView<'_> {
        ClockView { clock: &self.clock, table: &mut self.table }
    }

    pub(crate) fn environment(&mut self) -> &mut Environment {
        &mut self.environment
    }
}

impl WasiHttpView for StoreData {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

/// What all stores of a host have in common.
pub(crate) struct Surroundings {
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) clock: SharedClock,
    pub(crate) environment: Environment,
    pub(crate) policy: Arc<Policy>,
    /// Whether errors leave as the provider wrote them.
    pub(crate) shows_errors_as_told: bool,
}

impl Surroundings {
    /// A fresh store that nothing may be called from yet. `computed` counts the time that its guest computes.
    pub(crate) fn store(&self, engine: &Engine, computed: Computed) -> Store<StoreData> {
        let limits = &self.policy.limits;
        let mut hooks = Hooks::new(Arc::clone(&self.http), Arc::clone(&self.policy));
        let environment = match self.policy.inject_credentials {
            true => {
                let hidden = self.environment.hidden(&mut hooks.placeholders);
                hooks.placeholders.last();
                hidden
            }
            false => self.environment.clone(),
        };
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.resource_handles);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(FIELD_BYTES);
        let (clock, limiter) = (Arc::clone(&self.clock), Limiter::new(limits));
        let data = StoreData { table, http, clock, environment, hooks, limiter, computed };
        let mut store = Store::new(engine, data);
        store.set_hostcall_fuel(limits.transfer_bytes);
        store.limiter(|data| &mut data.limiter);
        store.set_epoch_deadline(1);
        let compute = limits.compute;
        store.epoch_deadline_callback(move |context| {
            if context.data().computed.get() >= compute {
                return Err(ComputedTooLong.into());
            }
            Ok(UpdateDeadline::Yield(1))
        });
        store
    }
}
