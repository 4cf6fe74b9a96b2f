//! Servers in the same process and the same virtual time, and a count of what is open to them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use fake_daytona::FakeDaytona;
use host_tests::fake::FakeNetwork;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty};
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};

/// Servers by name:
///
/// | server | what it does |
/// |---|---|
/// | `daytona.example` | is a Daytona |
/// | `silent.example` | reads nothing and answers nothing |
/// | `sink.example` | reads a piece of the request per second, and answers when it has ended |
/// | `endless.example` | answers with a body that has no end |
/// | `redirect.example` | answers 302 with what stands behind the `?` of the request's URL as the location |
/// | any other | answers 200 |
pub struct Network {
    fake: FakeNetwork,
    sent: Mutex<Vec<String>>,
    open: Arc<()>,
}

impl Network {
    pub fn new(fake: FakeDaytona) -> Self {
        Self { fake: FakeNetwork(fake), sent: Mutex::default(), open: Arc::default() }
    }

    /// Requests whose response is awaited, or not dropped.
    pub fn open(&self) -> usize {
        Arc::strong_count(&self.open) - 1
    }

    /// The URLs of all requests.
    pub fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HttpClient for Network {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(request.uri().to_string());
        let open = self.open.clone();
        let server = request.uri().host().unwrap_or_default().to_owned();
        if server == "daytona.example" {
            let answer = self.fake.send(request, options);
            return Box::pin(async move { Ok(answer.await?.map(|body| body.map_frame(keeping(open)).boxed_unsync())) });
        }
        Box::pin(async move {
            let location = request.uri().query().unwrap_or_default().to_owned();
            let empty = Empty::new().map_err(|never| match never {}).map_frame(keeping(open.clone())).boxed_unsync();
            match server.as_str() {
                "silent.example" => {
                    let _unread = (request, open);
                    std::future::pending().await
                }
                "sink.example" => {
                    let mut body = request.into_body();
                    while let Some(frame) = body.frame().await {
                        let _: Frame<Bytes> = frame?;
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    Ok(Response::new(empty))
                }
                "endless.example" => Ok(Response::new(Endless { _open: open }.boxed_unsync())),
                "redirect.example" => {
                    let response = Response::builder().status(302).header("location", location).body(empty);
                    response.map_err(|error| HttpError::InternalError(Some(error.to_string())))
                }
                _ => Ok(Response::new(empty)),
            }
        })
    }
}

/// Counts a body as open until it is dropped.
fn keeping(open: Arc<()>) -> impl FnMut(Frame<Bytes>) -> Frame<Bytes> + Send {
    move |frame| {
        let _ = &open;
        frame
    }
}

/// A body without end.
struct Endless {
    _open: Arc<()>,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16 << 10])))))
    }
}
