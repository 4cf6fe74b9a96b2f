//! Running a program in a sandbox through one line of text, the same on every daemon.
//!
//! Daytona's daemons take a command as one text. Older ones cut it into words themselves, newer ones feed it to a shell, and
//! which shell that is depends on the image. So a command goes as a line that all of them read alike: [`mod@line`]. The line
//! starts `sh` with one of a few [scripts](Script), which runs the program and keeps its output in bounds; what comes back is
//! read by [`reply`].
//!
//! The image has to bring `sh`, the usual small tools (`cat`, `head`, `ls`, `mkdir`, `rm`, `sleep`, `tail`, `wc`; `env` for
//! variables), `/proc` and a `/tmp` that can be written. Without `setsid` only the program itself can be ended, and not what it
//! started.
#![forbid(unsafe_code)]

mod line;
mod program;
pub mod reply;
#[cfg(test)]
mod tests;

use hmac_sha256::Hash;

pub use line::{Line, Script};
pub use program::{Flaw, Program};

/// Largest limit of what is kept of one stream, in bytes: what lies beyond it is lost.
pub const MAX_KEPT: u32 = 64 * 1024 * 1024;

/// The directory in which the sandbox keeps what is known of a process, and what its lines in a reply begin with.
pub fn directory(process_id: &str) -> String {
    super::name::hex(&Hash::hash(process_id.as_bytes()), 32)
}

/// What marks our own lines in one reply. A program's output can contain it only on purpose.
pub fn mark(process_id: &str, nanoseconds: u64) -> String {
    let mut hash = Hash::new();
    hash.update(process_id);
    hash.update(nanoseconds.to_be_bytes());
    format!("rensei-{}", super::name::hex(&hash.finalize(), 16))
}
