//! Why TLS failed, in words that tell whose fault it is.

use std::io;

use rustls::{AlertDescription, Error, PeerIncompatible};

use super::received::Received;
use crate::sys::errno;

/// How the original begins a failure of TLS itself.
const CONNECTION: &str = "SSL connection error";
/// How the original begins a complaint about a certificate that ends the handshake.
const CERTIFICATE: &str = "SSL server certificate verification error";

/// A read of ciphertext that brought nothing.
pub(super) fn of_read(error: &io::Error) -> Result<Received, Box<str>> {
    let kind = error.kind();
    if kind == io::ErrorKind::WouldBlock {
        Ok(Received::Nothing)
    } else if kind == io::ErrorKind::Interrupted {
        Ok(Received::Bytes(0))
    } else if kind == io::ErrorKind::UnexpectedEof {
        Ok(Received::Closed)
    } else {
        Err(format!("{CONNECTION}: {}", errno::words(error)).into())
    }
}

/// A failed handshake or a broken stream. `refusal` is why we refused the certificate, if we did.
pub(super) fn of_failure(error: &Error, refusal: Option<&str>) -> Box<str> {
    if let Some(refusal) = refusal {
        return format!("{CERTIFICATE}: {refusal}").into();
    }
    let words = if is_too_old(error) {
        "the peer speaks no newer TLS than 1.1, and nothing below 1.2 is spoken here".into()
    } else if matches!(error, Error::InvalidMessage(_)) {
        "what the peer says is not TLS".into()
    } else if has_no_common_ground(error) {
        "the peer supports none of the ciphers, keys and signatures that are supported here".into()
    } else if let Error::AlertReceived(alert) = error {
        format!("the peer refused: {alert:?}")
    } else if let Error::InvalidCertificate(_) = error {
        return format!(
            "{CERTIFICATE}: the server could not prove that the certificate is its own"
        )
        .into();
    } else if let Error::NoCertificatesPresented = error {
        "the peer presented no certificate".into()
    } else {
        error.to_string()
    };
    format!("{CONNECTION}: {words}").into()
}

fn is_too_old(error: &Error) -> bool {
    matches!(
        error,
        Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                    | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            )
    )
}

fn has_no_common_ground(error: &Error) -> bool {
    matches!(
        error,
        Error::PeerIncompatible(_)
            | Error::AlertReceived(
                AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity
            )
    )
}
