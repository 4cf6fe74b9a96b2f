//! Tells the component linker to bring no WASI adapter of its own: the gateway imports what its world has, and nothing else.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=wit");
    println!("cargo::rerun-if-changed=../wit");
    if std::env::var("TARGET").is_ok_and(|target| target == "wasm32-unknown-unknown") {
        println!("cargo::rustc-link-arg-cdylib=--wasi-adapter=none");
    }
}
