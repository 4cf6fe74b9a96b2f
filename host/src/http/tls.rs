//! Whom the default client trusts: the roots that browsers ship, the system's own, and files of the embedder.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::errors::ClientError;

/// The configurations of connections.
pub(crate) struct Trust {
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    added: RootCertStore,
    /// Made at the first connection that is secured: reading the system's certificates takes longer than loading a
    /// provider.
    config: OnceLock<Arc<ClientConfig>>,
}

impl Trust {
    /// Reads the embedder's files at once, so that a wrong one is told before anything is called.
    pub(crate) fn new(ca_files: &[PathBuf]) -> Result<Self, ClientError> {
        let mut added = RootCertStore::empty();
        for path in ca_files {
            add(&mut added, path)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(Self { builder, added, config: OnceLock::new() })
    }

    /// For all secured connections. HTTP/2 is offered first.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        let config = self.config.get_or_init(|| {
            let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            // Broken entries in the system's store are not this host's business: the others still count.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots.extend(self.added.roots.iter().cloned());
            let mut config = self.trusting(roots);
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            Arc::new(config)
        });
        Arc::clone(config)
    }

    /// Trusts nobody: for connections that are not secured.
    pub(crate) fn nobody(&self) -> Arc<ClientConfig> {
        Arc::new(self.trusting(RootCertStore::empty()))
    }

    fn trusting(&self, roots: RootCertStore) -> ClientConfig {
        self.builder.clone().with_root_certificates(roots).with_no_client_auth()
    }
}

/// Adds every certificate of a file. One that cannot be used is an error: it was named, so it is meant.
fn add(roots: &mut RootCertStore, path: &PathBuf) -> Result<(), ClientError> {
    let unreadable = |message: String| ClientError::CaFile { path: path.clone(), message };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(error.to_string()))?;
    if certificates.is_empty() {
        return Err(unreadable("there is no certificate in it".to_owned()));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| ClientError::CaCertificate { path: path.clone(), message: error.to_string() })?;
    }
    Ok(())
}
