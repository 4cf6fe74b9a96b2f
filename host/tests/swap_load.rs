//! A thousand swaps while calls run. A binary of its own, because it measures the memory of the process.

mod guest;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use guest::Guest;
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{Context, Handle, Host, Pairs, Spec};

const SWAPS: u64 = 1_000;
const CALLERS: usize = 4;

/// Bytes of memory that the process has in use; none where the system does not tell.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4096)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_swaps_under_load_fail_no_call_and_keep_memory_flat() {
    let cache = tempfile::tempdir().unwrap();
    let host = Host::builder().cache(cache.path()).build().unwrap();
    // Odd generations are version 1, even ones version 2.
    let versions = [Guest::new().version('2').build(), Guest::new().version('1').build()];
    let slot = Slot::builder("load").open(&host, Candidate::bytes(versions[1].clone())).await.unwrap();

    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let switched = Arc::new(AtomicU64::new(1));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (slot, stop, calls, switched) = (slot.clone(), stop.clone(), calls.clone(), switched.clone());
            tokio::spawn(async move {
                let context = Context::new("pool");
                let handle = Handle { provider_id: String::new(), external_id: "x".into(), metadata: Pairs::new() };
                while !stop.load(Ordering::Relaxed) {
                    let before = switched.load(Ordering::SeqCst);
                    let lease = slot.lease();
                    let generation = lease.version().generation;
                    assert!(
                        generation >= before,
                        "a call reached generation {generation} after the switch to {before}"
                    );
                    let made = lease.provision(&context, &Spec::new("s")).await.unwrap();
                    let expected = if generation % 2 == 1 { "1" } else { "2" };
                    assert_eq!(made.external_id, expected, "answered by another version than the leased one");
                    lease.status(&context, &handle).await.unwrap();
                    lease.terminate(&context, &handle).await.unwrap();
                    calls.fetch_add(3, Ordering::Relaxed);
                }
            })
        })
        .collect();

    let mut at_100 = None;
    for swap in 0..SWAPS {
        let next = versions[usize::from(swap % 2 == 1)].clone();
        let swapped = slot.swap(Candidate::bytes(next)).await.unwrap();
        assert_eq!(swapped.to.generation, swap + 2);
        switched.store(swapped.to.generation, Ordering::SeqCst);
        if swap == 100 {
            at_100 = resident();
        }
    }
    let at_end = resident();
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    let calls = calls.load(Ordering::Relaxed);
    assert!(calls > SWAPS, "only {calls} calls ran beside {SWAPS} swaps");
    if let (Some(at_100), Some(at_end)) = (at_100, at_end) {
        let grown = at_end.saturating_sub(at_100);
        assert!(grown < 16 << 20, "memory grew by {grown} bytes from the 100th swap to the {SWAPS}th");
    }
}
