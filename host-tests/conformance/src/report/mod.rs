//! What a run came to: as a table for people, and as JUnit XML for build servers.

mod junit;
mod table;

pub use junit::junit;
pub use table::table;

/// One case in one host, or in two that are compared.
pub struct Verdict {
    /// The host's name; for a comparison of two, both.
    pub host: String,
    /// The case's name.
    pub case: String,
    /// The file that the case is from.
    pub group: String,
    /// Milliseconds that its calls took together.
    pub took_ms: u64,
    /// What is wrong; nothing where it passed. A case that could not run is a failure as well.
    pub problems: Vec<String>,
}
