//! The engine of a host: pooling allocator, epochs, and the thread that makes them tick.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::error::BuildError;
use crate::limits::Limits;

/// Native stack that host functions need below a guest's, in bytes.
const HOST_STACK: usize = 1 << 20;

const KEEP_RESIDENT: usize = 512 << 10;

/// Makes the engine of one host and starts its ticker.
pub(crate) fn engine(limits: &Limits) -> Result<(Engine, Ticker), BuildError> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        // Components come without names, so a trap's text says all that there is; without the tables for more, an
        // artefact is smaller by a sixth and loads faster.
        .generate_address_map(false)
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(cfg!(windows))
        .max_wasm_stack(limits.stack_bytes)
        .async_stack_size(limits.stack_bytes + HOST_STACK)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    let engine = Engine::new(&config).map_err(BuildError::engine)?;
    let ticker = start_ticker(engine.weak(), limits.tick)?;
    Ok((engine, ticker))
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let calls = limits.concurrent_calls;
    let items = limits.items_per_component;
    let all = calls.saturating_mul(items);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_stacks(calls)
        .total_core_instances(all)
        // One memory is what every toolchain makes; components with more find fewer places, not none.
        .total_memories(calls)
        .total_tables(calls.saturating_mul(items.min(4)))
        .max_core_instances_per_component(items)
        .max_memories_per_component(items)
        .max_tables_per_component(items)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .max_unused_warm_slots(calls.min(100))
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Ends the thread that advances the epochs when it is dropped.
pub(crate) struct Ticker {
    _end: mpsc::Sender<()>,
}

/// Epochs advance on a thread of their own, because a guest that never yields can keep every thread of the runtime busy.
fn start_ticker(engine: EngineWeak, tick: Duration) -> Result<Ticker, BuildError> {
    let (end, ended) = mpsc::channel();
    thread::Builder::new()
        .name("sandbox-host-ticker".to_owned())
        .spawn(move || {
            while ended.recv_timeout(tick) == Err(mpsc::RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })
        .map(|_| Ticker { _end: end })
        .map_err(BuildError::Ticker)
}
