//! Compiled providers as files: written once, loaded without a compiler.
//!
//! The file is a header, then the engine's own artefact. The header's key covers everything that the machine code
//! depends on (engine version, its configuration, processor features), so an artefact of another engine is told apart
//! before the engine looks at it; the checksum tells apart a damaged one, and the permissions one that others could have
//! changed.

use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::LoadError;

const MAGIC: &[u8; 16] = b"sandbox-host-1\r\n";
const HEAD: usize = MAGIC.len() + 32 + 32 + 8 + 32;

/// What the header says of the component that was compiled.
pub(crate) struct Head {
    pub(crate) digest: [u8; 32],
    pub(crate) size: u64,
}

/// Feeds what the engine hashes into SHA-256, whose result is the same in every process.
struct Key(Sha256);

impl Hasher for Key {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |word, byte| word << 8 | u64::from(*byte))
    }
}

/// Tells engines apart: version, configuration, processor.
pub(crate) fn key(engine: &Engine) -> [u8; 32] {
    let mut key = Key(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut key);
    key.0.finalize().into()
}

/// The file's content.
pub(crate) fn artefact(component: &Component, head: &Head) -> wasmtime::Result<Vec<u8>> {
    let code = component.serialize()?;
    let mut file = Vec::with_capacity(HEAD + code.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&key(component.engine()));
    file.extend_from_slice(&head.digest);
    file.extend_from_slice(&head.size.to_le_bytes());
    file.extend_from_slice(&Sha256::digest(&code));
    file.extend_from_slice(&code);
    Ok(file)
}

/// Writes a file that only its owner may change: a temporary one first, then a rename, so that nobody ever sees half of
/// it.
pub(crate) fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    // Two writers of one process must not share it either.
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    temporary.push(format!(".{}-{write}", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // What is left of a failed attempt is of no use; that it cannot be removed would only hide the first error.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Refuses a file that others may write to, or that others may replace.
#[cfg(unix)]
pub(crate) fn check_permissions(path: &Path, file: &Metadata) -> Result<(), LoadError> {
    use std::os::unix::fs::MetadataExt;

    const GROUP_OR_OTHERS_WRITE: u32 = 0o022;
    const OTHERS_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;

    let exposed = |path: &Path| LoadError::Exposed { path: path.to_owned() };
    if file.mode() & GROUP_OR_OTHERS_WRITE != 0 {
        return Err(exposed(path));
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let directory = fs::metadata(parent).map_err(|source| LoadError::Read { path: parent.to_owned(), source })?;
    if directory.mode() & OTHERS_WRITE != 0 && directory.mode() & STICKY == 0 {
        return Err(exposed(parent));
    }
    Ok(())
}

/// Other systems have no such bits: the caller's choice of the directory is all there is.
#[cfg(not(unix))]
pub(crate) fn check_permissions(_path: &Path, _file: &Metadata) -> Result<(), LoadError> {
    Ok(())
}

/// Reads a file's content back. The bytes are a private copy, so nobody can change them after the check.
pub(crate) fn load(engine: &Engine, file: &[u8]) -> Result<(Component, Head), LoadError> {
    let not_ours = LoadError::NotPrecompiled;
    let rest = file.strip_prefix(MAGIC).ok_or(not_ours("it does not start as one"))?;
    let cut = || LoadError::NotPrecompiled("it ends too early");
    let (made_by, rest) = rest.split_first_chunk::<32>().ok_or_else(cut)?;
    let (digest, rest) = rest.split_first_chunk::<32>().ok_or_else(cut)?;
    let (size, rest) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
    let (checksum, code) = rest.split_first_chunk::<32>().ok_or_else(cut)?;
    if *made_by != key(engine) {
        return Err(LoadError::Stale);
    }
    if Sha256::digest(code).as_slice() != checksum {
        return Err(not_ours("its checksum is wrong"));
    }
    Ok((deserialize(engine, code)?, Head { digest: *digest, size: u64::from_le_bytes(*size) }))
}

#[allow(unsafe_code, reason = "see the safety comment")]
fn deserialize(engine: &Engine, code: &[u8]) -> Result<Component, LoadError> {
    // SAFETY: `deserialize` asks for bytes that `serialize` produced. These carry the key that only `artefact` writes,
    // for an engine with exactly this configuration, and the checksum over them holds, so they are what it wrote unless
    // somebody forged a whole file; whom that would take is checked in `check_permissions`, and told to the caller of
    // `Host::load_precompiled`.
    unsafe { Component::deserialize(engine, code) }.map_err(|_| LoadError::Stale)
}
