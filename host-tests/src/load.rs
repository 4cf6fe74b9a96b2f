//! Loading the component, compiled once for all tests and programs of one build.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sandbox_host::{Host, Provider};
use sha2::{Digest as _, Sha256};

/// Where `cargo xtask build` leaves the component.
pub const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/daytona-sandbox-provider.wasm");

/// The compiled component, made by whoever comes first.
const COMPILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness.cwasm");

/// Where `cargo xtask guests` leaves the provider that means harm.
const HOSTILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/hostile.wasm");

const HOSTILE_COMPILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness-hostile.cwasm");

/// The component of version 0.1.0, which began sessions that later versions go on with.
const FIRST_RELEASE: &[u8] = include_bytes!("../fixtures/daytona-sandbox-provider-0.1.0.wasm");

const FIRST_RELEASE_COMPILED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness-first-release.cwasm");

/// The bytes of the component.
///
/// # Panics
/// When it was not built, with the command that builds it.
pub fn component() -> Vec<u8> {
    read(COMPONENT, "build")
}

fn read(path: &str, command: &str) -> Vec<u8> {
    match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{path}: {error}. Run `cargo xtask {command}` first."),
    }
}

/// The bytes of version 0.1.0 of the component.
pub fn first_release() -> &'static [u8] {
    FIRST_RELEASE
}

/// The component in a host.
///
/// # Panics
/// When it was not built, or is no provider.
pub fn load(host: &Host) -> Provider {
    compiled_once(host, &component(), Path::new(COMPILED))
}

/// Version 0.1.0 of the component in a host.
///
/// # Panics
/// When the host does not take it any more.
pub fn load_first_release(host: &Host) -> Provider {
    compiled_once(host, FIRST_RELEASE, Path::new(FIRST_RELEASE_COMPILED))
}

/// The provider that means harm in a host; `guests/hostile` says what it can be told to do.
///
/// # Panics
/// When it was not built, with the command that builds it.
pub fn load_hostile(host: &Host) -> Provider {
    compiled_once(host, &read(HOSTILE, "guests"), Path::new(HOSTILE_COMPILED))
}

/// A component in a host, from a file where it was left compiled.
fn compiled_once(host: &Host, bytes: &[u8], file: &Path) -> Provider {
    let digest = Sha256::digest(bytes);
    let ready = || host.load_precompiled(file).ok().filter(|provider| provider.info().digest == *digest);
    if let Some(provider) = ready() {
        return provider;
    }
    // One thread compiles, the others wait for it.
    static COMPILING: Mutex<()> = Mutex::new(());
    let _turn = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
    ready().unwrap_or_else(|| {
        let provider = host.load(bytes).expect("the component is a provider");
        // Without the file each test compiles for itself.
        let _ = provider.write_precompiled(file);
        provider
    })
}
