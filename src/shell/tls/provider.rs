//! The cryptography under TLS: the one place that chooses it (see `Cargo.toml` for where and why).
//!
//! ring signs with no RSA key under 2048 bits and verifies none; the other knows no limit, so that
//! whoever asks has to look at [`is_short`] itself.

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::crypto::CryptoProvider;
use rustls::sign::SigningKey;

use super::certificate::Certificate;

/// The provider of this build.
pub fn provider() -> Arc<CryptoProvider> {
    #[cfg(not(all(target_arch = "x86", not(target_feature = "sse2"))))]
    let provider = rustls::crypto::ring::default_provider();
    #[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
    let provider = rustls_rustcrypto::provider();
    Arc::new(provider)
}

/// Bits of an RSA key that is shorter than is let pass as a proof; `None` for any other key.
pub(super) fn is_short(certificate: &Certificate<'_>) -> Option<usize> {
    certificate.rsa_bits().filter(|bits| *bits < 2048)
}

/// Whether the owner of this certificate made the signature. In TLS 1.3 a scheme names its curve,
/// so that only the first algorithm of its row counts; `rows` is how many do.
pub(super) fn proves(
    certificate: &Certificate<'_>,
    provider: &CryptoProvider,
    scheme: SignatureScheme,
    rows: usize,
    (message, signature): (&[u8], &[u8]),
) -> bool {
    let mapping = provider.signature_verification_algorithms.mapping;
    mapping
        .iter()
        .filter(|(of, _)| *of == scheme)
        .flat_map(|(_, algorithms)| algorithms.iter().take(rows))
        .filter(|algorithm| *algorithm.public_key_alg_id() == *certificate.key_algorithm)
        .any(|algorithm| {
            algorithm
                .verify_signature(certificate.key, message, signature)
                .is_ok()
        })
}

/// Whether this key is the certificate's. Not every provider tells the public half of a key; then
/// a signature shows it.
pub(super) fn belongs(
    key: &dyn SigningKey,
    certificate: &Certificate<'_>,
    provider: &CryptoProvider,
) -> bool {
    const MESSAGE: &[u8] = b"whose key is this";
    if let Some(public) = key.public_key() {
        return certificate.has_key(&public);
    }
    let schemes = provider
        .signature_verification_algorithms
        .supported_schemes();
    key.choose_scheme(&schemes).is_some_and(|signer| {
        signer.sign(MESSAGE).is_ok_and(|signature| {
            let signed = (MESSAGE, &*signature);
            proves(certificate, provider, signer.scheme(), usize::MAX, signed)
        })
    })
}
