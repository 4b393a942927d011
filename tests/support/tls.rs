//! TLS for the peers and for the client of the status page, with one test certificate.
//!
//! `certificate.pem` is for `localhost` and 127.0.0.1, signed by its own key and good until the
//! end of this century. The key is no secret.

use std::net::TcpStream;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ALL_VERSIONS, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
    ServerConfig, ServerConnection, SignatureScheme, StreamOwned, SupportedProtocolVersion,
};
use tend::shell::tls::provider;

/// The certificate, as a file holds it.
pub(crate) const CERTIFICATE: &str = include_str!("certificate.pem");

/// Its key, as a file holds it.
pub(crate) const KEY: &str = include_str!("key.pem");

/// The certificate's own bytes, what a fingerprint is taken of.
pub(crate) fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).expect("our own file")
}

/// The peer's side of a connection.
pub(crate) fn accept(stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    accept_as(stream, (CERTIFICATE, KEY), ALL_VERSIONS)
}

/// The same with this certificate and key, and these versions only.
pub(crate) fn accept_as(
    stream: TcpStream,
    (certificate, key): (&str, &str),
    versions: &[&'static SupportedProtocolVersion],
) -> StreamOwned<ServerConnection, TcpStream> {
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("our own file");
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .expect("it speaks TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.expect("our own file")], key)
        .expect("key and certificate belong together");
    let connection = ServerConnection::new(Arc::new(config)).expect("a sound configuration");
    StreamOwned::new(connection, stream)
}

/// The client's side of a connection to a server that shows the test certificate.
pub(crate) fn connect(stream: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let provider = provider();
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("it speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Ours(provider)))
        .with_no_client_auth();
    connect_with(stream, config)
}

/// The client's side of a connection of this version to a server that this authority vouches for.
pub(crate) fn connect_by(
    stream: TcpStream,
    authority: &str,
    version: &'static SupportedProtocolVersion,
) -> StreamOwned<ClientConnection, TcpStream> {
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).expect("our own file");
    let mut store = RootCertStore::empty();
    store.add(authority).expect("an authority's certificate");
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .expect("it speaks TLS 1.2 and 1.3")
        .with_root_certificates(store)
        .with_no_client_auth();
    connect_with(stream, config)
}

fn connect_with(
    stream: TcpStream,
    config: ClientConfig,
) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a sound configuration");
    StreamOwned::new(connection, stream)
}

/// Trusts the test certificate and no other.
#[derive(Debug)]
struct Ours(Arc<CryptoProvider>);

impl ServerCertVerifier for Ours {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *end_entity == certificate() {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General("not the test certificate".into()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
