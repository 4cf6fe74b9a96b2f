//! An engine that ends in the middle of a call.

use std::sync::Arc;

use host_tests::fake::FakeNetwork;
use http::{Method, Request};
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use serde_json::json;
use tokio::sync::Notify;

use crate::client::{call, context, daytona, gateway, over};

/// Carries out a create, and never answers it.
struct Swallowing {
    network: FakeNetwork,
    created: Arc<Notify>,
}

impl HttpClient for Swallowing {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let is_create = request.method() == Method::POST && request.uri().path().ends_with("/sandbox");
        let response = self.network.send(request, options);
        if !is_create {
            return response;
        }
        let created = self.created.clone();
        Box::pin(async move {
            let created_one = response.await.is_ok();
            assert!(created_one, "the create was refused");
            created.notify_one();
            std::future::pending::<Result<_, HttpError>>().await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_provision_that_a_restart_has_cut_off_is_repeated_and_there_is_one_sandbox() {
    let fake = daytona();
    let created = Arc::new(Notify::new());
    let network = Swallowing { network: FakeNetwork(fake.clone()), created: created.clone() };
    let params = json!({ "context": context("pool-1"), "spec": { "sessionId": "session-1" } });
    let first = over(&fake, Arc::new(network));
    let mut cut_off = tokio::spawn({
        let params = params.clone();
        async move { call(&first, "provision", params).await }
    });
    tokio::select! {
        () = created.notified() => {}
        ended = &mut cut_off => panic!("it ended before it was cut off: {ended:?}"),
    }
    assert_eq!(fake.sandboxes().len(), 1, "the engine ends after the create and before its answer");
    cut_off.abort();
    assert!(cut_off.await.is_err_and(|error| error.is_cancelled()));

    let second = gateway(&fake);
    let handle = call(&second, "provision", params).await;
    let sandboxes = fake.sandboxes();
    assert_eq!(sandboxes.len(), 1, "{sandboxes:?}");
    assert_eq!(handle["externalId"], json!(sandboxes[0].id));
}
