//! What is known of a component without running it.

use std::fmt;

use sandbox_contract::function::Function;

use crate::hex::hex;

/// Facts of a component, known without running it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// SHA-256 of the component.
    pub digest: [u8; 32],
    /// Bytes of the component.
    pub size: u64,
    /// What it imports, as `package:name/interface@version`.
    pub imports: Vec<String>,
    /// The functions of the contract that it has, in the contract's order.
    pub functions: Vec<Function>,
}

impl ProviderInfo {
    /// The digest in lower-case hex.
    pub fn digest_hex(&self) -> String {
        hex(&self.digest)
    }

    /// Whether it has a function. One that it does not have returns [`CallError::NotOffered`](crate::CallError::NotOffered).
    pub fn offers(&self, function: Function) -> bool {
        self.functions.contains(&function)
    }
}

impl fmt::Debug for ProviderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderInfo")
            .field("digest", &self.digest_hex())
            .field("size", &self.size)
            .field("imports", &self.imports)
            .field("functions", &self.functions)
            .finish()
    }
}
