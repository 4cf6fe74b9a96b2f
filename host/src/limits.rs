//! What guests may use.

use std::time::Duration;

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

/// How long instances are kept, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WarmLimits {
    /// Instances that wait for a call, of all pools together. Default 64. Each takes one of
    /// [`Limits::concurrent_calls`](crate::Limits::concurrent_calls), and is given up when a call finds no room.
    pub idle: usize,
    /// Calls that one instance serves. Default 1,000: what it did not give back is gone after that.
    pub calls: u32,
    /// Age at which an instance is not used again. Default 5 min.
    pub age: Duration,
}

impl Default for WarmLimits {
    fn default() -> Self {
        Self { idle: 64, calls: 1_000, age: Duration::from_secs(300) }
    }
}
