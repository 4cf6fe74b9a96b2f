//! Thousands of swaps between version 0.1.0 and the version of today, while sessions begin, are watched and end. A binary of
//! its own, because it measures the memory of the process.

mod caller;
mod network;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use caller::Caller;
use fake_daytona::{FakeDaytona, Generation, Latencies, Limits};
use host_tests::{component, first_release};
use network::Network;
use sandbox_host::Host;
use sandbox_host::slot::{Candidate, Slot};
use tokio::task::JoinSet;

/// Swaps, in shifts with a server each: what a server remembers of its sandboxes is no growth of the host.
const SHIFTS: u64 = 24;
const SWAPS_PER_SHIFT: u64 = 100;

/// Callers whose requests stay on their way until the next switch, and callers whose requests do not.
const SLOW: usize = 2;
const QUICK: usize = 2;

/// Shifts after which memory is compared: the middle one of three, because the allocator takes memory from the system and
/// gives it back as it likes, up to 2 MB from one shift to the next. In the first thousand swaps or so it fills up to a level
/// that it then keeps, seen over four thousand, but for a step of some megabytes now and then on a busy machine.
const EARLY: [usize; 3] = [9, 10, 11];
const MIDDLE: [usize; 3] = [15, 16, 17];
const LATE: [usize; 3] = [21, 22, 23];

/// Bytes by which the process may grow in the six shifts from one of these to the next: one version that stays is half a megabyte
/// at least, so this is less than one in a hundred swaps. What stays with every swap grows by more both times; a step of the
/// allocator's comes once.
const MOST_GROWTH: u64 = 4 << 19;

/// Bytes of memory that the process has in use.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("memory can be measured on Linux only");
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("the second number is the pages in use") * 4096
}

fn server() -> FakeDaytona {
    let fake = FakeDaytona::builder(Generation::V0_205)
        .limits(Limits::none())
        .latencies(Latencies::quick())
        .counts_only()
        .build();
    fake.lift_rate_limits();
    fake
}

/// Every session has had one sandbox, and none is left.
fn holds_nothing(fake: &FakeDaytona, sessions: usize) {
    let mut made = BTreeMap::<String, usize>::new();
    for sandbox in fake.sandboxes() {
        assert!(!sandbox.alive, "{} is left", sandbox.created_name);
        *made.entry(sandbox.labels["rensei.dev/session"].clone()).or_default() += 1;
    }
    assert_eq!(made.len(), sessions);
    made.retain(|_, sandboxes| *sandboxes != 1);
    assert!(made.is_empty(), "sessions with more than one sandbox: {made:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_swaps_of_two_real_versions_under_load_fail_no_call_and_keep_memory_flat() {
    let network = Arc::new(Network::new(server()));
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("swap-load");
    let host = Host::builder().http(network.clone()).cache(cache).build().expect("a host");
    let config = || vec![("pool-1".to_owned(), caller::config("quick-0"))];
    // Odd generations are the first release, even ones the version of today.
    let first = Candidate::bytes(first_release());
    let slot = Slot::builder("load").live_pools(config).open(&host, first).await.expect("a slot");
    let versions = [component(), first_release().to_vec()];
    let names = [slot.lease().version().version, env!("CARGO_PKG_VERSION").to_owned()];

    let mut memory = Vec::new();
    for shift in 0..SHIFTS {
        let fake = server();
        network.serve(fake.clone());
        let mut callers = JoinSet::new();
        for number in 0..SLOW + QUICK {
            let name = if number < SLOW { format!("slow-{number}") } else { format!("quick-{number}") };
            callers.spawn(Caller::new(name, slot.clone(), network.clone(), names.clone()).work());
        }
        for swap in 0..SWAPS_PER_SHIFT {
            tokio::select! {
                () = network.something_is_held() => {}
                Some(early) = callers.join_next() => panic!("a call failed: {:?}", early.err()),
            }
            let generation = shift * SWAPS_PER_SHIFT + swap + 2;
            let next = versions[usize::from(!generation.is_multiple_of(2))].clone();
            let swapped = slot.swap(Candidate::bytes(next)).await.expect("it fits");
            assert_eq!(swapped.to.generation, generation);
            network.switched(generation);
        }
        network.end_of_shift();
        let (mut sessions, mut spanning) = (0, 0);
        for done in callers.join_all().await {
            sessions += done.sessions;
            spanning += done.spanning;
        }
        assert!(spanning >= SWAPS_PER_SHIFT, "{spanning} calls began before a switch and ended after it");
        holds_nothing(&fake, sessions);
        memory.push(resident());
    }
    let middle = |shifts: [usize; 3]| {
        let mut bytes = shifts.map(|shift| memory[shift]);
        bytes.sort_unstable();
        bytes[1]
    };
    let [early, between, late] = [EARLY, MIDDLE, LATE].map(middle);
    let grown = between.saturating_sub(early).min(late.saturating_sub(between));
    assert!(grown < MOST_GROWTH, "memory grew by {grown} bytes in {} swaps, twice: {memory:?}", 6 * SWAPS_PER_SHIFT);
}
