//! The status server's certificate and key, read when the first client wants TLS.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::{ServerConfig, ServerConnection};

use crate::model::HttpdTls;

/// A longer file is no certificate.
const LARGEST_PEM: u64 = 1024 * 1024;

/// Reads both files and makes of them what every client's connection shares.
pub(super) fn load(files: &HttpdTls) -> Result<Arc<ServerConfig>, String> {
    configure(&read(&files.chain)?, &read(&files.key)?)
        .map_err(|error| format!("{} and {}: {error}", files.chain, files.key))
}

/// A server's TLS from PEM text. The check of the control file asks this same function, so that
/// what passes the check also starts.
pub fn configure(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let chain = certificates(chain).ok_or("there is no certificate")?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| "there is no private key")?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| error.to_string())?;
    // Remembered sessions would be the largest thing in memory, for a handful of clients a day.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The server's own certificate, the first of its file.
pub fn own(path: &str) -> Result<CertificateDer<'static>, String> {
    certificates(&read(path)?)
        .and_then(|chain| chain.into_iter().next())
        .ok_or_else(|| format!("{path}: there is no certificate"))
}

fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    chain.ok().filter(|chain| !chain.is_empty())
}

/// Begins to speak TLS with a client.
pub(super) fn connect(config: &Arc<ServerConfig>) -> Result<Box<ServerConnection>, String> {
    ServerConnection::new(Arc::clone(config))
        .map(Box::new)
        .map_err(|error| error.to_string())
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let words = |error: io::Error| format!("{path}: {}", crate::sys::errno::words(&error));
    let mut content = Vec::new();
    File::open(path)
        .map_err(words)?
        .take(LARGEST_PEM)
        .read_to_end(&mut content)
        .map_err(words)?;
    Ok(content)
}
