//! One test per behaviour, named as the behaviour, in virtual time and through the router.

mod access;
mod client;
mod clocks;
mod fates;
mod faults;
mod front;
mod lifecycle;
mod limits;
mod listing;
mod lookups;
mod organizations;
mod over_time;
mod recorded;
mod recorded_lifecycle;
mod recorded_lists;
mod recorded_workspace;
mod remote;
mod reply_settings;
mod shape;
mod simulation;
mod snapshots;
mod storms;
mod toolbox;
mod truth;
mod versions;
mod workspace;
