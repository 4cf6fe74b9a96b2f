//! Loading the component, compiled once for all tests and programs of one build.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use sandbox_host::{Host, Provider};
use sha2::{Digest as _, Sha256};

/// Where `cargo xtask build` leaves the component.
pub const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/daytona-sandbox-provider.wasm");

/// The compiled component, made by whoever comes first.
const COMPILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness.cwasm");

/// The bytes of the component.
///
/// # Panics
/// When it was not built, with the command that builds it.
pub fn component() -> Vec<u8> {
    match std::fs::read(COMPONENT) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{COMPONENT}: {error}. Run `cargo xtask build` first."),
    }
}

/// The component in a host.
///
/// # Panics
/// When it was not built, or is no provider.
pub fn load(host: &Host) -> Provider {
    let bytes = component();
    let digest = Sha256::digest(&bytes);
    let ready = || host.load_precompiled(COMPILED).ok().filter(|provider| provider.info().digest == *digest);
    if let Some(provider) = ready() {
        return provider;
    }
    // One thread compiles, the others wait for it.
    static COMPILING: Mutex<()> = Mutex::new(());
    let _turn = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
    ready().unwrap_or_else(|| {
        let provider = host.load(&bytes).expect("the component is a provider");
        // Without the file each test compiles for itself.
        let _ = provider.write_precompiled(Path::new(COMPILED));
        provider
    })
}
