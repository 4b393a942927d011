//! The clients a server lets in by their certificates (`clientpemfile`).

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::identity;
use super::provider::provider;

/// Those whose very certificate is in the file. Nobody needs to vouch for it: being in the file is
/// what the manual asks for ("Client certificates"). Our own command line is let in by the server's
/// certificate: who has its key may read the control file.
#[derive(Debug)]
pub(super) struct Clients {
    known: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Clients {
    /// Reads the certificates of a PEM file; `own` is the server's.
    pub(super) fn load(path: &str, own: &CertificateDer<'static>) -> Result<Self, Box<str>> {
        let mut known = identity::chain(path, &identity::read(path)?)?;
        known.push(own.clone());
        Ok(Self {
            known,
            provider: provider(),
        })
    }
}

impl ClientCertVerifier for Clients {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match self.known.iter().any(|known| known == end_entity) {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
