//! Many calls at once: how many provisions a second, and how many connections they need.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use host_tests::clients::{Target, session};
use host_tests::load_signed;
use sandbox_host::{Handle, Host, Provider};
use tokio::task::JoinSet;

use crate::artefacts::Artefacts;
use crate::lab::{self, Lab};
use crate::report::{Section, figure};
use crate::server::Server;
use crate::{Failure, runtime};

/// Provisions whose rate is measured, and how many are made at the same time.
const PROVISIONS: usize = 20_000;
const AT_ONCE: usize = 16;

/// Requests whose connections are counted.
const REQUESTS: usize = 1_000;

/// How many sessions a single process starts in a second.
pub fn rates(artefacts: &Artefacts) -> Result<Section, Failure> {
    let lab = Lab::over(&lab::server())?;
    let provider = load_signed(&lab.host, &artefacts.precompiled)?;
    let mut section = Section::new("Calls a second, on two threads", &[]);
    let took = runtime::of_two_threads()?.block_on(async {
        let begun = Instant::now();
        at_once(AT_ONCE, PROVISIONS, move |turn| {
            let provider = provider.clone();
            async move {
                let spec = session(format!("rate-{turn}"));
                provider.provision(&lab::context("pool-1"), &spec).await?;
                Ok(())
            }
        })
        .await?;
        Ok::<_, Failure>(begun.elapsed().as_secs_f64())
    })?;
    section.row("provision, over the fake in this process", [figure(PROVISIONS as f64 / took)]);
    Ok(section)
}

/// How many connections the server sees.
pub fn connections(artefacts: &Artefacts) -> Result<Section, Failure> {
    let mut server = Server::start()?;
    let mut section = Section::new("Connections opened per 1,000 requests", &[]);
    for width in [1, 32] {
        // A host of its own, which has no connections yet.
        let provider = load_signed(&Host::builder().build()?, &artefacts.precompiled)?;
        let before = server.counts()?;
        runtime::of_two_threads()?.block_on(poll(&provider, &server, width))?;
        let seen = server.counts()?.since(before);
        if seen.requests != REQUESTS as u64 {
            return Err(format!("the server has seen {} requests instead of {REQUESTS}", seen.requests).into());
        }
        let name = if width == 1 { "one call after the other".to_owned() } else { format!("{width} calls at a time") };
        section.row(name, [seen.connections.to_string()]);
    }
    Ok(section)
}

/// A provision, then polls of the session.
async fn poll(provider: &Provider, server: &Server, width: usize) -> Result<(), Failure> {
    let context = Arc::new(Target { url: server.url.clone(), key: server.key.clone() }.context("pool-1"));
    let handle: Arc<Handle> = Arc::new(provider.provision(&context, &session(format!("polled-{width}"))).await?);
    let provider = provider.clone();
    at_once(width, REQUESTS - 1, move |_| {
        let (provider, context, handle) = (provider.clone(), context.clone(), handle.clone());
        async move {
            provider.status(&context, &handle).await?;
            Ok(())
        }
    })
    .await
}

/// Does something so many times, so many at a time.
async fn at_once<F: Future<Output = Result<(), Failure>> + Send>(
    width: usize,
    times: usize,
    action: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Result<(), Failure> {
    let turns = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..width {
        let (turns, action) = (turns.clone(), action.clone());
        workers.spawn(async move {
            loop {
                let turn = turns.fetch_add(1, Ordering::Relaxed);
                if turn >= times {
                    return Ok::<_, Failure>(());
                }
                action(turn).await?;
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}
