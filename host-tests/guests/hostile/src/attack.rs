//! The deeds.

use std::hint::black_box;

use crate::contract::wasi::cli::environment::get_environment;
use crate::contract::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::contract::wasi::http::types::Fields;
use crate::network;
use crate::orders::Orders;

/// What a function gives back beside what the contract wants of it.
#[derive(Default)]
pub struct Loot {
    /// What the guest found out, for the test.
    pub report: String,
    /// How many things a list has.
    pub many: usize,
    /// A failure of its own, with this message.
    pub failure: Option<String>,
}

impl Loot {
    fn of(report: String) -> Self {
        Self { report, ..Self::default() }
    }
}

/// Does harm where these orders are for this function.
pub fn attack(orders: &Orders, function: &str) -> Loot {
    if !orders.are_for(function) {
        return Loot::default();
    }
    let number = || orders.with.parse().unwrap_or_default();
    match orders.deed.as_str() {
        "spin" => spin(),
        "trap" => core::arch::wasm32::unreachable(),
        "recurse" => Loot::of(recurse(1).to_string()),
        "allocate" => allocate(),
        "grow" => Loot::of(grow().to_string()),
        "hoard" => hoard(),
        "wait" => wait(),
        "poll" => poll(),
        "read-environment" => read_environment(),
        "return-many" => Loot { many: number(), ..Loot::default() },
        "return-long" => Loot::of("x".repeat(number())),
        "fail-long" => Loot { failure: Some("x".repeat(number())), ..Loot::default() },
        "fetch" => Loot::of(network::fetch(&orders.with)),
        "follow" => Loot::of(network::follow(&orders.with)),
        "insist" => network::insist(&orders.with),
        "open-many" => Loot::of(network::open_many(&orders.with)),
        "never-read" => network::never_read(&orders.with),
        "write-forever" => network::write_forever(&orders.with),
        "flood-headers" => network::flood_headers(),
        "send-headers" => Loot::of(network::send_headers(&orders.with)),
        other => Loot::of(format!("`{other}` is no deed")),
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

/// Allocates for ever.
fn allocate() -> Loot {
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

/// Takes headers from the host for ever, and gives none back.
fn hoard() -> ! {
    loop {
        core::mem::forget(Fields::new());
    }
}

/// Waits for longer than anybody lives.
fn wait() -> ! {
    loop {
        subscribe_duration(u64::MAX).block();
    }
}

/// Asks for ever whether a moment has come that has come already.
fn poll() -> ! {
    loop {
        subscribe_duration(0).block();
    }
}

/// Asks for ever what the environment is.
fn read_environment() -> ! {
    loop {
        black_box(get_environment());
    }
}
