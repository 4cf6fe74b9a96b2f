//! The attacks.

use std::hint::black_box;

use crate::contract::wasi::cli::environment::get_environment;
use crate::contract::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::contract::wasi::http::types::Fields;
use crate::network;
use crate::orders::Orders;

/// What an attack leaves for the function to return, beside what the contract demands.
#[derive(Default)]
pub struct AttackResult {
    /// What the guest observed, for the test.
    pub report: String,
    /// How many things a list has.
    pub many: usize,
    /// A failure of its own, with this message.
    pub failure: Option<String>,
}

impl AttackResult {
    fn of(report: String) -> Self {
        Self { report, ..Self::default() }
    }
}

/// Attacks where these orders are for this function.
pub fn attack(orders: &Orders, function: &str) -> AttackResult {
    if !orders.are_for(function) {
        return AttackResult::default();
    }
    let number = || orders.with.parse().unwrap_or_default();
    match orders.action.as_str() {
        "spin" => spin(),
        "trap" => core::arch::wasm32::unreachable(),
        "recurse" => AttackResult::of(recurse(1).to_string()),
        "allocate" => allocate(),
        "grow" => AttackResult::of(grow().to_string()),
        "hoard" => hoard(),
        "wait" => wait(),
        "poll" => poll(),
        "read-environment" => read_environment(),
        "return-many" => AttackResult { many: number(), ..AttackResult::default() },
        "return-long" => AttackResult::of("x".repeat(number())),
        "fail-long" => AttackResult { failure: Some("x".repeat(number())), ..AttackResult::default() },
        "fetch" => AttackResult::of(network::fetch(&orders.with)),
        "follow" => AttackResult::of(network::follow(&orders.with)),
        "insist" => network::insist(&orders.with),
        "open-many" => AttackResult::of(network::open_many(&orders.with)),
        "never-read" => network::never_read(&orders.with),
        "write-forever" => network::write_forever(&orders.with),
        "flood-headers" => network::flood_headers(),
        "send-headers" => AttackResult::of(network::send_headers(&orders.with)),
        other => AttackResult::of(format!("`{other}` is no action")),
    }
}

/// Computes for ever.
fn spin() -> ! {
    loop {
        black_box(());
    }
}

/// Calls itself until no stack could be deep enough.
fn recurse(depth: u64) -> u64 {
    if depth == u64::MAX {
        return depth;
    }
    black_box(recurse(black_box(depth + 1))) - 1
}

/// Allocates without end.
fn allocate() -> AttackResult {
    let mut all = Vec::new();
    loop {
        all.push(black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

/// Takes all pages of memory that it can get, and says how many it has.
fn grow() -> usize {
    while core::arch::wasm32::memory_grow(0, 16) != usize::MAX {}
    while core::arch::wasm32::memory_grow(0, 1) != usize::MAX {}
    core::arch::wasm32::memory_size(0)
}

/// Creates header resources in the host without end, and drops none.
fn hoard() -> ! {
    loop {
        core::mem::forget(Fields::new());
    }
}

/// Waits without end.
fn wait() -> ! {
    loop {
        subscribe_duration(u64::MAX).block();
    }
}

/// Polls without end a timer that is due already.
fn poll() -> ! {
    loop {
        subscribe_duration(0).block();
    }
}

/// Reads the environment without end.
fn read_environment() -> ! {
    loop {
        black_box(get_environment());
    }
}
