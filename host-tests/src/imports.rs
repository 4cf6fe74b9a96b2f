//! What the provider's world may import, for the engines of these tests that are not the reference host: nothing more is
//! linked, so that a component which needs more does not start.

use std::sync::Arc;

use sandbox_host::http::{HttpClient, HttpError, RequestOptions, WasiBody};
use wasmtime::Engine;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::cli::{WasiCli, WasiCliCtxView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksCtxView};
use wasmtime_wasi::p2::bindings::{cli, clocks, io};
use wasmtime_wasi_http::p2::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks};

/// What one instance has of its surroundings.
pub struct Imports {
    pub table: ResourceTable,
    http: WasiHttpCtx,
    wasi: WasiCtx,
    network: Network,
}

impl Imports {
    /// With these variables and clocks, and this network.
    pub fn new(wasi: WasiCtx, network: Arc<dyn HttpClient>) -> Self {
        Self { table: ResourceTable::new(), http: WasiHttpCtx::new(), wasi, network: Network(network) }
    }

    /// What HTTP needs.
    pub fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.network, table: &mut self.table, ctx: &mut self.http }
    }

    fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        WasiClocksCtxView { ctx: self.wasi.clocks(), table: &mut self.table }
    }

    fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView { ctx: self.wasi.cli(), table: &mut self.table }
    }
}

/// The data of a store that has them.
pub trait HasImports: Send + 'static {
    /// Those of an instance that is about to use an interface, named without its package's version: once for each of its
    /// calls and drops of a resource, and twice for a call that returns an error.
    fn imports(&mut self, interface: &'static str) -> &mut Imports;
}

impl HasImports for Imports {
    fn imports(&mut self, _: &'static str) -> &mut Imports {
        self
    }
}

/// The network of an instance. As in engines off the shelf, nothing asks the provider whom it may call.
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

/// Links the seven interfaces.
///
/// # Errors
/// When the engine refuses one.
pub fn linker<T: HasImports>(engine: &Engine) -> wasmtime::Result<Linker<T>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    io::error::add_to_linker::<T, Io>(l, |data| &mut data.imports("io/error").table)?;
    io::poll::add_to_linker::<T, Io>(l, |data| &mut data.imports("io/poll").table)?;
    io::streams::add_to_linker::<T, Io>(l, |data| &mut data.imports("io/streams").table)?;
    clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(l, |data| data.imports("clocks/monotonic-clock").clocks())?;
    let options = http::types::LinkOptions::default();
    http::types::add_to_linker::<T, WasiHttp>(l, &options, |data| data.imports("http/types").http())?;
    http::outgoing_handler::add_to_linker::<T, WasiHttp>(l, |data| data.imports("http/outgoing-handler").http())?;
    cli::environment::add_to_linker::<T, WasiCli>(l, |data| data.imports("cli/environment").cli())?;
    Ok(linker)
}
