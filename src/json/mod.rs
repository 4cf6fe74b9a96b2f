//! JSON, as far as this component needs it: one tree for all that is read, and a writer for request bodies.

mod number;
mod read;
mod write;

pub use read::{Keep, Reading, Value};
pub use write::{Object, array, text};
