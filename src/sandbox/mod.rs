//! What all verbs share about a sandbox: its name, its labels, its handle, what its states mean, when its session ends,
//! and whether its toolbox may be called.

pub mod expiry;
pub mod handle;
pub mod image;
pub mod labels;
pub mod name;
pub mod shell;
pub mod state;
pub mod toolbox;
