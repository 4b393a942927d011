//! The status page's side: its certificate and key, read once, and a handshake for each client.

use std::sync::{Arc, Mutex};

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Connection, ServerConfig, ServerConnection};

use super::certificate::Certificate;
use super::channel::Channel;
use super::verify::Judged;
use crate::model::HttpdTls;
use crate::sys::{errno, file};

/// A longer file holds something else.
const PEM_LIMIT: usize = 1024 * 1024;

/// The most certificates of a chain that are served; what follows in the file is not ours.
const MAX_CHAIN: usize = 16;

/// A certificate with its key, ready for handshakes.
#[derive(Clone, Debug)]
pub struct Server {
    config: Arc<ServerConfig>,
}

impl Server {
    /// Reads chain and key, and says which part is missing or wrong.
    pub fn load(files: &HttpdTls) -> Result<Self, Box<str>> {
        let chain = read(&files.chain)?;
        let key = read(&files.key)?;
        Self::from_pem(files, &chain, &key)
    }

    /// Takes chain and key from what is in their files. The check of a control file asks this same
    /// function, so that what passes the check also starts.
    pub fn from_pem(files: &HttpdTls, chain_pem: &[u8], key_pem: &[u8]) -> Result<Self, Box<str>> {
        let chain = chain(&files.chain, chain_pem)?;
        let key = key(&files.key, key_pem)?;
        let certified = certify(chain, &key, files)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        // A page that is looked at now and then gains nothing from resumed sessions, and they are
        // memory that a stranger fills.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Begins the handshake with one client.
    pub fn accept(&self) -> Result<Channel, Box<str>> {
        let tls = ServerConnection::new(self.config.clone())
            .map_err(|error| format!("SSL connection error: {error}"))?;
        let judged = Arc::new(Mutex::new(Judged::default()));
        Ok(Channel::new(Connection::Server(tls), judged))
    }
}

/// Puts certificate and key together. rustls has a function for it, which refuses the version 1
/// certificates of old boxes.
fn certify(
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'_>,
    files: &HttpdTls,
) -> Result<CertifiedKey, Box<str>> {
    let leaf = chain
        .first()
        .and_then(|leaf| Certificate::parse(leaf))
        .ok_or_else(|| format!("the certificate in `{}` cannot be read", files.chain))?;
    let key = ring::sign::any_supported_type(key).map_err(|error| {
        match leaf.rsa_bits().filter(|bits| *bits < 2048) {
            Some(bits) => format!(
                "the RSA key in `{}` has {bits} bits, and at least 2048 are needed",
                files.key
            ),
            None => format!("the private key in `{}` cannot be used: {error}", files.key),
        }
    })?;
    let public = key.public_key();
    if public.is_some_and(|public| !leaf.has_key(&public)) {
        return Err(format!(
            "the private key in `{}` does not belong to the certificate in `{}`",
            files.key, files.chain
        )
        .into());
    }
    Ok(CertifiedKey::new(chain, key))
}

fn read(path: &str) -> Result<Vec<u8>, Box<str>> {
    file::read_whole(path, PEM_LIMIT)
        .map_err(|error| format!("`{path}` cannot be read: {}", errno::words(&error)).into())
}

fn chain(path: &str, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, Box<str>> {
    let certificates = CertificateDer::pem_slice_iter(content)
        .take(MAX_CHAIN)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| in_words(path, &error))?;
    match certificates.is_empty() {
        true => Err(format!("there is no certificate in `{path}`").into()),
        false => Ok(certificates),
    }
}

fn key(path: &str, content: &[u8]) -> Result<PrivateKeyDer<'static>, Box<str>> {
    match PrivateKeyDer::from_pem_slice(content) {
        Ok(key) => Ok(key),
        Err(_) if is_encrypted(content) => Err(format!(
            "the private key in `{path}` is encrypted, \
             and there is nobody to ask for the passphrase"
        )
        .into()),
        Err(pem::Error::NoItemsFound) => Err(format!("there is no private key in `{path}`").into()),
        Err(error) => Err(in_words(path, &error)),
    }
}

fn is_encrypted(text: &[u8]) -> bool {
    let has = |words: &[u8]| text.windows(words.len()).any(|window| window == words);
    has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED")
}

fn in_words(path: &str, error: &pem::Error) -> Box<str> {
    format!("`{path}` is no PEM file: {error}").into()
}
