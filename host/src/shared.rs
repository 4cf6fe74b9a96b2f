//! What the providers of a host, and the calls of a provider, have in common.

use std::sync::Arc;

use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Engine, Store};

use crate::admission::Admissions;
use crate::cache::Cache;
use crate::engine::Ticker;
use crate::exports::Exports;
use crate::info::ProviderInfo;
use crate::limits::Limits;
use crate::policy::Quotas;
use crate::store::{Computed, StoreData, Surroundings};
use crate::waiting::Waiting;

/// What a host's providers share.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    /// Lives as long as the engine is in use.
    pub(crate) _ticker: Ticker,
    pub(crate) linker: Linker<StoreData>,
    pub(crate) surroundings: Surroundings,
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) waiting: Waiting,
    pub(crate) cache: Option<Cache>,
}

impl Shared {
    pub(crate) fn limits(&self) -> &Limits {
        &self.surroundings.policy.limits
    }

    /// A fresh store; `computed` counts the time that its guest computes.
    pub(crate) fn store(&self, computed: Computed) -> Store<StoreData> {
        self.surroundings.store(&self.engine, computed)
    }
}

/// What a provider's calls share.
pub(crate) struct ProviderInner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pre: InstancePre<StoreData>,
    pub(crate) exports: Exports,
    pub(crate) info: ProviderInfo,
    pub(crate) admissions: Admissions,
}
