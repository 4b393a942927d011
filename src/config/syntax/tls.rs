//! What is said about TLS, by itself and where nothing else is said (`set ssl`).

use super::Text;
use crate::model::{CertificatePin, TlsVersions};
use crate::text::{Span, Spanned};

/// A block of options: `None` where it says nothing.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct TlsSyntax {
    pub(in crate::config) verify: Option<Spanned<bool>>,
    pub(in crate::config) allow_self_signed: Option<bool>,
    pub(in crate::config) versions: Option<TlsVersions>,
    /// Of a server: its certificate and key in one file, or each in its own.
    pub(in crate::config) pemfile: Option<Text>,
    pub(in crate::config) pemchain: Option<Text>,
    pub(in crate::config) pemkey: Option<Text>,
    pub(in crate::config) client_pem: Option<Text>,
    pub(in crate::config) authorities_file: Option<Text>,
    pub(in crate::config) authorities_directory: Option<Text>,
}

impl TlsSyntax {
    /// These options, and what `usual` says where they say nothing.
    #[must_use]
    pub(in crate::config) fn or(self, usual: &Self) -> Self {
        let usual = usual.clone();
        let names_itself = self.names_server();
        let server = if names_itself { &self } else { &usual };
        let (pemfile, pemchain, pemkey) = (
            server.pemfile.clone(),
            server.pemchain.clone(),
            server.pemkey.clone(),
        );
        Self {
            verify: self.verify.or(usual.verify),
            allow_self_signed: self.allow_self_signed.or(usual.allow_self_signed),
            versions: self.versions.or(usual.versions),
            pemfile,
            pemchain,
            pemkey,
            client_pem: self.client_pem.or(usual.client_pem),
            authorities_file: self.authorities_file.or(usual.authorities_file),
            authorities_directory: self.authorities_directory.or(usual.authorities_directory),
        }
    }

    /// Whether a part of a server's certificate and key is named.
    pub(in crate::config) const fn names_server(&self) -> bool {
        self.pemfile.is_some() || self.pemchain.is_some() || self.pemkey.is_some()
    }

    /// Whether both parts of them are.
    pub(in crate::config) const fn is_complete(&self) -> bool {
        self.pemfile.is_some() || (self.pemchain.is_some() && self.pemkey.is_some())
    }
}

/// TLS towards a peer.
#[derive(Clone, Debug)]
pub(in crate::config) struct PeerTlsSyntax {
    /// What asked for TLS.
    pub(in crate::config) span: Span,
    /// Begin in plain text.
    pub(in crate::config) starttls: bool,
    pub(in crate::config) pin: Option<CertificatePin>,
    pub(in crate::config) options: TlsSyntax,
}

/// `ssl enable`, `ssl { … }`: TLS of the status page.
#[derive(Debug)]
pub(in crate::config) struct HttpdTlsSyntax {
    /// The word that asked for TLS.
    pub(in crate::config) span: Span,
    pub(in crate::config) options: TlsSyntax,
}
