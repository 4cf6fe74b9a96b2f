//! How long calls take while the provider is replaced under them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use host_tests::clients::session;
use host_tests::fake::FakeNetwork;
use host_tests::first_release;
use sandbox_host::Host;
use sandbox_host::slot::{Candidate, Slot};

use crate::artefacts::Artefacts;
use crate::report::{Section, grouped, micros, millis};
use crate::stats::Sample;
use crate::{Failure, lab, runtime};

/// How often the provider is replaced.
const SWAPS: usize = 300;

/// Callers that call without a pause, as many as there are threads.
const CALLERS: usize = 2;

/// Version 0.1.0 and today's take turns.
pub fn swaps(artefacts: &Artefacts) -> Result<Section, Failure> {
    measure([first_release().to_vec(), artefacts.component.clone()])
}

fn measure(versions: [Vec<u8>; 2]) -> Result<Section, Failure> {
    runtime::of_two_threads()?.block_on(async {
        let directory = std::env::temp_dir().join(format!("sandbox-bench-swaps-{}", std::process::id()));
        let outcome = run(versions, &directory).await;
        // It lies where the system clears up by itself.
        let _ = std::fs::remove_dir_all(&directory);
        outcome
    })
}

async fn run(versions: [Vec<u8>; 2], cache: &std::path::Path) -> Result<Section, Failure> {
    let host = Host::builder().http(Arc::new(FakeNetwork(lab::server()))).cache(cache).build()?;
    let slot = Slot::builder("bench").open(&host, Candidate::bytes(versions[0].clone())).await?;
    // Both are in the cache from here on.
    slot.swap(Candidate::bytes(versions[1].clone())).await?;

    let stop = Arc::new(AtomicBool::new(false));
    let callers = start(&slot, &stop);
    let mut swaps = Vec::with_capacity(SWAPS);
    let begun = Instant::now();
    for turn in 0..SWAPS {
        let asked = Instant::now();
        let swapped = slot.swap(Candidate::bytes(versions[turn % 2].clone())).await?;
        swaps.push(asked.elapsed().as_secs_f64());
        if swapped.from.sha256 == swapped.to.sha256 {
            return Err("the two versions are the same".into());
        }
    }
    let span = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let swapping = collect(callers).await?;

    let stop = Arc::new(AtomicBool::new(false));
    let callers = start(&slot, &stop);
    tokio::time::sleep(span).await;
    stop.store(true, Ordering::Relaxed);
    let calm = collect(callers).await?;

    let swaps = Sample::of(swaps)?;
    let mut section = Section::new("Status calls while the provider is replaced, µs", &["swapping", "calm"]);
    let both = |of: fn(&Sample) -> f64| [micros(of(&swapping)), micros(of(&calm))];
    section.row("median", both(Sample::median));
    section.row("99 of 100", both(|sample| sample.quantile(0.99)));
    section.row("longest: the swap's stall", both(Sample::longest));
    section.row("calls", [grouped(swapping.count() as u64), grouped(calm.count() as u64)]);
    section.row(format!("one swap of {SWAPS}, with all its checks, ms"), [millis(swaps.median()), String::new()]);
    Ok(section)
}

type Callers = Vec<tokio::task::JoinHandle<Result<Vec<f64>, Failure>>>;

/// Callers that poll a session each until they are stopped.
fn start(slot: &Slot, stop: &Arc<AtomicBool>) -> Callers {
    let caller = |index: usize| {
        let (slot, stop) = (slot.clone(), stop.clone());
        async move {
            let context = lab::context("pool-1");
            let handle = slot.lease().provision(&context, &session(format!("swapped-{index}"))).await?;
            let mut times = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let begun = Instant::now();
                slot.lease().status(&context, &handle).await?;
                times.push(begun.elapsed().as_secs_f64());
            }
            Ok(times)
        }
    };
    (0..CALLERS).map(|index| tokio::spawn(caller(index))).collect()
}

async fn collect(callers: Callers) -> Result<Sample, Failure> {
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await??);
    }
    Sample::of(times)
}
