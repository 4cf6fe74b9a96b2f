//! Snapshots of a pool: made of a sandbox or of a specification, found, made usable again, deleted.

mod capture;
mod manage;
mod ours;
mod prepare;

pub use capture::capture;
pub use manage::{activate, delete, get, list};
pub use prepare::prepare;
