//! The component over a stateful Daytona in the same process, which tells how long it took itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation, Latencies, Limits};
use host_tests::clients::Target;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use sandbox_host::{Context, Host};
use tower::ServiceExt as _;

/// A server on which nothing takes time and nothing is refused for its size or for coming too often.
pub fn server() -> FakeDaytona {
    let fake = FakeDaytona::builder(Generation::V0_205)
        .limits(Limits::none())
        .latencies(Latencies::instant())
        .toolbox_url("https://proxy.daytona.example/toolbox")
        .counts_only()
        .build();
    fake.lift_rate_limits();
    fake
}

/// A pool of such a server.
pub fn context(pool: &str) -> Context {
    Target { url: "https://daytona.example/api".to_owned(), key: DEFAULT_KEY.to_owned() }.context(pool)
}

/// A host over a fake in this process, and the fake's own time and requests.
pub struct Lab {
    pub host: Host,
    share: Share,
}

impl Lab {
    pub fn over(fake: &FakeDaytona) -> Result<Self, crate::Failure> {
        let share = Share::default();
        let network = Metered { router: fake.router(), share: share.clone() };
        Ok(Self { host: Host::builder().http(Arc::new(network)).build()?, share })
    }

    /// What the fake has done since the last time.
    pub fn take_share(&self) -> (Duration, u64) {
        let nanos = self.share.nanos.swap(0, Ordering::Relaxed);
        (Duration::from_nanos(nanos), self.share.requests.swap(0, Ordering::Relaxed))
    }
}

/// Counts what requests cost in the fake.
#[derive(Clone, Default)]
struct Share {
    nanos: Arc<AtomicU64>,
    requests: Arc<AtomicU64>,
}

/// Hands requests to a fake, and takes the time from when a request is complete until its reply is.
struct Metered {
    /// Made once: making it is no part of a request, and would be taken for the host's time.
    router: Router,
    share: Share,
}

impl HttpClient for Metered {
    fn send(&self, request: Request<WasiBody>, _: RequestOptions) -> ResponseFuture {
        let (router, share) = (self.router.clone(), self.share.clone());
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = Body::from(body.collect().await?.to_bytes());
            let begun = Instant::now();
            let Ok(response) = router.oneshot(Request::from_parts(head, body)).await;
            let (head, body) = response.into_parts();
            let bytes = body.collect().await.map_err(|_| HttpError::ConnectionTerminated)?.to_bytes();
            share.nanos.fetch_add(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
            share.requests.fetch_add(1, Ordering::Relaxed);
            let body = Full::new(bytes).map_err(|never| match never {}).boxed_unsync();
            Ok(http::Response::from_parts(head, body))
        })
    }
}
