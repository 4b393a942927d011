//! TLS to our own status server: its certificate must be the one in the control file's PEM file.
//!
//! Nobody signs such certificates, and their names seldom match, so the usual verification would
//! only teach people to switch it off. We hold the very file the daemon serves: that pins it.

use std::net::TcpStream;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, StreamOwned,
};

use crate::model::HttpdTls;
use crate::shell::tls::{self, TimeOfDay, client_identity, provider};

/// TLS over `stream` that accepts this server alone.
pub(super) fn stream(
    files: &HttpdTls,
    host: &str,
    stream: TcpStream,
) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    if !tls::is_ready() {
        return Err("TLS waits until the kernel has gathered randomness".into());
    }
    let provider = provider();
    let verifier = Pinned {
        expected: own_certificate(&files.chain)?,
        algorithms: provider.signature_verification_algorithms,
    };
    let config = ClientConfig::builder_with_details(provider, Arc::new(TimeOfDay))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous() // rustls's word for any verifier of one's own
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match &files.clients {
        None => config.with_no_client_auth(),
        // The server knows its own certificate, and only who may read its key can show it.
        Some(_) => config.with_client_cert_resolver(client_identity(&files.chain, &files.key)?),
    };
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connection = ClientConnection::new(Arc::new(config), name);
    let connection = connection.map_err(|error| error.to_string())?;
    Ok(StreamOwned::new(connection, stream))
}

/// The server's own certificate is the first of its file.
fn own_certificate(path: &str) -> Result<CertificateDer<'static>, String> {
    let first = CertificateDer::pem_file_iter(path).and_then(|mut all| {
        all.next()
            .unwrap_or(Err(rustls::pki_types::pem::Error::NoItemsFound))
    });
    first.map_err(|error| format!("The certificate in {path} cannot be read -- {error}"))
}

#[derive(Debug)]
struct Pinned {
    expected: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if end_entity == &self.expected {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
