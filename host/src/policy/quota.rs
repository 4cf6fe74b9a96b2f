//! Calls per pool: how many per second, and how many at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::rules::Policy;
use crate::error::CallError;

/// Pools that are remembered; of more, those that are idle are forgotten.
const POOLS_KEPT: usize = 4_096;

/// The counters of all pools of a host.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    per_second: Option<u32>,
    in_flight: Option<u32>,
    pools: Mutex<HashMap<String, Pool>>,
}

#[derive(Debug)]
struct Pool {
    running: u32,
    /// Calls that may begin now; grows with time up to a second's worth.
    tokens: f64,
    at: Instant,
}

/// A call that was let in; gives its place back when dropped.
#[derive(Debug)]
pub(crate) struct Pass(Option<(Arc<Quotas>, String)>);

impl Quotas {
    pub(crate) fn new(policy: &Policy) -> Self {
        Self {
            per_second: policy.pool_calls_per_second,
            in_flight: policy.pool_calls_in_flight,
            pools: Mutex::default(),
        }
    }

    /// Lets a call of a pool in, or says which limit it would exceed.
    pub(crate) fn enter(self: &Arc<Self>, pool: Option<&str>) -> Result<Pass, CallError> {
        let Some(pool) = pool.filter(|_| self.per_second.is_some() || self.in_flight.is_some()) else {
            return Ok(Pass(None));
        };
        let now = Instant::now();
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if pools.len() >= POOLS_KEPT && !pools.contains_key(pool) {
            pools.retain(|_, pool| pool.running > 0 || now - pool.at < Duration::from_secs(1));
        }
        let full = f64::from(self.per_second.unwrap_or_default());
        let state = pools.entry(pool.to_owned()).or_insert(Pool { running: 0, tokens: full, at: now });
        if let Some(limit) = self.in_flight
            && state.running >= limit
        {
            return Err(CallError::PoolBusy { pool: pool.to_owned(), limit });
        }
        if let Some(limit) = self.per_second {
            state.tokens = ((now - state.at).as_secs_f64()).mul_add(full, state.tokens).min(full.max(1.0));
            state.at = now;
            if state.tokens < 1.0 {
                let retry_after = Duration::from_secs_f64((1.0 - state.tokens) / full.max(f64::MIN_POSITIVE));
                return Err(CallError::PoolTooFast { pool: pool.to_owned(), limit, retry_after });
            }
            state.tokens -= 1.0;
        }
        state.running += 1;
        state.at = now;
        Ok(Pass(Some((Arc::clone(self), pool.to_owned()))))
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some((quotas, pool)) = &self.0
            && let Some(state) = quotas.pools.lock().unwrap_or_else(PoisonError::into_inner).get_mut(pool)
        {
            state.running -= 1;
        }
    }
}
