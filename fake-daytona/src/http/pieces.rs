//! A body that does not arrive in one piece: it breaks off, stalls, or comes in two.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::Sleep;

/// What follows the first part of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rest {
    /// An error, which makes a server close the connection.
    Breaks,
    /// Nothing, for ever.
    Never,
    /// The second part, this much later.
    Later(Duration),
}

/// Yields a part of its bytes, and then what [`Rest`] says.
///
/// Between the two it says at least once that it is not ready: a server then sends what it has, the head included.
/// Failing at once would take the whole reply along.
pub(super) struct PiecedBody {
    first: Option<Bytes>,
    second: Option<Bytes>,
    rest: Rest,
    has_paused: bool,
    pause: Option<Pin<Box<Sleep>>>,
}

impl PiecedBody {
    pub(super) fn new(mut whole: Bytes, at: usize, rest: Rest) -> Self {
        let second = whole.split_off(at.min(whole.len()));
        let some = |bytes: Bytes| Some(bytes).filter(|bytes| !bytes.is_empty());
        Self { first: some(whole), second: some(second), rest, has_paused: false, pause: None }
    }
}

impl Body for PiecedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(bytes) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.rest {
            Rest::Never => Poll::Pending,
            Rest::Breaks if self.has_paused => {
                let problem = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "the reply was cut off");
                Poll::Ready(Some(Err(problem)))
            }
            Rest::Breaks => {
                self.has_paused = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Rest::Later(duration) => {
                let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(duration)));
                if pause.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                Poll::Ready(self.second.take().map(|bytes| Ok(Frame::data(bytes))))
            }
        }
    }
}
