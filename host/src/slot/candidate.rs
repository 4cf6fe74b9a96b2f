//! A component that wants in: its bytes, and what was announced about them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::error::SwapError;
use crate::hex::{hex, unhex};

/// Length of an Ed25519 signature.
const SIGNATURE: usize = 64;

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
        let mut beside = path.as_os_str().to_owned();
        beside.push(".sig");
        Self {
            bytes: fs::read(path).map_err(|error| (path.to_owned(), error.kind(), error.to_string())),
            announced: None,
            // A signature that cannot be read counts as none: where one is needed, that is told.
            signature: fs::read(PathBuf::from(beside)).ok(),
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
        if !trusted_keys.is_empty() {
            let signature = signature(self.signature.as_deref().ok_or(SwapError::NotSigned)?)?;
            let signed =
                trusted_keys.iter().any(|key| UnparsedPublicKey::new(&ED25519, key).verify(&bytes, &signature).is_ok());
            if !signed {
                return Err(SwapError::WrongSignature);
            }
        }
        Ok(bytes)
    }
}

/// Reads a signature as it is, or as hex with white space around it.
fn signature(text: &[u8]) -> Result<[u8; SIGNATURE], SwapError> {
    if let Ok(raw) = <[u8; SIGNATURE]>::try_from(text) {
        return Ok(raw);
    }
    let text = std::str::from_utf8(text).map_err(|_| SwapError::BadSignature("it has another length"))?.trim();
    unhex(text).ok_or(SwapError::BadSignature("it is neither 64 bytes nor 128 hexadecimal digits"))
}
