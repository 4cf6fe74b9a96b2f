//! Whom the default client trusts: the roots that browsers ship, the system's own, and files of the embedder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::client_error::ClientError;
use crate::input::read_text;

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

/// Bytes of a file of certificates. The store of a whole system has about 300,000.
const MOST_BYTES: u64 = 16 << 20;

/// Adds every certificate of a file. One that cannot be used is an error: it was named, so it is meant. Nothing of the file is
/// in an error, because it may be the key.
fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), ClientError> {
    let unreadable = |message: &str| ClientError::CaFile { path: path.to_owned(), message: message.to_owned() };
    let text = read_text(path, MOST_BYTES).map_err(|error| unreadable(&format!("it {error}")))?;
    let certificates = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unreadable(words(&text, Some(&error))))?;
    if certificates.is_empty() {
        return Err(unreadable(words(&text, None)));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| ClientError::CaCertificate { path: path.to_owned(), message: error.to_string() })?;
    }
    Ok(())
}

/// What is wrong with such a file.
fn words(text: &str, error: Option<&pem::Error>) -> &'static str {
    let has = |word: &str| text.contains(word);
    if has("-----BEGIN") && has("PRIVATE KEY") && !has("CERTIFICATE") {
        return "it is a private key, which has no place here. Name the certificate of the CA";
    }
    if has("-----BEGIN") && text.trim().lines().count() < 3 {
        return "its line ends are lost";
    }
    match error {
        None => "there is no certificate in it",
        Some(pem::Error::MissingSectionEnd { .. }) => "a block in it has no end",
        Some(pem::Error::IllegalSectionStart { .. }) => "a block in it has no proper first line",
        Some(pem::Error::Base64Decode(_)) => "a block in it is not base64",
        Some(pem::Error::SectionTooLarge) => "a block in it is too large",
        Some(_) => "it cannot be read as PEM",
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{RootCertStore, add};

    #[test]
    fn certificates_with_a_byte_order_mark_are_read_and_in_utf_16_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let pem = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        std::fs::write(file.path(), format!("\u{feff}{pem}")).unwrap();
        let mut roots = RootCertStore::empty();
        add(&mut roots, file.path()).unwrap();
        assert_eq!(roots.len(), 1);
        let utf_16: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(file.path(), utf_16).unwrap();
        let error = add(&mut roots, file.path()).unwrap_err();
        assert!(error.to_string().contains("UTF-16"), "{error}");
    }

    #[test]
    fn a_private_key_is_told_as_what_it_is_and_nothing_of_it_is_shown() {
        const BODY: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v";
        let directory = tempfile::tempdir().unwrap();
        let key = format!("-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n");
        let certificate = key.replace("PRIVATE KEY", "CERTIFICATE");
        for (content, told) in [
            (key.clone(), "private key"),
            (format!("\u{feff}{key}"), "private key"),
            (key.replace('\n', ""), "private key"),
            (key.replace('\n', "\\n"), "private key"),
            (key.replace('\n', "\r\n").replace("PRIVATE", "RSA PRIVATE"), "private key"),
            (certificate.replace('\n', " "), "line ends are lost"),
            (certificate.replace("-----END", ""), "no end"),
            (certificate.replace(BODY, &format!("!{BODY}")), "not base64"),
            (BODY.to_owned(), "no certificate"),
        ] {
            let path: PathBuf = directory.path().join("ca.pem");
            std::fs::write(&path, &content).unwrap();
            let error = add(&mut RootCertStore::empty(), &path).unwrap_err();
            assert!(!format!("{error} {error:?}").contains(BODY), "{error:?}");
            assert!(error.to_string().contains(told), "{content}: {error}");
        }
    }
}
