//! What a guest may use, and the limiter that holds it to that.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// Bounds on guests. Build on the default: `Limits { memory_bytes: 32 << 20, ..Limits::default() }`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of linear memory of one instance, all its memories together. Default 64 MiB: a provider needs a few, a reply of the API may take as
    /// many again.
    pub memory_bytes: usize,
    /// Elements of one table. Default 10,000.
    pub table_elements: usize,
    /// Calls that may run at the same time, each in its own instance. Default 1,000. One reserves address space (about
    /// 4 GiB, not memory), so that the pool has to know. A call beyond it fails at once with
    /// [`CallError::Busy`](crate::CallError::Busy).
    pub concurrent_calls: u32,
    /// Core instances, memories and tables of one component each. Default 10: a component of one language toolchain has
    /// three instances, one memory and two tables.
    pub items_per_component: u32,
    /// Bytes that the host sets aside for what one call of a function brings out of a guest: a list of many small things
    /// takes more room here than there. Default 16 MiB. More is a trap.
    pub transfer_bytes: usize,
    /// Handles that an instance may hold of the host's resources: requests, headers, streams, timers. Default 1,000; a
    /// request needs about ten. More is a trap.
    pub resource_handles: usize,
    /// Requests of one call that may be open at the same time: sent, and their responses not dropped. Default 32; a
    /// provider needs one. The next one is told that the limit is reached.
    pub open_requests: usize,
    /// Bytes of native stack of one instance. Default 1 MiB. Deeper recursion is a trap.
    pub stack_bytes: usize,
    /// Time that one call may compute, not counting the time it waits. Default 2 s; a call needs less than a
    /// millisecond. Measured in steps of [`Limits::tick`].
    pub compute: Duration,
    /// How often a computing guest is interrupted: others get their turn, and [`Limits::compute`] is checked. Default
    /// 10 ms. In real time always, so that a run in virtual time is the same every time only with one that never comes.
    pub tick: Duration,
    /// How much longer than its own deadline a call may take before the host ends it. Default 2 s: the provider reports
    /// its deadline itself, with a better error, and this is for one that does not.
    pub call_timeout_margin: Duration,
    /// Bytes of a component that is loaded. Default 32 MiB.
    pub component_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            table_elements: 10_000,
            concurrent_calls: 1_000,
            items_per_component: 10,
            transfer_bytes: 16 << 20,
            resource_handles: 1_000,
            open_requests: 32,
            stack_bytes: 1 << 20,
            compute: Duration::from_secs(2),
            tick: Duration::from_millis(10),
            call_timeout_margin: Duration::from_secs(2),
            component_bytes: 32 << 20,
        }
    }
}

/// Holds one store to its limits, and remembers a refusal: the trap that follows it is the guest's way of saying that
/// its memory has run out.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes: usize,
    /// Bytes of all memories so far.
    used: usize,
    table_elements: usize,
    items: usize,
    refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes: limits.memory_bytes,
            used: 0,
            table_elements: limits.table_elements,
            items: limits.items_per_component as usize,
            refused: false,
        }
    }

    /// Whether the guest was refused memory.
    pub(crate) fn refused_memory(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        let allowed = used <= self.memory_bytes && maximum.is_none_or(|max| desired <= max);
        self.refused |= !allowed;
        if allowed {
            self.used = used;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= self.table_elements && maximum.is_none_or(|max| desired <= max))
    }

    fn instances(&self) -> usize {
        self.items
    }

    fn tables(&self) -> usize {
        self.items
    }

    fn memories(&self) -> usize {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::ResourceLimiter;

    use super::{Limiter, Limits};

    #[test]
    fn the_memories_of_an_instance_share_one_limit() {
        let mut limiter = Limiter::new(&Limits { memory_bytes: 100, ..Limits::default() });
        // Two memories of 40 bytes; neither may grow by 30 more, and one may by 20.
        assert!(limiter.memory_growing(0, 40, None).unwrap() && limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.refused_memory());
        assert!(!limiter.memory_growing(40, 70, None).unwrap());
        assert!(limiter.refused_memory());
        assert!(limiter.memory_growing(40, 60, None).unwrap());
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert!(!limiter.memory_growing(0, 10, Some(5)).unwrap());
    }
}
