//! The certificates of `tests/data/tls`, made by `contrib/make-test-certificates`.

use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::model::HttpdTls;

macro_rules! data {
    ($($name:ident = $file:literal;)+) => {$(
        pub(in crate::shell) const $name: &str =
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/", $file);
    )+};
}

data! {
    CA = "ca.pem";
    INTERMEDIATE = "intermediate.pem";
    GOOD = "good.pem";
    IP = "ip.pem";
    CN_ONLY = "cn-only.pem";
    EXPIRED = "expired.pem";
    FUTURE = "future.pem";
    SELF_SIGNED = "self-signed.pem";
    VERSION_1 = "version1.pem";
    SHORT = "short.pem";
    LEAF_KEY = "leaf.key";
    RSA_KEY = "rsa.key";
    RSA_PKCS1_KEY = "rsa-pkcs1.key";
    SHORT_KEY = "short.key";
}

/// The first certificate of a file.
pub(in crate::shell) fn der(path: &str) -> Vec<u8> {
    CertificateDer::from_pem_file(path).unwrap().to_vec()
}

/// A file that is gone when the test is.
pub(in crate::shell) struct Scratch(PathBuf);

impl Scratch {
    pub(in crate::shell) fn new(name: &str, content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tend-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    /// The content of several files, one after the other.
    pub(in crate::shell) fn joined(name: &str, parts: &[&str]) -> Self {
        let parts: Vec<_> = parts
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        Self::new(name, &parts.concat())
    }

    pub(in crate::shell) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// Chain and key of a status page.
pub(in crate::shell) fn files(chain: &str, key: &str) -> HttpdTls {
    HttpdTls {
        clients: None,
        versions: crate::model::TlsVersions::Both,
        chain: chain.into(),
        key: key.into(),
    }
}
