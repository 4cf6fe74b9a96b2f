//! What this provider has at Daytona, and what of it nobody wants any more.

mod list;
mod reconcile;

pub use list::{list, managed};
pub use reconcile::{Known, reconcile};
