//! The engine of a host: pooling allocator, epochs, and the thread that makes them tick.

use std::thread;

use wasmtime::{Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::error::BuildError;
use crate::limits::Limits;

/// Native stack that host functions need below a guest's, in bytes.
const HOST_STACK: usize = 1 << 20;

const KEEP_RESIDENT: usize = 512 << 10;

/// Makes the engine of one host and starts its ticker.
pub(crate) fn engine(limits: &Limits) -> Result<Engine, BuildError> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .async_stack_size(limits.stack_bytes + HOST_STACK)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    let engine = Engine::new(&config).map_err(|error| BuildError::Engine(format!("{error:#}")))?;
    start_ticker(engine.weak())?;
    Ok(engine)
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

/// Epochs advance on a thread of their own, because a guest that never yields can keep every thread of the runtime
/// busy. It ends with the engine.
fn start_ticker(engine: EngineWeak) -> Result<(), BuildError> {
    thread::Builder::new()
        .name("sandbox-host-ticker".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(Limits::TICK);
            }
        })
        .map(drop)
        .map_err(BuildError::Ticker)
}
