//! A certificate with its key, as a server shows it to its clients or a client to servers.

use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::certificate::Certificate;
use super::provider::{belongs, is_short, provider};
use crate::sys::{errno, file};

/// A longer file holds something else.
const PEM_LIMIT: usize = 1024 * 1024;

/// The most certificates of a chain that are shown; what follows in the file is not ours.
const MAX_CHAIN: usize = 16;

/// What a client shows of itself: the certificates of one file and the key of another, or of the
/// same.
///
/// # Errors
///
/// Which part is missing or wrong.
pub fn client_identity(chain: &str, key: &str) -> Result<Arc<SingleCertAndKey>, Box<str>> {
    let certified = certify((chain, &read(chain)?), (key, &read(key)?))?;
    Ok(Arc::new(SingleCertAndKey::from(certified)))
}

/// Puts the certificates of one file and the key of another together, each given as its path and
/// what is in it. rustls has a function for it, which refuses the version 1 certificates of old
/// boxes.
pub(super) fn certify(
    (chain_path, chain_pem): (&str, &[u8]),
    (key_path, key_pem): (&str, &[u8]),
) -> Result<CertifiedKey, Box<str>> {
    let chain = chain(chain_path, chain_pem)?;
    let key = key(key_path, key_pem)?;
    let leaf = chain
        .first()
        .and_then(|leaf| Certificate::parse(leaf))
        .ok_or_else(|| format!("the certificate in `{chain_path}` cannot be read"))?;
    if let Some(bits) = is_short(&leaf) {
        return Err(format!(
            "the RSA key in `{key_path}` has {bits} bits, and at least 2048 are needed"
        )
        .into());
    }
    let provider = provider();
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|error| format!("the private key in `{key_path}` cannot be used: {error}"))?;
    if !belongs(&*key, &leaf, &provider) {
        return Err(format!(
            "the private key in `{key_path}` does not belong to the certificate in `{chain_path}`"
        )
        .into());
    }
    Ok(CertifiedKey::new(chain, key))
}

/// What is in a PEM file.
pub(super) fn read(path: &str) -> Result<Vec<u8>, Box<str>> {
    file::read_whole(path, PEM_LIMIT)
        .map_err(|error| format!("`{path}` cannot be read: {}", errno::words(&error)).into())
}

/// The certificates of a PEM file; at least one.
pub(super) fn chain(path: &str, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, Box<str>> {
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
