use std::path::PathBuf;

use crate::error::{CallError, LoadError};
use crate::types::Finding;

/// A component was not taken into a slot. What served before serves on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SwapError {
    /// A file could not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are not those that were announced.
    #[error(
        "the component has the SHA-256 {found}, but {wanted} was announced. Fetch it again, or announce the right digest"
    )]
    Digest {
        /// Digest that was asked for, in hex.
        wanted: String,
        /// Digest of the bytes, in hex.
        found: String,
    },
    /// It cannot be loaded, or is not signed as it has to be.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It does not work.
    #[error("the component was tried with `{function}`, which failed: {source}")]
    Probe {
        /// Function of the contract.
        function: &'static str,
        /// How.
        source: Box<CallError>,
    },
    /// It is another provider.
    #[error(
        "the component is the provider `{found}`, but the slot serves `{serving}`, whose handles it would refuse. Use a slot of its own for it"
    )]
    OtherProvider {
        /// Id of the provider that serves.
        serving: String,
        /// Id of the one that was refused.
        found: String,
    },
    /// A pool that works would not work any more.
    #[error(
        "the configuration of the live pool `{pool}` is right for the version that serves and wrong for this one: {}: {}. Change the pool first, or use another version",
        finding.path,
        finding.message
    )]
    Pool {
        /// The pool's id.
        pool: String,
        /// The first thing that is wrong with it.
        finding: Box<Finding>,
    },
    /// There is nothing to go back to.
    #[error("nothing was swapped in this slot yet, so there is no earlier version to go back to")]
    NothingBefore,
    /// The runtime is ending.
    #[error("the runtime is shutting down")]
    ShuttingDown,
}
