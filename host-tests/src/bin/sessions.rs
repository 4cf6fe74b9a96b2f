//! Many sessions polled from one process: `sessions FILE fresh|warm SESSIONS IN-FLIGHT SWEEPS`. A process of its own,
//! because its memory is measured.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Instant;

use host_tests::clients::{Allocator, Caller, Failure, Target, peak_memory, session};
use sandbox_host::{Limits, Status};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, kind, numbers @ ..] = arguments.as_slice() else { return Err("FILE and fresh|warm are missing".into()) };
    let numbers: Vec<usize> = numbers.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let [sessions, in_flight, sweeps] = numbers[..] else { return Err("three numbers are needed".into()) };
    let caller = Caller::load(file, kind, Limits::default().concurrent_calls)?;
    // Two threads, as on a small machine of a platform.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(caller, sessions, Arc::new(Semaphore::new(in_flight)), sweeps))
}

async fn run(caller: Caller, sessions: usize, permits: Arc<Semaphore>, sweeps: usize) -> Result<(), Failure> {
    let context = Arc::new(Target::from_env()?.context("pool-1"));
    let begun = Instant::now();
    let mut creating = JoinSet::new();
    for index in 0..sessions {
        let (caller, context, permits) = (caller.clone(), context.clone(), permits.clone());
        creating.spawn(async move {
            let _turn = permits.acquire().await?;
            let spec = session(format!("{}-{index}", std::process::id()));
            caller.provision(&context, &spec).await
        });
    }
    let mut handles = Vec::with_capacity(sessions);
    while let Some(created) = creating.join_next().await {
        handles.push(Arc::new(created??));
    }
    let provisioned = begun.elapsed().as_secs_f64();

    // Each sweep polls every session once, all of them at the same time as far as permits allow.
    let mut swept = Vec::with_capacity(sweeps);
    for _ in 0..sweeps {
        let begun = Instant::now();
        let mut polling = JoinSet::new();
        for handle in &handles {
            let (caller, context, permits, handle) = (caller.clone(), context.clone(), permits.clone(), handle.clone());
            polling.spawn(async move {
                let _turn = permits.acquire().await?;
                caller.status(&context, &handle).await
            });
        }
        while let Some(polled) = polling.join_next().await {
            let state = polled??;
            if state.status != Status::Running {
                return Err(format!("a session is {}", state.provider_state).into());
            }
        }
        swept.push(begun.elapsed().as_secs_f64());
    }
    let peak = peak_memory("self")?;
    println!("{}", json!({"provisioned": provisioned, "swept": swept, "peakMemory": peak}));
    Ok(())
}
