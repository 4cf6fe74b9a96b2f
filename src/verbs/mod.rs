//! One module per verb of the contract. They decide what is done; what is sent and how replies are read is `daytona`'s.

pub mod call;
pub mod describe;
pub mod diagnostics;
pub mod extend;
pub mod inventory;
pub mod keep_alive;
pub mod lifecycle;
pub mod locate;
pub mod lookup;
pub mod organization;
pub mod origins;
pub mod pages;
pub mod process;
pub mod provision;
pub mod relabel;
pub mod snapshots;
pub mod status;
pub mod target;
pub mod terminate;
mod toolbox;

#[cfg(test)]
mod scenarios;
