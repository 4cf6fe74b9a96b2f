//! Failures by the names of `wasi:http`. A provider decides by them whether a request may be repeated, so each is named
//! by what is known to have happened, and no more.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use wasmtime_wasi_http::p2::bindings::http::types::{DnsErrorPayload, ErrorCode};

use super::HttpError;
use super::address::AddressRefused;
use super::connect::{ConnectTimeout, ResolveError};
use crate::log::warn_line;

/// The default HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// A file with certificates could not be read.
    #[error("the certificates in {} cannot be read: {message}. The file has to be PEM, with CERTIFICATE blocks", path.display())]
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

/// The first error of a type in a chain of causes.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An `io::Error` hides what it wraps from `source`, and names the cause of that instead.
        if let Some(found) =
            error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).and_then(|inner| cause::<E>(inner))
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Why a request got no response.
pub(crate) fn from_client(error: &hyper_util::client::legacy::Error) -> HttpError {
    if error.is_connect() {
        return from_connector(error);
    }
    from_exchange(error)
}

/// Why there is no connection. The request has not been sent.
fn from_connector(error: &(dyn StdError + 'static)) -> HttpError {
    if let Some(resolve) = cause::<ResolveError>(error) {
        return HttpError::DnsError { rcode: Some(resolve.to_string()), info_code: None };
    }
    if let Some(refused) = cause::<AddressRefused>(error) {
        warn_line!(target: "sandbox_host::egress", "denied: {refused}");
        let _ = refused;
        return HttpError::DestinationIpProhibited;
    }
    if cause::<ConnectTimeout>(error).is_some() {
        return HttpError::ConnectionTimeout;
    }
    if let Some(tls) = cause::<rustls::Error>(error) {
        return from_tls(tls);
    }
    match cause::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) | None => HttpError::ConnectionRefused,
        Some(io::ErrorKind::TimedOut) => HttpError::ConnectionTimeout,
        Some(
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable,
        ) => HttpError::DestinationUnavailable,
        // During the TLS handshake, the only part of connecting that reads.
        Some(
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe,
        ) => HttpError::TlsProtocolError,
        Some(_) => HttpError::ConnectionRefused,
    }
}

fn from_tls(error: &rustls::Error) -> HttpError {
    match error {
        rustls::Error::InvalidCertificate(_)
        | rustls::Error::NoCertificatesPresented
        | rustls::Error::UnsupportedNameType
        | rustls::Error::InvalidCertRevocationList(_) => HttpError::TlsCertificateError,
        rustls::Error::AlertReceived(alert) => {
            HttpError::TlsAlertReceived { alert_id: Some(u8::from(*alert)), alert_message: Some(format!("{alert:?}")) }
        }
        _ => HttpError::TlsProtocolError,
    }
}

/// Why an exchange broke after there was a connection. The request may have been sent, and may have been carried out.
pub(crate) fn from_exchange(error: &(dyn StdError + 'static)) -> HttpError {
    // The guest's own body failed: it says why.
    if let Some(code) = cause::<ErrorCode>(error) {
        return code.clone().into();
    }
    if let Some(tls) = cause::<rustls::Error>(error) {
        return from_tls(tls);
    }
    if let Some(hyper) = cause::<hyper::Error>(error)
        && hyper.is_incomplete_message()
    {
        return HttpError::HttpResponseIncomplete;
    }
    match cause::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::TimedOut) => HttpError::ConnectionReadTimeout,
        Some(_) => HttpError::ConnectionTerminated,
        None => match cause::<hyper::Error>(error) {
            Some(hyper) if hyper.is_timeout() => HttpError::HttpResponseTimeout,
            Some(hyper) if hyper.is_canceled() || hyper.is_closed() => HttpError::ConnectionTerminated,
            _ => HttpError::HttpProtocolError,
        },
    }
}

/// For [`HttpError::Hyper`] of an embedder's own client.
pub(crate) fn from_hyper(error: &hyper::Error) -> ErrorCode {
    if error.is_timeout() {
        ErrorCode::HttpResponseTimeout
    } else if error.is_incomplete_message() {
        ErrorCode::HttpResponseIncomplete
    } else if error.is_canceled() || error.is_closed() {
        ErrorCode::ConnectionTerminated
    } else {
        ErrorCode::HttpProtocolError
    }
}

/// For [`HttpError::Connect`] of an embedder's own client.
pub(crate) fn from_connect(error: &io::Error) -> ErrorCode {
    match from_connector(error) {
        HttpError::ConnectionTimeout => ErrorCode::ConnectionTimeout,
        HttpError::DestinationUnavailable => ErrorCode::DestinationUnavailable,
        HttpError::DnsError { rcode, info_code } => ErrorCode::DnsError(DnsErrorPayload { rcode, info_code }),
        HttpError::TlsProtocolError => ErrorCode::TlsProtocolError,
        HttpError::DestinationIpProhibited => ErrorCode::DestinationIpProhibited,
        _ => ErrorCode::ConnectionRefused,
    }
}
