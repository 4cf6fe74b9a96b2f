//! Tells the component linker to bring no WASI adapter of its own.
//!
//! Without the flag the linker merges its built-in adapter and lifts `wasi:io` and `wasi:cli` past 0.2.0. The flag
//! stands here and not in `.cargo/config.toml`, because a `RUSTFLAGS` in the environment would silently replace it.

use std::path::Path;
use std::{env, fs, io};

/// The scripts that a sandbox runs. They are sent with every command, so their comments and indentation stay here.
const SCRIPTS: [&str; 5] = ["common.sh", "start.sh", "read.sh", "kill.sh", "look.sh"];
const SCRIPTS_DIRECTORY: &str = "src/sandbox/shell/scripts";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SCRIPTS_DIRECTORY}");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    for script in SCRIPTS {
        let text = fs::read_to_string(Path::new(SCRIPTS_DIRECTORY).join(script))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        fs::write(Path::new(&out).join(script), lines.map(|line| format!("{line}\n")).collect::<String>())?;
    }
    println!("cargo::rerun-if-changed=wit");
    println!("cargo::rerun-if-env-changed=CARGO_PROFILE_RELEASE_STRIP");
    if env::var("TARGET").is_ok_and(|target| target == "wasm32-unknown-unknown") {
        println!("cargo::rustc-link-arg-cdylib=--wasi-adapter=none");
        // The deepest JSON that is read takes less than 32 KiB of stack. The usual mebibyte would be left over, and a host that
        // resets an instance's memory has to look through it.
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=262144");
        // Beside stack and data that leaves 350 KiB, in which all but long lists find room: an instance rarely has to grow.
        println!("cargo::rustc-link-arg-cdylib=--initial-memory=655360");
        // Writes addresses as short as they are, 6 % of the component; possible only where debug information is stripped.
        let stripped = env::var("CARGO_PROFILE_RELEASE_STRIP").as_deref() != Ok("false");
        if stripped && env::var("PROFILE").is_ok_and(|profile| profile == "release") {
            println!("cargo::rustc-link-arg-cdylib=--compress-relocations");
        }
    }
    Ok(())
}
