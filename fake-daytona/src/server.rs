//! The real server: a fake on a socket, where connections can break.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::FakeDaytona;
use crate::core::Core;

/// How long running exchanges may go on after the shutdown was asked for. Those that a fault leaves without an answer
/// never end by themselves.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

impl FakeDaytona {
    /// Serves on a socket until `end` is ready, and a second longer for what is under way.
    ///
    /// Unlike a plain `axum::serve` of the router, a [`RequestAction::Reset`](crate::RequestAction::Reset) resets the connection.
    ///
    /// # Errors
    ///
    /// When the socket fails as a whole; single connections do not end it.
    pub async fn serve(&self, listener: TcpListener, end: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (ended, mut has_ended) = tokio::sync::watch::channel(());
        let listener = CountingListener { listener, core: self.core.clone() };
        let service = self.router().into_make_service_with_connect_info::<Peer>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
            end.await;
            drop(ended);
        });
        tokio::select! {
            result = serving.into_future() => result,
            () = async {
                // An error means that the sender was dropped, which is the signal.
                let _ = has_ended.changed().await;
                tokio::time::sleep(SHUTDOWN_GRACE).await;
            } => Ok(()),
        }
    }
}

/// Who sent a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    /// Nothing for a caller in the same process.
    pub(crate) address: Option<IpAddr>,
    /// Breaks the connection that the request came on.
    pub(crate) breaker: Option<Breaker>,
}

impl Peer {
    /// As a server noted it: ours, or any other that tells the address.
    pub(crate) fn of(extensions: &http::Extensions) -> Self {
        if let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<Self>>() {
            return peer.clone();
        }
        let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Self { address, breaker: None }
    }
}

impl Connected<IncomingStream<'_, CountingListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, CountingListener>) -> Self {
        Self { address: Some(stream.remote_addr().ip()), breaker: Some(stream.io().breaker.clone()) }
    }
}

/// A listener whose connections are counted and can be broken.
struct CountingListener {
    listener: TcpListener,
    core: Arc<Core>,
}

impl Listener for CountingListener {
    type Io = Breakable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Breakable, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        self.core.connected();
        // Answers are small and awaited.
        let _ = stream.set_nodelay(true);
        (Breakable { stream, breaker: Breaker::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Breaks a connection, from wherever the request is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker(Arc<Mutex<Broken>>);

#[derive(Debug, Default)]
struct Broken {
    is_reset: bool,
    reader: Option<Waker>,
}

impl Breaker {
    /// From now on every read and write fails, so the server drops the connection.
    pub(crate) fn break_connection(&self) {
        let mut broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        broken.is_reset = true;
        if let Some(reader) = broken.reader.take() {
            reader.wake();
        }
    }

    fn check(&self, reader: Option<&Waker>) -> io::Result<()> {
        let mut broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if broken.is_reset {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if let Some(reader) = reader {
            broken.reader = Some(reader.clone());
        }
        Ok(())
    }
}

/// A connection with a breaker. Broken, it ends with a reset instead of an orderly close.
struct Breakable {
    stream: TcpStream,
    breaker: Breaker,
}

impl Drop for Breakable {
    fn drop(&mut self) {
        if self.breaker.check(None).is_err() {
            // Closing then resets. Where the platform refuses, the connection closes in order, which still is an end
            // without an answer.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Breakable {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.breaker.check(Some(cx.waker()))?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.breaker.check(None)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.breaker.check(None)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.breaker.check(None)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
