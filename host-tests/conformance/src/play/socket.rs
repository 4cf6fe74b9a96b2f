//! A server on a loopback socket, for hosts with a client of their own.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Stage, play};

/// It ends with this.
pub struct Socket {
    /// Where it listens, as `127.0.0.1:4711`.
    pub authority: String,
    /// What it does.
    pub stage: Arc<Stage>,
    task: JoinHandle<()>,
}

impl Socket {
    /// Listens on a port that is free.
    ///
    /// # Errors
    /// The system's.
    pub async fn listen() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let authority = listener.local_addr()?.to_string();
        let stage = Arc::new(Stage::default());
        let shared = Arc::clone(&stage);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let stage = Arc::clone(&shared);
                // A peer that hangs up has its own way of reporting that.
                tokio::spawn(async move { drop(play(stream, &stage).await) });
            }
        });
        Ok(Self { authority, stage, task })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}
