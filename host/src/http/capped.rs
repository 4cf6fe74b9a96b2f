//! A limit on what a response may bring in, and the end of its request.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use super::open::Permit;
use super::{HttpError, WasiBody};

/// A body that fails as soon as it is known to be longer than a limit. Its request is open until it is dropped.
struct Capped {
    body: WasiBody,
    left: u64,
    _open: Permit,
}

/// Holds a response's body to a limit in bytes.
pub(crate) fn capped(
    response: http::Response<WasiBody>,
    limit: u64,
    open: Permit,
) -> Result<http::Response<WasiBody>, HttpError> {
    if response.body().size_hint().lower() > limit {
        return Err(too_large(limit));
    }
    Ok(response.map(|body| Capped { body, left: limit, _open: open }.boxed_unsync()))
}

fn too_large(limit: u64) -> HttpError {
    HttpError::HttpResponseBodySize(Some(limit))
}

impl Body for Capped {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            match self.left.checked_sub(data.len() as u64) {
                Some(left) => self.left = left,
                None => return Poll::Ready(Some(Err(too_large(self.left)))),
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
