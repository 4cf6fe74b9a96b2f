//! What a slot asks of a component, and how it serves it.

use std::sync::Arc;
use std::time::Duration;

use crate::limits::WarmLimits;

/// The configurations of the pools that are live, asked for at every swap: id and configuration.
pub(super) type LivePools = Arc<dyn Fn() -> Vec<(String, String)> + Send + Sync>;

/// What a slot asks of a component.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) drain_limit: Duration,
    pub(super) trusted_keys: Vec<[u8; 32]>,
    pub(super) live_pools: Option<LivePools>,
    pub(super) warm: Option<WarmLimits>,
}
