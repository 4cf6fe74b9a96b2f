//! An engine that counts: wasm instructions as fuel, and calls from the component to its host by interface.

use std::collections::BTreeMap;
use std::sync::Arc;

use sandbox_host::RuntimeClock;
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, WasiBody};
use wasmtime::component::{Component, HasData, Instance, InstancePre, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::cli::{WasiCli, WasiCliCtxView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksCtxView};
use wasmtime_wasi::p2::bindings::{cli, clocks, io};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};
use wasmtime_wasi_http::p2::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks};

use super::Failure;
use super::bindings::Contract;

/// What a call may burn; none gets near to it.
const FUEL: u64 = 1 << 40;

/// What one instance has: its resources, and what it has called so far.
pub struct Data {
    table: ResourceTable,
    http: WasiHttpCtx,
    wasi: WasiCtx,
    network: Network,
    calls: BTreeMap<&'static str, u64>,
}

/// What a call has cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub instructions: u64,
    /// Calls to the host by interface, without the package's version.
    pub calls: BTreeMap<&'static str, u64>,
}

/// The network of an instance.
struct Network(Arc<dyn HttpClient>);

impl WasiHttpHooks for Network {
    fn send_request(
        &mut self,
        request: ::http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<(::http::Response<WasiBody>, Finished), HttpError>> + Send> {
        let response = self.0.send(request, options.unwrap_or_default());
        Box::new(async move { Ok((response.await?, Box::new(async { Ok(()) }) as Finished)) })
    }
}

/// What is left to do once a response was read: nothing.
type Finished = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

impl Data {
    fn count(&mut self, interface: &'static str) -> &mut Self {
        *self.calls.entry(interface).or_default() += 1;
        self
    }

    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.network, table: &mut self.table, ctx: &mut self.http }
    }

    fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        WasiClocksCtxView { ctx: self.wasi.clocks(), table: &mut self.table }
    }

    fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView { ctx: self.wasi.cli(), table: &mut self.table }
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
        let data = Data {
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            wasi: WasiCtxBuilder::new().monotonic_clock(RuntimeClock::new()).build(),
            network: Network(network),
            calls: BTreeMap::new(),
        };
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

/// Everything that the component may import. Each call and each drop of a resource gets at the data of its interface once,
/// which is what counts them; a call that returns an error does so twice.
fn linker(engine: &Engine) -> Result<Linker<Data>, Failure> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    io::error::add_to_linker::<Data, Io>(l, |data| &mut data.count("io/error").table)?;
    io::poll::add_to_linker::<Data, Io>(l, |data| &mut data.count("io/poll").table)?;
    io::streams::add_to_linker::<Data, Io>(l, |data| &mut data.count("io/streams").table)?;
    clocks::monotonic_clock::add_to_linker::<Data, WasiClocks>(l, |data| {
        data.count("clocks/monotonic-clock").clocks()
    })?;
    let options = http::types::LinkOptions::default();
    http::types::add_to_linker::<Data, WasiHttp>(l, &options, |data| data.count("http/types").http())?;
    http::outgoing_handler::add_to_linker::<Data, WasiHttp>(l, |data| data.count("http/outgoing-handler").http())?;
    cli::environment::add_to_linker::<Data, WasiCli>(l, |data| data.count("cli/environment").cli())?;
    Ok(linker)
}
