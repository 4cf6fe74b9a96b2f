//! A component that wants in: its bytes, and what was announced about them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::SwapError;
use crate::error::LoadError;
use crate::hex::hex;
use crate::input::{TextError, read};
use crate::signature;

/// A component for a slot, as bytes or as a file, with the digest or the signature that it has to have.
#[derive(Clone, Debug)]
pub struct Candidate {
    source: Source,
    announced: Option<String>,
    signature: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// A candidate whose bytes are there.
pub(crate) struct Read {
    bytes: Vec<u8>,
    announced: Option<String>,
    signature: Option<Vec<u8>>,
}

impl Candidate {
    /// A component from memory.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self { source: Source::Bytes(bytes.into()), announced: None, signature: None }
    }

    /// A component from a file, with the signature in the file of the same name with `.sig` at the end, where there is
    /// one. Both are read by the swap, on a thread that may wait, and no more of them than a component may have. Has to be
    /// a plain file: a pipe or a device may never end.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self { source: Source::File(path.as_ref().to_owned()), announced: None, signature: None }
    }

    /// Demands that the bytes have this SHA-256, in hex of either case.
    pub fn with_digest(mut self, sha256: impl Into<String>) -> Self {
        self.announced = Some(sha256.into().trim().to_ascii_lowercase());
        self
    }

    /// Adds the Ed25519 signature over the bytes: 64 bytes, or as many in hex.
    pub fn with_signature(mut self, signature: impl Into<Vec<u8>>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    /// Reads a file. May wait for a disk.
    pub(crate) fn read(self, limit: usize) -> Result<Read, SwapError> {
        let Self { source, announced, signature } = self;
        let (bytes, beside) = match source {
            Source::Bytes(bytes) => (bytes, None),
            Source::File(path) => (read_file(&path, limit)?, signature::beside(&path)),
        };
        Ok(Read { bytes, announced, signature: signature.or(beside) })
    }
}

fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, SwapError> {
    let wrong = |source| SwapError::Read { path: path.to_owned(), source };
    // Before it is opened: to open a pipe waits for whoever writes into it.
    if !path.metadata().map_err(wrong)?.is_file() {
        return Err(wrong(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file")));
    }
    read(File::open(path).map_err(wrong)?, limit as u64).map_err(|error| match error {
        TextError::Io(error) => wrong(error),
        _ => LoadError::TooLarge { bytes: (limit as u64).saturating_add(1), limit }.into(),
    })
}

impl Read {
    /// SHA-256 of the bytes in hex.
    pub(crate) fn digest(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }

    /// The bytes, once digest and signature are what they have to be.
    pub(crate) fn verified(self, trusted_keys: &[[u8; 32]]) -> Result<Vec<u8>, SwapError> {
        if let Some(wanted) = self.announced {
            let found = hex(&Sha256::digest(&self.bytes));
            if wanted != found {
                return Err(SwapError::Digest { wanted: plain_digest(wanted), found });
            }
        }
        signature::check(&self.bytes, self.signature.as_deref(), trusted_keys)?;
        Ok(self.bytes)
    }
}

/// A digest as it may be shown: what is none may be a key that was put into the wrong field.
fn plain_digest(text: String) -> String {
    let is_one = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_one { text } else { "something that is none".to_owned() }
}
