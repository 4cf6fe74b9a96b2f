//! An engine that counts: wasm instructions as fuel, and calls from the component to its host by interface.

use std::collections::BTreeMap;
use std::sync::Arc;

use sandbox_host::RuntimeClock;
use sandbox_host::http::HttpClient;
use wasmtime::component::{Component, Instance, InstancePre};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::WasiCtxBuilder;

use super::Failure;
use super::bindings::Contract;
use crate::imports::{HasImports, Imports, linker};

/// What a call may burn; none gets near to it.
const FUEL: u64 = 1 << 40;

/// What one instance has: its resources, and what it has called so far.
pub struct Data {
    imports: Imports,
    calls: BTreeMap<&'static str, u64>,
}

/// What a call has cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub instructions: u64,
    /// Calls to the host by interface, without the package's version.
    pub calls: BTreeMap<&'static str, u64>,
}

impl HasImports for Data {
    fn imports(&mut self, interface: &'static str) -> &mut Imports {
        *self.calls.entry(interface).or_default() += 1;
        &mut self.imports
    }
}

/// The component, ready to be instantiated.
pub struct Counter {
    engine: Engine,
    component: InstancePre<Data>,
}

impl Counter {
    pub fn new(component: &[u8]) -> Result<Self, Failure> {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, component)?;
        let component = linker(&engine)?.instantiate_pre(&component)?;
        Ok(Self { engine, component })
    }

    /// A fresh instance over a network, whose cost is counted.
    pub async fn instance(&self, network: Arc<dyn HttpClient>) -> Result<Counted, Failure> {
        let (mut store, instance) = self.start(network).await?;
        let contract = Contract::new(&mut store, &instance)?;
        Ok(Counted { store, contract })
    }

    /// A fresh instance over a network, for bindings of any version of the contract.
    pub async fn start(&self, network: Arc<dyn HttpClient>) -> Result<(Store<Data>, Instance), Failure> {
        let wasi = WasiCtxBuilder::new().monotonic_clock(RuntimeClock::new()).build();
        let data = Data { imports: Imports::new(wasi, network), calls: BTreeMap::new() };
        let mut store = Store::new(&self.engine, data);
        store.set_fuel(FUEL)?;
        let instance = self.component.instantiate_async(&mut store).await?;
        Ok((store, instance))
    }
}

/// An instance whose cost is counted.
pub struct Counted {
    pub store: Store<Data>,
    pub contract: Contract,
}

impl Counted {
    /// What it has cost since it was made, or since the last time.
    pub fn take(&mut self) -> Result<Cost, Failure> {
        let instructions = FUEL - self.store.get_fuel()?;
        self.store.set_fuel(FUEL)?;
        Ok(Cost { instructions, calls: std::mem::take(&mut self.store.data_mut().calls) })
    }
}
