//! The composed gateway in an engine that serves `wasi:http` as wasmtime does: every request in an instance of its own, and
//! nothing linked but what the provider's world names.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use sandbox_host::http::{HttpClient, HttpError};
use wasmtime::component::Component;
use wasmtime::{Config, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;

use crate::imports::{Imports, linker};

/// Where `cargo xtask gateway` leaves the gateway with the provider in it.
const COMPOSED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/daytona-gateway.wasm");

/// The gateway, compiled once for all tests of a process.
fn compiled() -> &'static ProxyPre<Imports> {
    static COMPILED: OnceLock<ProxyPre<Imports>> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let bytes = std::fs::read(Path::new(COMPOSED))
            .unwrap_or_else(|error| panic!("{COMPOSED}: {error}. Run `cargo xtask gateway` first."));
        let engine = wasmtime::Engine::new(&Config::new()).expect("an engine");
        let component = Component::from_binary(&engine, &bytes).expect("the gateway is a component");
        let linked = linker(&engine).and_then(|linker| linker.instantiate_pre(&component));
        ProxyPre::new(linked.expect("the gateway imports what the provider may")).expect("the gateway serves HTTP")
    })
}

/// An engine that serves the gateway.
#[derive(Clone)]
pub struct Engine {
    variables: Arc<Vec<(String, String)>>,
    network: Arc<dyn HttpClient>,
}

impl Engine {
    /// An engine with this environment and this network.
    pub fn new(variables: &[(&str, &str)], network: Arc<dyn HttpClient>) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { variables: Arc::new(variables), network }
    }

    /// Answers one request.
    ///
    /// # Errors
    /// When the gateway trapped, or did not answer.
    pub async fn answer(&self, request: Request) -> wasmtime::Result<Response> {
        let pre = compiled();
        let wasi = WasiCtxBuilder::new().envs(&self.variables).build();
        let data = Imports::new(wasi, self.network.clone());
        let mut store = Store::new(pre.engine(), data);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let request = request.map(|body| body.map_err(|_| HttpError::ConnectionTerminated));
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
        let out = store.data_mut().http().new_response_outparam(sender)?;
        // It goes on while its answer is read.
        let handled = tokio::spawn(async move {
            let proxy = pre.instantiate_async(&mut store).await?;
            proxy.wasi_http_incoming_handler().call_handle(&mut store, request, out).await
        });
        match receiver.await {
            Ok(response) => Ok(response?.map(Body::new)),
            Err(_) => match handled.await? {
                Ok(()) => Err(wasmtime::Error::msg("the gateway did not answer")),
                Err(trap) => Err(trap),
            },
        }
    }

    /// A service for sockets. What traps is answered with 500 and the words of the engine.
    pub fn router(self) -> Router {
        Router::new().fallback(move |request: Request| {
            let engine = self.clone();
            async move {
                let answer = engine.answer(request).await;
                answer.unwrap_or_else(|trap| {
                    (::http::StatusCode::INTERNAL_SERVER_ERROR, format!("{trap:#}")).into_response()
                })
            }
        })
    }
}
