//! Everything that a provider may import, opened interface by interface: what is not here does not exist for it.

use wasmtime::Engine;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::p2::bindings::{cli, clocks, io};
use wasmtime_wasi_http::p2::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpView};

use crate::clock::ClockView;
use crate::environment::Environment;
use crate::http::outgoing;
use crate::store::StoreData;

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

struct Clock;

impl HasData for Clock {
    type Data<'a> = ClockView<'a>;
}

struct Env;

impl HasData for Env {
    type Data<'a> = &'a mut Environment;
}

/// A linker with exactly [`ALLOWED_IMPORTS`](crate::imports::ALLOWED_IMPORTS).
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<StoreData>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    io::error::add_to_linker::<_, Io>(l, StoreData::table)?;
    io::poll::add_to_linker::<_, Io>(l, StoreData::table)?;
    io::streams::add_to_linker::<_, Io>(l, StoreData::table)?;
    clocks::monotonic_clock::add_to_linker::<_, Clock>(l, StoreData::clock)?;
    let options = http::types::LinkOptions::default();
    http::types::add_to_linker::<_, WasiHttp>(l, &options, StoreData::http)?;
    outgoing::add_to_linker(l)?;
    cli::environment::add_to_linker::<_, Env>(l, StoreData::environment)?;
    Ok(linker)
}
