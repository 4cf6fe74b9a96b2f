//! Failures by the names of `wasi:http`. A provider decides by them whether a request may be repeated, so each is named
//! by what is known to have happened, and no more.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use wasmtime_wasi_http::p2::bindings::http::types::{DnsErrorPayload, ErrorCode};

use super::address::{AddressRefused, NoAddress};
use super::connect::ConnectTimeout;
use super::dial::TunnelError;
use super::resolver::ResolveError;
use super::sniff::SpeaksTls;
use super::{HttpError, words};
use crate::log::warn_line;

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

/// The innermost error of the system in a chain of causes: those around it say of what kind they are no more.
fn innermost_io<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut found = cause::<io::Error>(error)?;
    while let Some(inner) = found.get_ref().and_then(|inner| cause::<io::Error>(inner)) {
        found = inner;
    }
    Some(found)
}

/// Why there is no response: for the guest by the name that `wasi:http` has for it, for people in words.
pub(crate) struct Failure {
    pub(crate) code: HttpError,
    pub(crate) words: String,
    /// Whether there was a connection, so that the request may have been sent, and may have been carried out.
    pub(crate) was_connected: bool,
    /// Whether the other side hung up before it had answered anything.
    pub(crate) was_closed: bool,
}

impl Failure {
    /// Nothing was sent.
    fn before(code: HttpError, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), was_connected: false, was_closed: false }
    }

    /// Something may have been sent.
    fn after(code: HttpError, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), was_connected: true, was_closed: false }
    }

    pub(crate) fn no_connection(limit: Duration) -> Self {
        Self::before(HttpError::ConnectionTimeout, format!("no connection within {limit:?}"))
    }

    pub(crate) fn no_answer(limit: Duration) -> Self {
        Self::after(HttpError::ConnectionReadTimeout, format!("nothing was answered within {limit:?}"))
    }
}

/// Why a request got no response.
pub(crate) fn from_client(error: &hyper_util::client::legacy::Error) -> Failure {
    if error.is_connect() {
        return from_connector(error);
    }
    let failure = from_exchange(error);
    let was_closed = matches!(failure.code, HttpError::HttpResponseIncomplete | HttpError::ConnectionTerminated);
    Failure { was_closed, ..failure }
}

/// Why there is no connection. The request has not been sent.
fn from_connector(error: &(dyn StdError + 'static)) -> Failure {
    if let Some(resolve) = cause::<ResolveError>(error) {
        let code = HttpError::DnsError { rcode: Some(resolve.to_string()), info_code: None };
        return Failure::before(code, format!("the name has no address: {resolve}"));
    }
    if let Some(refused) = cause::<AddressRefused>(error) {
        warn_line!(target: "sandbox_host::egress", "denied: {refused}");
        return Failure::before(HttpError::DestinationIpProhibited, refused.to_string());
    }
    if let Some(unclear) = cause::<NoAddress>(error) {
        return Failure::before(HttpError::DestinationIpProhibited, unclear.to_string());
    }
    if let Some(tunnel) = cause::<TunnelError>(error) {
        return Failure::before(
            match tunnel {
                TunnelError::Unreachable { .. } => HttpError::ConnectionRefused,
                TunnelError::Failed { .. } => HttpError::DestinationUnavailable,
                // To repeat it changes nothing: somebody has to let the host through.
                _ => HttpError::HttpRequestDenied,
            },
            tunnel.to_string(),
        );
    }
    if let Some(ConnectTimeout(limit)) = cause::<ConnectTimeout>(error) {
        return Failure::no_connection(*limit);
    }
    if let Some(tls) = cause::<rustls::Error>(error) {
        return Failure::before(from_tls(tls), words::of_tls(tls));
    }
    let found = innermost_io(error);
    let code = match found.map(io::Error::kind) {
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
        ) => return Failure::before(HttpError::TlsProtocolError, words::CLOSED),
        Some(_) => HttpError::ConnectionRefused,
    };
    let words = found.map_or_else(|| "there is no connection".to_owned(), |found| format!("no connection: {found}"));
    Failure::before(code, words)
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
pub(crate) fn from_exchange(error: &(dyn StdError + 'static)) -> Failure {
    // The guest's own body failed: it says why.
    if let Some(code) = cause::<ErrorCode>(error) {
        return Failure::after(code.clone().into(), "the request was not written to its end");
    }
    // What was sent in the clear was not understood, so nothing can have come of it.
    if cause::<SpeaksTls>(error).is_some() {
        return Failure::before(HttpError::TlsProtocolError, words::PLAIN_TO_TLS);
    }
    // The codes of TLS say that nothing was sent, which only holds until the handshake is over.
    if let Some(tls) = cause::<rustls::Error>(error) {
        return Failure::after(HttpError::ConnectionTerminated, words::of_tls_later(tls));
    }
    if let Some(hyper) = cause::<hyper::Error>(error)
        && hyper.is_incomplete_message()
    {
        return Failure::after(HttpError::HttpResponseIncomplete, "the connection was closed before an answer");
    }
    let found = innermost_io(error);
    let code = match found.map(io::Error::kind) {
        Some(io::ErrorKind::TimedOut) => HttpError::ConnectionReadTimeout,
        Some(_) => HttpError::ConnectionTerminated,
        None => match cause::<hyper::Error>(error) {
            Some(hyper) if hyper.is_timeout() => HttpError::HttpResponseTimeout,
            Some(hyper) if hyper.is_canceled() || hyper.is_closed() => HttpError::ConnectionTerminated,
            _ => {
                return Failure::after(HttpError::HttpProtocolError, "what was answered is not HTTP");
            }
        },
    };
    let words =
        found.map_or_else(|| "the connection broke".to_owned(), |found| format!("the connection broke: {found}"));
    Failure::after(code, words)
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
    match from_connector(error).code {
        HttpError::ConnectionTimeout => ErrorCode::ConnectionTimeout,
        HttpError::DestinationUnavailable => ErrorCode::DestinationUnavailable,
        HttpError::DnsError { rcode, info_code } => ErrorCode::DnsError(DnsErrorPayload { rcode, info_code }),
        HttpError::TlsProtocolError => ErrorCode::TlsProtocolError,
        HttpError::DestinationIpProhibited => ErrorCode::DestinationIpProhibited,
        _ => ErrorCode::ConnectionRefused,
    }
}
