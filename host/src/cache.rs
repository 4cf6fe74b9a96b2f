//! Compiled components kept as files, so that each is compiled once per machine.
//!
//! An entry's name is the component's digest and the engine's key, so a changed component or engine finds none, and what
//! it finds is the file that this engine wrote for these bytes. An entry that is damaged, foreign, or that others may
//! write to is compiled again and replaced, never trusted and never an error: a cache may only make things faster.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::LoadError;
use crate::hex::hex;
use crate::load;
use crate::log::warn_line;
use crate::precompiled::{self, Head};

/// A directory of compiled components.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
}

impl Cache {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The compiled form of a component: from its entry, or compiled now and kept.
    pub(crate) fn compile(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let path = self.entry(engine, &digest);
        match read(engine, &path, &digest) {
            Ok(Some(component)) => return Ok(component),
            Ok(None) => {}
            Err(error) => {
                warn_line!(target: "sandbox_host::cache", "a cached component is compiled again: {error}");
                let _ = error;
            }
        }
        let component = load::compile(engine, bytes)?;
        if let Err(error) = self.keep(&path, &component, &Head { digest, size: bytes.len() as u64 }) {
            warn_line!(target: "sandbox_host::cache", path = %path.display(), "a compiled component cannot be kept: {error}");
            let _ = error;
        }
        Ok(component)
    }

    fn entry(&self, engine: &Engine, digest: &[u8; 32]) -> PathBuf {
        self.directory.join(format!("{}-{}.cwasm", hex(digest), hex(&precompiled::key(engine)[..8])))
    }

    fn keep(&self, path: &Path, component: &Component, head: &Head) -> std::io::Result<()> {
        make_private(&self.directory)?;
        let content = precompiled::artefact(component, head).map_err(std::io::Error::other)?;
        precompiled::write(path, &content)
    }
}

/// None where there is no entry.
fn read(engine: &Engine, path: &Path, digest: &[u8; 32]) -> Result<Option<Component>, LoadError> {
    let wrong = |source| LoadError::Read { path: path.to_owned(), source };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(error)),
    };
    precompiled::check_permissions(path, &file.metadata().map_err(wrong)?)?;
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut &file, &mut content).map_err(wrong)?;
    let (component, head) = precompiled::load(engine, &content)?;
    if head.digest != *digest {
        return Err(LoadError::NotPrecompiled("it is of another component"));
    }
    Ok(Some(component))
}

/// A directory that only its owner may enter. One that is there already keeps its permissions; they are checked when an
/// entry is read.
fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
