//! What std would otherwise bring: where memory comes from, and what a panic does.
#![forbid(unsafe_code)]

use core::panic::PanicInfo;

// The allocator, which names itself the global one.
use picoalloc as _;

/// Nothing panics on input. A panic that happens all the same traps without a text: a component has nowhere to print one,
/// and with the texts and their formatting it would be a tenth larger.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
