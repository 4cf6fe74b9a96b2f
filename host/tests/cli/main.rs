//! The command line as a user meets it: the built program, against a Daytona on a loopback socket.

mod component;
mod credentials;
mod demo;
mod describe;
mod files;
mod inventory;
mod lifetime;
mod network;
mod policy;
mod pool;
mod session;
mod spec;
mod stage;
