//! A body that breaks off.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

/// Yields a part of its bytes and then fails, which makes a server close the connection.
pub(super) struct CutBody {
    kept: Option<Bytes>,
}

impl CutBody {
    pub(super) fn new(mut whole: Bytes, kept: usize) -> Self {
        whole.truncate(kept);
        Self { kept: Some(whole).filter(|kept| !kept.is_empty()) }
    }
}

impl Body for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(Some(match self.kept.take() {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "the reply was cut off")),
        }))
    }
}
