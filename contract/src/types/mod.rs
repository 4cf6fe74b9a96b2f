//! The contract's values as plain Rust types that survive JSON.
//!
//! JSON has camelCase field names and the contract's own kebab-case words as values; [`Pairs`] are objects, absent
//! options are left out on writing and may be missing or `null` on reading. Two names follow the spelling that
//! platforms use: `maxVCpu` and `isA2ARemote`; for `vCpu` the spelling `vcpu` is read as well.

mod context;
mod declaration;
mod descriptor;
mod diagnostics;
mod error;
mod finding;
mod handle;
mod inventory;
mod pairs;
mod process;
mod secret;
mod snapshots;
mod spec;
mod state;

pub use context::json_text;
#[cfg(feature = "schema")]
pub use context::json_text_schema;
pub use context::{Context, Credential};
pub use declaration::Declaration;
pub use descriptor::{BillingModel, Capabilities, Descriptor, EgressDefault, IdleCostModel, TransportModel};
pub use diagnostics::{CapacityReport, Condition, Explanation, HealthReport};
pub use error::{ErrorCode, ProviderError};
pub use finding::{Finding, Severity};
pub use handle::Handle;
pub use inventory::{Action, Item, Mode, Outcome, Page, Report};
pub use pairs::Pairs;
pub use process::{Command, Completion, Output};
pub use secret::Secret;
pub use snapshots::{Snapshot, SnapshotPage, SnapshotPhase};
pub use spec::{Resources, Spec};
pub use state::{Phase, State, Status, Termination};
