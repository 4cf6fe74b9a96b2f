//! Whom the default client trusts: the roots that browsers ship, the system's own, and files of the embedder.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::errors::ClientError;

/// The configuration for all connections. HTTP/2 is offered first.
pub(crate) fn config(ca_files: &[PathBuf]) -> Result<ClientConfig, ClientError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // Broken entries in the system's store are not this host's business: the others still count.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for path in ca_files {
        add(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
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
