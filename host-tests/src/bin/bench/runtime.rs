//! Runtimes of the benches.

use tokio::runtime::{Builder, Runtime};

/// Everything on the thread that calls: what is timed is not interrupted by what runs beside.
pub fn of_one_thread() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Two threads, as on a small machine of a platform.
pub fn of_two_threads() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}
