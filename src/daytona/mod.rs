//! Daytona's wire: routes, fields, replies and refusals of both dialects. It never decides what to do next.

mod account;
mod classify;
mod client;
mod create;
mod dialect;
mod fault;
mod list;
mod owner;
mod reply;
mod sandbox;
mod snapshots;
mod state;
mod toolbox;
mod version;

pub use account::{Key, Registered, Resource, Usage};
pub use classify::{Reaction, Rejection};
pub use client::{Client, sendable};
pub use create::{NewSandbox, Source};
pub use dialect::{Change, Dialect};
pub use fault::Fault;
pub use list::Page;
pub use sandbox::Sandbox;
pub use snapshots::Snapshot;
pub use state::SandboxState;
pub use toolbox::{Entrypoint, Executed, Execution, Output, Toolbox};
pub use version::Version;
