//! One test per behaviour, named as the behaviour, in virtual time and through the router.

mod access;
mod client;
mod clocks;
mod faults;
mod inspection;
mod limits;
mod listing;
mod recorded;
mod recorded_lists;
mod recorded_workspace;
mod server;
mod snapshots;
mod toolbox;
mod versions;
mod workspace;
