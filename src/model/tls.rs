//! TLS towards a peer: when it begins, which versions, whom it trusts.

use super::ChecksumKind;

/// When TLS begins, and how it judges the peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsOptions {
    /// Begin in plain text and change to TLS by the protocol's own STARTTLS: `protocol smtp using
    /// tls`; otherwise TLS comes first.
    pub starttls: bool,
    /// `verify: enable|disable`, `selfsigned: allow`.
    pub verify: Verify,
    /// `certmd5 HEX`, `certificate checksum [md5|sha1|sha256] HEX`: pins the peer.
    pub pin: Option<CertificatePin>,
    /// What else was said.
    pub terms: TlsTerms,
}

/// What a certificate that cannot be verified means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Nothing was said: reported, but no failure in a liveness test.
    #[default]
    Unset,
    /// `verify: enable`: a failure.
    Enable,
    /// `verify: enable` with `selfsigned: allow`: a failure unless it is self-signed.
    AllowSelfSigned,
    /// `verify: disable`: not even reported.
    Disable,
}

/// A certificate's expected hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificatePin {
    /// Which hash.
    pub kind: ChecksumKind,
    /// Its bytes.
    pub digest: Box<[u8]>,
}

/// What holds for TLS towards a peer beside how far it is trusted; the usual where nothing was
/// said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsTerms {
    /// `version: …`.
    pub versions: TlsVersions,
    /// `cacertificatefile`, `cacertificatepath`: the files and directories whose authorities are
    /// trusted instead of the system's; empty for the system's.
    pub authorities: Vec<Box<str>>,
    /// `clientpemfile`: the certificate and key shown to a peer that asks who we are.
    pub client_pem: Option<Box<str>>,
}

/// Which versions of TLS may be spoken; older ones never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersions {
    /// `auto`: 1.2 and 1.3, whichever the peer prefers.
    #[default]
    Both,
    /// `tlsv12` alone.
    Only12,
    /// `tlsv13` alone.
    Only13,
}
