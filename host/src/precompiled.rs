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

/// Refuses a file that somebody else owns, may write to or may replace: only this user and root may decide which machine
/// code runs in this process.
#[cfg(unix)]
pub(crate) fn check_permissions(path: &Path, file: &Metadata) -> Result<(), LoadError> {
    use std::os::unix::fs::MetadataExt;

    let me = rustix::process::geteuid().as_raw();
    let exposed = |path: &Path| Err(LoadError::Exposed { path: path.to_owned() });
    if !is_own(file.uid(), file.mode(), me, Place::Here) {
        return exposed(path);
    }
    let wrong = |source| LoadError::Read { path: path.to_owned(), source };
    // Where links lead to is what counts.
    let real = path.canonicalize().map_err(wrong)?;
    for (above, directory) in real.ancestors().skip(1).enumerate() {
        let metadata = fs::metadata(directory).map_err(wrong)?;
        let place = if above == 0 { Place::Here } else { Place::Above };
        if !is_own(metadata.uid(), metadata.mode(), me, place) {
            return exposed(directory);
        }
    }
    Ok(())
}

/// Where in a path something is.
#[cfg(unix)]
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The file itself, and the directory that it is in.
    Here,
    /// A directory further up, in which others may have files of their own as long as they cannot rename ours: `/tmp`.
    Above,
}

/// Whether nobody but this user and root can change what is there.
#[cfg(unix)]
fn is_own(owner: u32, mode: u32, me: u32, place: Place) -> bool {
    const ROOT: u32 = 0;
    const GROUP_OR_OTHERS_WRITE: u32 = 0o022;
    const STICKY: u32 = 0o1000;

    let is_shared = mode & GROUP_OR_OTHERS_WRITE != 0;
    let is_sticky = mode & STICKY != 0;
    (owner == me || owner == ROOT) && (!is_shared || (place == Place::Above && is_sticky))
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
    // somebody forged a whole file. Whom that would take is checked in `check_permissions`; and what comes from elsewhere
    // than this host's own cache, through `Host::load_precompiled`, was signed by a key that the embedder trusts.
    unsafe { Component::deserialize(engine, code) }.map_err(|_| LoadError::Stale)
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Place, is_own};

    #[test]
    fn only_this_user_and_root_may_own_machine_code_and_nobody_else_may_write_there() {
        const ME: u32 = 1_000;
        for place in [Place::Here, Place::Above] {
            assert!(is_own(ME, 0o700, ME, place) && is_own(0, 0o755, ME, place) && is_own(0, 0o755, 0, place));
            for (owner, mode) in [(1_001, 0o700), (ME, 0o770), (ME, 0o702), (0, 0o777), (1_001, 0o1777)] {
                assert!(!is_own(owner, mode, ME, place), "{owner} {mode:o}");
            }
        }
        // As `/tmp` is: others cannot rename what is mine, but they can put something beside it.
        assert!(is_own(0, 0o1777, ME, Place::Above) && !is_own(0, 0o1777, ME, Place::Here));
        // Root trusts root alone.
        assert!(!is_own(ME, 0o700, 0, Place::Here));
    }
}
