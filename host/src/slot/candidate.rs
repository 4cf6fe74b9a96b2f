//! A component that wants in: its bytes, and what was announced about them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::SwapError;
use crate::hex::hex;
use crate::signature;

/// A component for a slot, as bytes or as a file, with the digest or the signature that it has to have.
#[derive(Clone, Debug)]
pub struct Candidate {
    bytes: Result<Vec<u8>, (PathBuf, io::ErrorKind, String)>,
    announced: Option<String>,
    signature: Option<Vec<u8>>,
}

impl Candidate {
    /// A component from memory.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Ok(bytes.into()), announced: None, signature: None }
    }

    /// A component from a file, with the signature in the file of the same name with `.sig` at the end, where there is
    /// one. Both are read now; a failure is told by the swap.
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self {
            bytes: fs::read(path).map_err(|error| (path.to_owned(), error.kind(), error.to_string())),
            announced: None,
            signature: signature::beside(path),
        }
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

    /// SHA-256 of the bytes in hex, where there are any.
    pub(crate) fn digest(&self) -> Option<String> {
        self.bytes.as_ref().ok().map(|bytes| hex(&Sha256::digest(bytes)))
    }

    /// The bytes, once digest and signature are what they have to be.
    pub(crate) fn verified(self, trusted_keys: &[[u8; 32]]) -> Result<Vec<u8>, SwapError> {
        let bytes = self
            .bytes
            .map_err(|(path, kind, message)| SwapError::Read { path, source: io::Error::new(kind, message) })?;
        if let Some(wanted) = self.announced {
            let found = hex(&Sha256::digest(&bytes));
            if wanted != found {
                return Err(SwapError::Digest { wanted, found });
            }
        }
        signature::check(&bytes, self.signature.as_deref(), trusted_keys)?;
        Ok(bytes)
    }
}
