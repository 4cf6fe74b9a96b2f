//! Takes in the component that `cargo xtask build` left in this crate's folder, where there is one.
//!
//! It calls no cargo: a build inside a build would wait for its own lock. Where the component is missing the crate
//! compiles without it, and the command line says how to make it.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Another place for the component, for builds that keep it elsewhere.
const OVERRIDE: &str = "SANDBOX_PROVIDER_COMPONENT";

/// Where `cargo xtask build` puts it; git ignores it, and a package contains it.
const COMPONENT: &str = "component/provider.wasm";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let component = match env::var_os(OVERRIDE) {
        Some(path) => PathBuf::from(path),
        None => Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join(COMPONENT),
    };
    println!("cargo::rerun-if-changed={}", component.display());
    let expression = match fs::read(&component) {
        Ok(bytes) => {
            let copy = out.join("bundled.wasm");
            fs::write(&copy, bytes).expect("the output directory is writable");
            r#"Some(include_bytes!(concat!(env!("OUT_DIR"), "/bundled.wasm")))"#
        }
        Err(_) => "None",
    };
    fs::write(out.join("bundled.rs"), expression).expect("the output directory is writable");
}
