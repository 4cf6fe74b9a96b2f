//! Why the default client cannot be made.

use std::path::PathBuf;

/// The default HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A file with certificates could not be read.
    #[error("{} is no file of certificates: {message}. The file has to be PEM, with CERTIFICATE blocks", path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A certificate is not one that can be trusted as a root.
    #[error("a certificate in {} cannot be used as a root: {message}", path.display())]
    CaCertificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The TLS library refused its configuration.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}
