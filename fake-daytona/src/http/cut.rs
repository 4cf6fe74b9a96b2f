//! A body that breaks off.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

/// Yields a part of its bytes and then fails, which makes a server close the connection.
///
/// Before it fails it says once that it is not ready: a server then sends what it has, the head included. Failing at
/// once would take the whole reply along.
pub(super) struct CutBody {
    kept: Option<Bytes>,
    has_paused: bool,
}

impl CutBody {
    pub(super) fn new(mut whole: Bytes, kept: usize) -> Self {
        whole.truncate(kept);
        Self { kept: Some(whole).filter(|kept| !kept.is_empty()), has_paused: false }
    }
}

impl Body for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(bytes) = self.kept.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.has_paused {
            self.has_paused = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "the reply was cut off"))))
    }
}
