//! TLS that fails: why is told, for whoever has to mend it, and what may have been sent is never counted as not sent.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sandbox_host::http::{HttpClient, HttpError, PooledClient, Reason, RequestOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::request;

/// A CA and what it signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.pem()).unwrap();
        Self { certificate: certificate.der().clone(), issuer: Issuer::new(params, key), file }
    }

    /// A server's certificate with a change.
    fn signed(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (CertificateDer<'static>, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().der().clone(), key)
    }
}

fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap()
}

/// Serves this configuration, reads what comes, and answers nothing. Returns the URL.
async fn serve(config: ServerConfig) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0; 1024]).await;
                }
            });
        }
    });
    format!("https://localhost:{port}/")
}

/// What a request to this URL ends with: the code, and the words.
async fn failure(client: &PooledClient, url: &str) -> (HttpError, String) {
    let reason = Reason::default();
    let mut request = request(url);
    request.extensions_mut().insert(reason.clone());
    let error = match client.send(request, RequestOptions::default()).await {
        Err(error) => error,
        Ok(response) => response.into_body().collect().await.expect_err("it fails"),
    };
    (error, reason.get().expect("words"))
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told_in_words() {
    let authority = Authority::new("a CA");
    let client = PooledClient::builder().ca_file(authority.file.path()).build().unwrap();
    let expired = authority.signed("localhost", |params| params.not_after = date_time_ymd(2020, 1, 1));
    let early = authority.signed("localhost", |params| params.not_before = date_time_ymd(4000, 1, 1));
    let other = authority.signed("elsewhere.example", |_| {});
    let unknown = Authority::new("another CA").signed("localhost", |_| {});
    for ((certificate, key), told) in [
        (expired, "has expired"),
        (early, "is not yet valid"),
        (other, "is for another name: for elsewhere.example"),
        (unknown, "has an unknown issuer"),
    ] {
        let config = builder().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate], key.serialize_der().try_into().unwrap()).unwrap();
        let (error, words) = failure(&client, &serve(config).await).await;
        assert!(matches!(error, HttpError::TlsCertificateError), "{told}: {error:?}");
        assert!(words.contains(told), "{told}: {words}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_of_a_ca_that_is_given_as_a_ca_is_told_as_what_it_is() {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate.pem()).unwrap();
    let config = builder().with_no_client_auth();
    let config =
        config.with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap()).unwrap();
    let client = PooledClient::builder().ca_file(file.path()).build().unwrap();
    let (error, words) = failure(&client, &serve(config).await).await;
    assert!(matches!(error, HttpError::TlsCertificateError), "{error:?}");
    assert!(words.contains("uses a CA's certificate as its own"), "{words}");
}

#[tokio::test]
async fn an_alert_that_comes_after_the_handshake_does_not_say_that_nothing_was_sent() {
    let authority = Authority::new("a CA");
    let (certificate, key) = authority.signed("localhost", |_| {});
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let config = builder().with_client_cert_verifier(verifier);
    let config = config.with_single_cert(vec![certificate], key.serialize_der().try_into().unwrap()).unwrap();
    let client = PooledClient::builder().ca_file(authority.file.path()).build().unwrap();
    let (error, words) = failure(&client, &serve(config).await).await;
    // In TLS 1.3 the client is done with the handshake before the server has looked at its certificate.
    assert!(
        matches!(
            error,
            HttpError::ConnectionTerminated | HttpError::HttpResponseIncomplete | HttpError::HttpProtocolError
        ),
        "{error:?} {words}"
    );
}

#[tokio::test]
async fn a_server_that_closes_during_the_handshake_and_one_of_the_other_protocol_are_told_apart() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closing = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 16]).await;
        }
    });
    let client = PooledClient::builder().build().unwrap();
    let (error, words) = failure(&client, &closing).await;
    assert!(matches!(error, HttpError::TlsProtocolError), "{error:?}");
    assert!(words.contains("closed the connection during the TLS handshake"), "{words}");

    // An alert of TLS 1.2: the version is not supported.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, 70]).await;
        }
    });
    let (error, words) = failure(&client, &format!("https://localhost:{port}/")).await;
    assert!(matches!(error, HttpError::TlsAlertReceived { .. }), "{error:?}");
    assert!(words.contains("neither TLS 1.2 nor 1.3"), "{words}");
    let (error, words) = failure(&client, &format!("http://localhost:{port}/")).await;
    assert!(matches!(error, HttpError::TlsProtocolError), "{error:?}");
    assert!(words.contains("write https in the URL"), "{words}");
}

#[test]
fn a_file_of_certificates_may_begin_with_a_byte_order_mark_and_is_told_by_its_encoding_otherwise() {
    let pem = std::fs::read_to_string(Authority::new("a CA").file.path()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("\u{feff}{pem}")).unwrap();
    PooledClient::builder().ca_file(file.path()).build().unwrap();
    let utf_16: Vec<u8> = format!("\u{feff}{pem}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(file.path(), utf_16).unwrap();
    let error = PooledClient::builder().ca_file(file.path()).build().err().expect("refused").to_string();
    assert!(error.contains("UTF-16") && error.contains("Store it as UTF-8"), "{error}");
}
