//! Tells the component linker to bring no WASI adapter of its own.
//!
//! Without the flag the linker merges its built-in adapter and lifts `wasi:io` and `wasi:cli` past 0.2.0. The flag
//! stands here and not in `.cargo/config.toml`, because a `RUSTFLAGS` in the environment would silently replace it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=wit");
    println!("cargo::rerun-if-env-changed=CARGO_PROFILE_RELEASE_STRIP");
    if std::env::var("TARGET").is_ok_and(|target| target == "wasm32-unknown-unknown") {
        println!("cargo::rustc-link-arg-cdylib=--wasi-adapter=none");
        // The data lies behind the stack: with a sixteenth less than the usual mebibyte every address of it is a byte shorter.
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=983040");
        // Writes addresses as short as they are, 6 % of the component; possible only where debug information is stripped.
        let stripped = std::env::var("CARGO_PROFILE_RELEASE_STRIP").as_deref() != Ok("false");
        if stripped && std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
            println!("cargo::rustc-link-arg-cdylib=--compress-relocations");
        }
    }
}
