//! One test per behaviour, named as the behaviour, in virtual time and through the router.

mod access;
mod client;
mod fates;
mod faults;
mod recorded;
mod recorded_lists;
mod recorded_workspace;
mod remote;
mod storms;
mod truth;
mod versions;
mod workspace;
