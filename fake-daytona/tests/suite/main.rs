//! One test per behaviour, named as the behaviour, in virtual time and through the router.

mod access;
mod client;
mod recorded;
mod recorded_lists;
mod recorded_workspace;
mod versions;
mod workspace;
