//! Running programs in a sandbox.
//!
//! Each verb looks at the sandbox first, which tells whether it runs and where its toolbox is, and then has the daemon run one
//! line: see [`shell`](crate::sandbox::shell). Every error of a line that may have begun names the process, so that what became
//! of it can be read.

mod command;
mod exec;
mod kill;
mod launch;
mod launch_command;
mod line_call;
mod read;

pub use exec::{deadline_ms, exec};
pub use kill::kill;
pub use launch::launch;
pub use read::read;
