//! The scripts in real shells: each as the reader of the line, and each as the `sh` that runs it.
//!
//! The shells have to be there; `cargo xtask test` installs those that are missing.

mod arrival;
mod machine;
mod processes;
