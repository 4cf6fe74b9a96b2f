//! `sandbox-host serve`: the host for platforms in other languages, by JSON-RPC 2.0.
//!
//! One message per line, over standard input and output or over a Unix socket with any number of connections. Requests
//! run at the same time; answers come in the order in which they are ready. `docs/host.md` and
//! `docs/host-rpc.schema.json` describe the messages.

mod connection;
mod failed;
mod lines;
mod methods;
mod own;
mod pools;
mod queue;
mod schema;
mod server;
#[cfg(unix)]
mod socket;

use std::sync::Arc;

use sandbox_host::slot::{Candidate, Slot};

use super::Done;
use super::args::{Global, Serve};
use super::component::{Network, bundled, host, policy};
use super::exit::Exit;
use super::failure::Failure;
use super::output::print_json;
use super::paths::told;
use pools::Pools;
use server::Server;

/// Prints the schema of the messages.
fn print_schema() -> Done {
    print_json(&schema::document())?;
    Ok(Exit::Ok)
}

/// Serves until it is told to stop, then lets running calls finish.
pub async fn run(global: &Global, own: &Serve) -> Done {
    if own.schema {
        return print_schema();
    }
    if global.pool.is_some() || global.pool_id.is_some() || global.credential_file.is_some() {
        return Err(Failure::usage("A server gets pool and credential with each request.")
            .remedy("Leave --pool, --pool-id and --credential-file out, and put them into `context`."));
    }
    if let Some(directory) = own.watch.as_ref().filter(|directory| !directory.is_dir()) {
        return Err(Failure::usage(format!("{} is no directory that can be watched.", told(directory)))
            .remedy("Name the directory into which new versions of the component are put."));
    }
    let host = host(global, Network::Needed, policy(global)?)?;
    let pools = Pools::default();
    let candidate = match &global.component {
        Some(file) => Candidate::file(file),
        None => Candidate::bytes(bundled().ok_or_else(super::component::not_bundled)?),
    };
    let slot = Slot::builder("provider")
        .drain_limit(own.drain)
        .live_pools({
            let pools = pools.clone();
            move || pools.all()
        })
        .open(&host, candidate)
        .await?;
    let _watch = own.watch.as_ref().map(|directory| slot.watch(directory, own.watch_interval));
    let takes_bytes = own.socket.is_none() || !host.policy().trusted_keys.is_empty();
    let server = Arc::new(Server::new(slot, pools, takes_bytes, host.limits().concurrent_calls, own.drain));
    server.stop_on_signals();
    match &own.socket {
        None => {
            server
                .until_drained(async {
                    connection::stdio(&server).await;
                })
                .await;
        }
        #[cfg(unix)]
        Some(path) => socket::serve(&server, path).await?,
        #[cfg(not(unix))]
        Some(_) => {
            return Err(Failure::usage("This system has no Unix sockets.").remedy("Leave --socket out."));
        }
    }
    Ok(Exit::Ok)
}
