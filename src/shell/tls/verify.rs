//! Judging a server's certificate during the handshake.
//!
//! Dates, chain and name are judged apart and put into words. Whether a complaint ends the
//! handshake is the owner's choice: a liveness test must not restart a healthy server because its
//! certificate is self-signed, so only `verify: enable` and a pin make it fail.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::certificate::Certificate;
use super::policy::Policy;
use super::provider::{is_short, proves};
use super::verdicts::{Chain, Verdict, Verdicts};
use crate::engine::CertificateFacts;
use crate::model::Verify;
use crate::reading::{Hasher, hexadecimal};

/// What was found, for whoever asked for the handshake.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) is_seen: bool,
    pub(super) facts: CertificateFacts,
    pub(super) refusal: Option<Box<str>>,
}

#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) policy: Policy,
    /// `None` where the policy's name can be no certificate's.
    pub(super) name: Option<ServerName<'static>>,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) verdicts: Arc<Mutex<Verdicts>>,
    pub(super) judged: Arc<Mutex<Judged>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.judge(end_entity, intermediates, now.as_secs());
        let is_refused = judged.refusal.is_some();
        *self.judged.lock().unwrap_or_else(PoisonError::into_inner) = judged;
        if is_refused {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, certificate, signed, usize::MAX)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // In 1.3 a scheme names its curve, so that only the first algorithm of its row counts.
        self.check_signature(message, certificate, signed, 1)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl Verifier {
    fn judge(&self, leaf: &CertificateDer<'_>, others: &[CertificateDer<'_>], now: u64) -> Judged {
        if let Some(mismatch) = self.pin_mismatch(leaf) {
            return refused(None, mismatch);
        }
        let Some(certificate) = Certificate::parse(leaf) else {
            let words: Box<str> = "the certificate cannot be read".into();
            return match self.policy.verify {
                _ if self.is_binding() => refused(None, words),
                Verify::Disable => accepted(None, None),
                Verify::Unset | Verify::Enable | Verify::AllowSelfSigned => {
                    accepted(None, Some(words))
                }
            };
        };
        let now_signed = i64::try_from(now).unwrap_or(i64::MAX);
        let chain = Chain {
            leaf,
            certificate: &certificate,
            others,
        };
        let days_left = Some((certificate.not_after - now_signed).div_euclid(86_400));
        match self.complaint(&chain, now) {
            // The refusal tells it; a complaint beside it would say it twice.
            Some((words, true)) => refused(days_left, words),
            Some((words, false)) => accepted(days_left, Some(words)),
            None => accepted(days_left, None),
        }
    }

    /// What is wrong with the certificate, the worst first, and whether that ends the handshake.
    fn complaint(&self, chain: &Chain<'_>, now: u64) -> Option<(Box<str>, bool)> {
        let (is_enabled, excuses_self_signed) = match self.policy.verify {
            Verify::Disable => return None,
            Verify::Unset => (false, false),
            Verify::Enable => (true, false),
            Verify::AllowSelfSigned => (true, true),
        };
        if let Some(words) = date_complaint(chain.certificate, now) {
            return Some((words.into(), is_enabled));
        }
        if self.policy.pin.is_some() {
            return short_key(chain.certificate).map(|w| (w, is_enabled));
        }
        let verdict = self
            .verdicts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .judge(chain, &self.policy.terms.authorities, &self.provider, now);
        match verdict {
            Verdict::Trusted => Some((self.name_complaint(chain)?, is_enabled)),
            // A certificate nobody vouches for proves no name either: with `selfsigned: allow` the
            // name is as unimportant as its signer.
            Verdict::SelfSigned if excuses_self_signed => {
                self.name_complaint(chain).map(|words| (words, false))
            }
            Verdict::SelfSigned if is_enabled => Some((SELF_SIGNED_REFUSED.into(), true)),
            Verdict::SelfSigned => Some(("the certificate is self-signed".into(), false)),
            Verdict::Untrusted(words) => Some((words, is_enabled)),
        }
    }

    fn name_complaint(&self, chain: &Chain<'_>) -> Option<Box<str>> {
        let expected = &self.policy.name;
        let Some(name) = &self.name else {
            return Some(format!("`{expected}` can be no name in a certificate").into());
        };
        if !chain.certificate.has_alternative_names {
            let common_name = chain.certificate.subject.in_words();
            return Some(
                format!(
                    "the certificate has no subject alternative name, and its common name \
                     `{common_name}` alone does not count"
                )
                .into(),
            );
        }
        let result = ParsedCertificate::try_from(chain.leaf)
            .and_then(|leaf| verify_server_name(&leaf, name));
        match result {
            Ok(()) => None,
            Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                presented,
                ..
            })) => Some(wrong_name(name, expected, &presented)),
            Err(error) => Some(format!("the name in the certificate is wrong: {error}").into()),
        }
    }

    fn pin_mismatch(&self, leaf: &[u8]) -> Option<Box<str>> {
        let pin = self.policy.pin.as_ref()?;
        let digest = Hasher::hash(pin.kind, leaf);
        (digest != pin.digest).then(|| {
            format!(
                "SSL server certificate checksum failed ({} expected {} got {})",
                pin.kind.name(),
                hexadecimal(&pin.digest),
                hexadecimal(&digest)
            )
            .into()
        })
    }

    /// Whether it matters that the peer owns the certificate's key.
    fn is_binding(&self) -> bool {
        self.policy.pin.is_some() || self.is_verifying()
    }

    fn is_verifying(&self) -> bool {
        matches!(self.policy.verify, Verify::Enable | Verify::AllowSelfSigned)
    }

    /// Checks that the peer owns the key of its certificate; `rows` limits the algorithms tried.
    fn check_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
        rows: usize,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.is_binding() {
            // Whoever answers is taken as it is: nothing depends on its key.
            return Ok(HandshakeSignatureValid::assertion());
        }
        let certificate =
            Certificate::parse(leaf).ok_or(Error::from(CertificateError::BadEncoding))?;
        if !self.is_verifying() && short_key(&certificate).is_some() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let shown = (message, signed.signature());
        let is_proved = is_short(&certificate).is_none()
            && proves(&certificate, &self.provider, signed.scheme, rows, shown);
        match is_proved {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(CertificateError::BadSignature.into()),
        }
    }
}

/// The original's words: scripts look for them.
const SELF_SIGNED_REFUSED: &str = "self signed certificate is not allowed, \
    please use a trusted certificate or use the 'selfsigned: allow' SSL option";

fn accepted(days_left: Option<i64>, complaint: Option<Box<str>>) -> Judged {
    Judged {
        is_seen: true,
        facts: CertificateFacts {
            days_left,
            complaint,
        },
        refusal: None,
    }
}

fn refused(days_left: Option<i64>, words: Box<str>) -> Judged {
    Judged {
        refusal: Some(words),
        ..accepted(days_left, None)
    }
}

fn date_complaint(certificate: &Certificate<'_>, now: u64) -> Option<&'static str> {
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    if now > certificate.not_after {
        Some("certificate has expired")
    } else if now < certificate.not_before {
        Some("certificate is not yet valid")
    } else {
        None
    }
}

/// A key too short for the cryptography used here cannot prove that the peer owns it. Old boxes
/// have such keys; a pinned one is let through with a complaint, unless verification was asked for.
fn short_key(certificate: &Certificate<'_>) -> Option<Box<str>> {
    let bits = is_short(certificate)?;
    Some(format!("its RSA key of {bits} bits is too short to prove who the server is").into())
}

fn wrong_name(name: &ServerName<'_>, expected: &str, presented: &[String]) -> Box<str> {
    /// Names of the certificate that are shown.
    const SHOWN: usize = 4;
    let is_address = matches!(name, ServerName::IpAddress(_));
    let what = if is_address { "address" } else { "name" };
    let mut names: Vec<_> = presented
        .iter()
        .take(SHOWN)
        .map(|name| readable(name))
        .collect();
    if presented.len() > SHOWN {
        names.push(format!("{} more", presented.len() - SHOWN));
    }
    match names.is_empty() {
        true => format!("the certificate is not for the {what} `{expected}`").into(),
        false => format!(
            "the certificate is not for the {what} `{expected}`, but for {}",
            names.join(", ")
        )
        .into(),
    }
}

/// A name of the certificate, which webpki writes as `DnsName("www.example.org")` and
/// `IpAddress(0::1)`, in backticks; the peer chose it.
fn readable(presented: &str) -> String {
    const LONGEST: usize = 64;
    let name = presented
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'))
        .unwrap_or(presented)
        .trim_matches('"');
    if let Ok(address) = name.parse::<IpAddr>() {
        return format!("`{address}`");
    }
    let name = name
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '?' } else { c });
    std::iter::once('`').chain(name).chain(['`']).collect()
}
