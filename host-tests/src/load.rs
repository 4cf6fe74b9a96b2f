//! Loading the component, compiled once for all tests and programs of one build.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sandbox_host::{Host, LoadError, Provider};
use sha2::{Digest as _, Sha256};

/// Where `cargo xtask build` leaves the component.
pub const COMPONENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/daytona-sandbox-provider.wasm");

/// The compiled component, made by whoever comes first.
const COMPILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness.cwasm");

/// Where `cargo xtask guests` leaves the hostile provider.
const HOSTILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/hostile.wasm");

const HOSTILE_COMPILED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness-hostile.cwasm");

/// A version of the component that began sessions which later versions go on with.
pub struct Release {
    /// What it says of itself.
    pub version: &'static str,
    /// Its bytes.
    pub component: &'static [u8],
    /// The SHA-256 of its bytes.
    pub digest: &'static str,
    /// Handles that it made and a platform stored, of the first sandbox of a `fake-daytona`.
    pub handles: Handles,
    compiled: &'static str,
}

/// Stored handles, as JSON.
pub struct Handles {
    pub sandbox: &'static str,
    pub workspace: &'static str,
}

macro_rules! release {
    ($version:literal, $digest:literal) => {
        Release {
            version: $version,
            component: include_bytes!(concat!("../fixtures/daytona-sandbox-provider-", $version, ".wasm")),
            digest: $digest,
            handles: Handles {
                sandbox: include_str!(concat!("../fixtures/handle-", $version, "-sandbox.json")),
                workspace: include_str!(concat!("../fixtures/handle-", $version, "-workspace.json")),
            },
            compiled: concat!(env!("CARGO_MANIFEST_DIR"), "/../target/component/harness-", $version, ".cwasm"),
        }
    };
}

/// Every released version, the oldest first.
pub static RELEASES: [Release; 3] = [
    release!("0.1.0", "82dc9f785feced83f9ded8ec8aa14c58f359678d9d0b9f639931fb40f6136a1d"),
    release!("0.2.0", "4de329de516e4f6637d168a3462fd257746de6555688ab6ea3c471760db69b71"),
    release!("0.3.0", "52ab5166941da729ad8112b961a8c5357f075dfb6c4e9ffaf0183667e8e216a6"),
];

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

/// The bytes of the oldest release of the component.
pub fn first_release() -> &'static [u8] {
    let [first, ..] = &RELEASES;
    first.component
}

/// The component in a host.
///
/// # Panics
/// When it was not built, or is no provider.
pub fn load(host: &Host) -> Provider {
    compiled_once(host, &component(), Path::new(COMPILED))
}

/// A released version of the component in a host.
///
/// # Panics
/// When the host does not take it any more.
pub fn load_release(host: &Host, release: &Release) -> Provider {
    compiled_once(host, release.component, Path::new(release.compiled))
}

/// The oldest release of the component in a host.
///
/// # Panics
/// When the host does not take it any more.
pub fn load_first_release(host: &Host) -> Provider {
    let [first, ..] = &RELEASES;
    load_release(host, first)
}

/// The hostile provider in a host; `guests/hostile` lists the attacks that it can be ordered to make.
///
/// # Panics
/// When it was not built, with the command that builds it.
pub fn load_hostile(host: &Host) -> Provider {
    compiled_once(host, &read(HOSTILE, "guests"), Path::new(HOSTILE_COMPILED))
}

/// A component in a host, from a file where it was left compiled.
fn compiled_once(host: &Host, bytes: &[u8], file: &Path) -> Provider {
    let digest = Sha256::digest(bytes);
    let ready = || load_signed(host, file).ok().filter(|provider| provider.info().digest == *digest);
    if let Some(provider) = ready() {
        return provider;
    }
    // One thread compiles, the others wait for it.
    static COMPILING: Mutex<()> = Mutex::new(());
    let _turn = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
    ready().unwrap_or_else(|| {
        let provider = host.load(bytes).expect("the component is a provider");
        // Without the file each test compiles for itself.
        let _ = write_signed(&provider, file);
        provider
    })
}

/// Signs what the harness compiles. The seed is public: nothing but the harness trusts the key.
fn signer() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(b"the key of the tests and benches").expect("32 bytes are a seed")
}

/// Writes a compiled provider with the signature that [`load_signed`] asks for.
///
/// # Errors
/// When a file cannot be written.
pub fn write_signed(provider: &Provider, file: &Path) -> std::io::Result<()> {
    provider.write_precompiled(file)?;
    let mut beside = file.as_os_str().to_owned();
    beside.push(".sig");
    std::fs::write(beside, signer().sign(&std::fs::read(file)?))
}

/// Loads what [`write_signed`] wrote.
///
/// # Errors
/// As the host's.
pub fn load_signed(host: &Host, file: &Path) -> Result<Provider, LoadError> {
    let key = signer().public_key().as_ref().try_into().expect("a public key has 32 bytes");
    host.load_precompiled(file, &[key])
}
