//! The real client, and a note of every exchange.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use sandbox_host::http::{HttpClient, PooledClient, RequestOptions, ResponseFuture, WasiBody};
use serde::Serialize;

/// One request and how it was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    /// None where there was no answer.
    pub status: Option<u16>,
    pub millis: u64,
    #[serde(skip)]
    pub begun: Instant,
}

/// Sends with a client and remembers.
pub struct Recorder {
    client: PooledClient,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    pub fn new(client: PooledClient) -> Self {
        Self { client, exchanges: Arc::default() }
    }

    /// What was sent since this was last asked, in the order of the answers.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpClient for Recorder {
    fn send(&self, request: http::Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let begun = Instant::now();
        let method = request.method().to_string();
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let exchanges = Arc::clone(&self.exchanges);
        let response = self.client.send(request, options);
        Box::pin(async move {
            let response = response.await;
            let status = response.as_ref().ok().map(|response| response.status().as_u16());
            let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let exchange = Exchange { method, path, status, millis, begun };
            exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
            response
        })
    }
}
