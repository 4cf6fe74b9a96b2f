//! Tells the component linker to bring no WASI adapter of its own.
//!
//! Without the flag the linker merges its built-in adapter and lifts `wasi:io` and `wasi:cli` past 0.2.0. The flag
//! stands here and not in `.cargo/config.toml`, because a `RUSTFLAGS` in the environment would silently replace it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=wit");
    if std::env::var("TARGET").is_ok_and(|target| target == "wasm32-unknown-unknown") {
        println!("cargo::rustc-link-arg-cdylib=--wasi-adapter=none");
    }
}
