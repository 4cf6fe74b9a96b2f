//! Signatures of components.

use std::fs::File;
use std::path::{Path, PathBuf};

use ring::signature::{ED25519, UnparsedPublicKey};

use crate::error::LoadError;
use crate::hex::unhex;
use crate::input;

/// Length of an Ed25519 signature.
const LENGTH: usize = 64;

/// Of a file with a signature in it.
const MOST_BYTES: u64 = 4_096;

/// Whether one of these keys made the signature over the bytes. Without keys, none is needed.
pub(crate) fn check(bytes: &[u8], signature: Option<&[u8]>, trusted_keys: &[[u8; 32]]) -> Result<(), LoadError> {
    if trusted_keys.is_empty() {
        return Ok(());
    }
    let signature = read(signature.ok_or(LoadError::NotSigned)?)?;
    let signed = trusted_keys.iter().any(|key| UnparsedPublicKey::new(&ED25519, key).verify(bytes, &signature).is_ok());
    if signed { Ok(()) } else { Err(LoadError::WrongSignature) }
}

/// The signature that lies beside a file, with `.sig` at the end of its name. One that cannot be read counts as none: where
/// one is needed, that is told.
pub(crate) fn beside(path: &Path) -> Option<Vec<u8>> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    let path = PathBuf::from(beside);
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    is_file.then(|| input::read(File::open(path).ok()?, MOST_BYTES).ok()).flatten()
}

/// Reads a signature as it is, or as hex with white space around it.
fn read(text: &[u8]) -> Result<[u8; LENGTH], LoadError> {
    if let Ok(raw) = <[u8; LENGTH]>::try_from(text) {
        return Ok(raw);
    }
    let text = input::decode(text).map_err(|_| LoadError::BadSignature("it has another length"))?.trim();
    unhex(text).ok_or(LoadError::BadSignature("it is neither 64 bytes nor 128 hexadecimal digits"))
}
