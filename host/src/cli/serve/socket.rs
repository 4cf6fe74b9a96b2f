//! A Unix socket, for any number of peers at once.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::connection::peer;
use super::server::Server;
use crate::cli::failure::Failure;

/// Serves whoever connects, until the server stops; then lets every peer have its answers.
pub async fn serve(server: &Arc<Server>, path: &Path) -> Result<(), Failure> {
    let listener = bind(path).await.map_err(|error| {
        Failure::usage(format!("{} cannot be used as a socket: {error}.", path.display()))
            .remedy("Name a path in a directory of your own at which nothing is.")
    })?;
    eprintln!("listening on {}", path.display());
    let mut peers = JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = server.stopped() => break,
            accepted = listener.accept() => accepted,
            Some(_) = peers.join_next() => continue,
        };
        // A peer that is gone before it was accepted is no reason to stop.
        let Ok((stream, _)) = stream else { continue };
        let server = Arc::clone(server);
        peers.spawn(async move {
            let (input, output) = stream.into_split();
            peer(&server, input, output).await;
        });
    }
    // Nobody can connect from here on. That the file cannot be removed does no harm: the next server replaces it.
    drop(listener);
    let _ = fs::remove_file(path);
    server.finish().await;
    while peers.join_next().await.is_some() {}
    Ok(())
}

/// Listens where nobody does: a socket that a server left behind is replaced, anything else is not. Only the owner may
/// connect.
async fn bind(path: &Path) -> std::io::Result<UnixListener> {
    // A file that is no socket refuses connections as well, and may be somebody's.
    if fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket())
        && let Err(error) = UnixStream::connect(path).await
        && error.kind() == ErrorKind::ConnectionRefused
    {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}
