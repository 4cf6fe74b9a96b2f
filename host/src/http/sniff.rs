//! Plain HTTP that is answered in TLS: the port is the other protocol's, and nothing that was sent to it was understood.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};

/// The server answers plain HTTP in TLS.
#[derive(Debug, thiserror::Error)]
#[error("the server speaks TLS on this port")]
pub(crate) struct SpeaksTls;

/// A connection whose first bytes are looked at.
pub(crate) struct Sniffed<T> {
    inner: T,
    /// Whether what comes next comes first, and should be plain.
    looks: bool,
}

impl<T> Sniffed<T> {
    /// `plain`: whether it is a connection without TLS.
    pub(crate) fn new(inner: T, plain: bool) -> Self {
        Self { inner, looks: plain }
    }
}

/// An alert or a handshake, of any version of TLS.
fn is_tls(start: &[u8]) -> bool {
    matches!(start, [0x15 | 0x16, 3, ..])
}

impl<T: Read + Unpin> Read for Sniffed<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let mut space = [0; 16];
        let room = buffer.remaining().min(space.len());
        let Some(space) = space.get_mut(..room).filter(|space| this.looks && space.len() > 1) else {
            return Pin::new(&mut this.inner).poll_read(context, buffer);
        };
        let mut first = ReadBuf::new(space);
        ready!(Pin::new(&mut this.inner).poll_read(context, first.unfilled()))?;
        this.looks = false;
        if is_tls(first.filled()) {
            return Poll::Ready(Err(io::Error::other(SpeaksTls)));
        }
        buffer.put_slice(first.filled());
        Poll::Ready(Ok(()))
    }
}

impl<T: Write + Unpin> Write for Sniffed<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, parts)
    }
}

impl<T: Connection> Connection for Sniffed<T> {
    fn connected(&self) -> Connected {
        self.inner.connected()
    }
}
