//! A Unix socket, for any number of peers at once.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::connection::{Kind, peer};
use super::server::Server;
use crate::failure::Failure;
use crate::out;
use crate::paths::{is_content, told};

/// Peers at once; of more, the next ones wait until one hangs up.
const MOST_PEERS: usize = 1_024;

/// How long nobody is accepted after an error.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves whoever connects, until the server stops; then lets every peer have its answers.
pub async fn serve(server: &Arc<Server>, path: &Path) -> Result<(), Failure> {
    if is_content(path) {
        return Err(Failure::usage("What was named for --socket looks like a value, not like a path.")
            .remedy("Name a path in a directory of your own at which nothing is."));
    }
    let listener = bind(path).await.map_err(|error| {
        Failure::usage(format!("{} cannot be used as a socket: {error}.", told(path)))
            .remedy("Name a path in a directory of your own at which nothing is.")
    })?;
    out::note(format!("listening on {}\n", path.display()));
    server
        .until_drained(async {
            let mut peers = JoinSet::new();
            loop {
                let accepted = tokio::select! {
                    () = server.stopped() => break,
                    accepted = listener.accept(), if peers.len() < MOST_PEERS => accepted,
                    Some(_) = peers.join_next() => continue,
                };
                let (input, output) = match accepted {
                    Ok((stream, _)) => stream.into_split(),
                    Err(error) => {
                        // A peer that is gone before it was accepted is no reason to stop. Where no file can be opened any
                        // more the same comes back at once, so the next attempt has to wait.
                        out::note(format!("a connection cannot be accepted: {error}\n"));
                        tokio::time::sleep(AFTER_ERROR).await;
                        continue;
                    }
                };
                let server = Arc::clone(server);
                peers.spawn(async move { peer(&server, input, output, Kind::Other).await });
            }
            // Nobody can connect from here on. That the file cannot be removed does no harm: the next server replaces it.
            drop(listener);
            let _ = fs::remove_file(path);
            while peers.join_next().await.is_some() {}
        })
        .await;
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
