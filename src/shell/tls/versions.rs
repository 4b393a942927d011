//! The versions of TLS that may be spoken.

use rustls::version::{TLS12, TLS13};
use rustls::{ALL_VERSIONS, SupportedProtocolVersion};

use crate::model::TlsVersions;

const ONLY_12: &[&SupportedProtocolVersion] = &[&TLS12];
const ONLY_13: &[&SupportedProtocolVersion] = &[&TLS13];

/// As rustls wants them.
pub(super) const fn versions(wanted: TlsVersions) -> &'static [&'static SupportedProtocolVersion] {
    match wanted {
        TlsVersions::Both => ALL_VERSIONS,
        TlsVersions::Only12 => ONLY_12,
        TlsVersions::Only13 => ONLY_13,
    }
}
