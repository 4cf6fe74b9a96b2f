//! Between the contract's types and the generated ones.

use crate::bindings::{diagnostics, inventory, process, snapshots, types as wit};

sandbox_contract::conversions!();
