//! The command line as a user meets it: the built program, against a Daytona on a loopback socket.

mod component;
mod credentials;
mod demo;
mod describe;
mod diagnosis;
mod encodings;
mod files;
mod inventory;
mod lifetime;
mod misuse;
mod network;
mod output;
#[path = "../planted/mod.rs"]
mod planted;
mod policy;
mod pool;
mod processes;
mod secrets;
mod session;
mod spec;
mod stage;
mod walk;
