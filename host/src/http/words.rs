//! TLS that fails, in the words of whoever has to mend it.

use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

pub(crate) const CLOSED: &str = "the server closed the connection during the TLS handshake: it may speak no TLS on this port, or ask for a certificate";

pub(crate) const PLAIN_TO_TLS: &str =
    "the server speaks TLS on this port, and http was spoken to it: write https in the URL";

/// Many servers hang up on what is not TLS without a word.
pub(crate) const OR_TLS: &str = ": where the server speaks TLS on this port, write https in the URL";

const VERSION: &str = "the server speaks neither TLS 1.2 nor 1.3, and no older version is safe";

/// Why a handshake failed.
pub(crate) fn of_tls(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => VERSION.to_owned(),
        Error::AlertReceived(alert) => format!("the server ended the TLS handshake with the alert {alert:?}"),
        Error::NoCertificatesPresented => "the server has no certificate".to_owned(),
        Error::InvalidMessage(_) => {
            "what answers on this port is not TLS: where the server speaks plain HTTP, write http in the URL".to_owned()
        }
        other => format!("the TLS handshake failed: {other}"),
    }
}

/// Why a connection broke when the handshake was over.
pub(crate) fn of_tls_later(error: &Error) -> String {
    match error {
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server ended the connection, because it asks for a certificate of the client".to_owned()
        }
        Error::AlertReceived(alert) => format!("the server ended the connection with the TLS alert {alert:?}"),
        other => format!("the connection broke: {other}"),
    }
}

fn of_certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired => "the server's certificate has expired".to_owned(),
        CertificateError::ExpiredContext { time, not_after } => {
            format!("the server's certificate has expired, {} ago, by this machine's clock", span(*not_after, *time))
        }
        CertificateError::NotValidYet => "the server's certificate is not yet valid".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => {
            format!(
                "the server's certificate is not yet valid, for another {}, by this machine's clock",
                span(*time, *not_before)
            )
        }
        CertificateError::NotValidForName => "the server's certificate is for another name".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            const SHOWN: usize = 5;
            let mut names: Vec<String> = presented.iter().take(SHOWN).map(|name| plain(name)).collect();
            if presented.len() > SHOWN {
                names.push("others".to_owned());
            }
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            format!("the server's certificate is for another name: for {names}")
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate has an unknown issuer: it was issued by a CA that is not trusted here, or is self-signed. Trust the CA's certificate as a file (`--ca-file`)".to_owned()
        }
        CertificateError::BadSignature => {
            "the server's certificate was not signed by the CA that it names: a CA of the same name with another key is trusted here".to_owned()
        }
        CertificateError::Revoked => "the server's certificate was revoked".to_owned(),
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "the server uses a CA's certificate as its own, probably one that is self-signed: that it is trusted as a CA does not help. Give the server a certificate that is not a CA's".to_owned()
        }
        other => format!("the server's certificate cannot be used: {other}"),
    }
}

/// The library writes names as `DnsName("localhost")`.
fn plain(name: &str) -> String {
    name.split('"').nth(1).unwrap_or(name).chars().filter(|c| !c.is_control()).take(100).collect()
}

/// A time between two moments, in the largest unit that fits.
fn span(from: UnixTime, to: UnixTime) -> String {
    let seconds = Duration::from_secs(to.as_secs().saturating_sub(from.as_secs())).as_secs();
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
