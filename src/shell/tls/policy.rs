//! What is asked of a server's certificate.

use crate::model::{CertificatePin, TlsTerms, Verify};

/// How the peer is to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What a complaint means.
    pub verify: Verify,
    /// The only certificate that will do; it needs nobody else to vouch for it.
    pub pin: Option<CertificatePin>,
    /// Versions, authorities, and what we show of ourselves.
    pub terms: TlsTerms,
    /// The host as the control file names it: a name or an address.
    pub name: Box<str>,
}
