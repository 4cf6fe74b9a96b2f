//! The stateful fake Daytona behind `wasi:http`, in the same process and the same virtual time.

use axum::body::Body;
use fake_daytona::FakeDaytona;
use http::Request;
use http_body_util::BodyExt as _;
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use tower::ServiceExt as _;

/// Hands requests to a fake.
pub struct FakeNetwork(pub FakeDaytona);

impl HttpClient for FakeNetwork {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let router = self.0.router();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = Body::from(body.collect().await?.to_bytes());
            let answer = router.oneshot(Request::from_parts(head, body));
            let limit = options.first_byte_timeout.unwrap_or(std::time::Duration::from_secs(600));
            let response = match tokio::time::timeout(limit, answer).await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(_) => return Err(HttpError::ConnectionReadTimeout),
            };
            if response.extensions().get::<fake_daytona::ConnectionReset>().is_some() {
                return Err(HttpError::ConnectionTerminated);
            }
            // A body that breaks off does so while it is read.
            Ok(response.map(|body| body.map_err(|_| HttpError::ConnectionTerminated).boxed_unsync()))
        })
    }
}
