//! `wasi:http/outgoing-handler`, which also takes back what it was given.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host as _;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, RequestOptions};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};

use crate::store::StoreData;

/// What a guest hands over: its request, and options for it.
type Given = (Resource<HostOutgoingRequest>, Option<Resource<RequestOptions>>);

/// What it gets: a response to come, or why there will be none.
type Taken = (Result<Resource<HostFutureIncomingResponse>, ErrorCode>,);

/// Links the handler of wasmtime-wasi-http. Up to 48.0 that reads the options of a request and leaves them in the store's
/// table: one handle a request, until an instance that serves many calls may have no more.
pub(crate) fn add_to_linker(linker: &mut Linker<StoreData>) -> wasmtime::Result<()> {
    linker.instance("wasi:http/outgoing-handler@0.2.0")?.func_wrap("handle", handle)
}

fn handle(mut store: StoreContextMut<'_, StoreData>, (request, options): Given) -> wasmtime::Result<Taken> {
    let mut http = store.data_mut().http();
    let given = options.as_ref().map(|options| Resource::<RequestOptions>::new_own(options.rep()));
    let response = http.handle(request, options);
    if let Some(given) = given {
        // Not there any more in a version that takes it back itself.
        let _ = http.table.delete(given);
    }
    match response {
        Ok(response) => Ok((Ok(response),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}
