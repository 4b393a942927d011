//! Who vouches for a chain of certificates, and the memory of such verdicts.
//!
//! The system's store of trusted authorities is some 200 KiB of text. It is read only for a chain
//! that was not judged lately, and of it only the authorities that this chain names are kept, until
//! the verdict is found. What is remembered is the verdict: a hash and a few words.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use sha2::{Digest, Sha256};

use super::certificate::{Certificate, Name};
use super::provider::is_short;

/// Where systems keep their trusted authorities; the first that can be read is taken.
const SYSTEM_STORES: [&str; 7] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/share/ssl/certs/ca-bundle.crt",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// How many verdicts are remembered; the oldest goes first.
const REMEMBERED: usize = 32;

/// How long a verdict holds: a renewed store or an expired intermediate is noticed within the hour.
const HOLDS_SECONDS: u64 = 3600;

/// Who vouches for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An authority of the system's store.
    Trusted,
    /// It vouches for itself.
    SelfSigned,
    /// Nobody known here, for this reason.
    Untrusted(Box<str>),
}

/// Judges chains against a store and remembers.
#[derive(Debug)]
pub(super) struct Verdicts {
    stores: Vec<Box<Path>>,
    remembered: Vec<Remembered>,
}

#[derive(Debug)]
struct Remembered {
    chain: [u8; 32],
    until: u64,
    verdict: Verdict,
}

/// What a server presented: its certificate as it is and taken apart, and those it sent along.
pub(super) struct Chain<'a> {
    pub(super) leaf: &'a CertificateDer<'a>,
    pub(super) certificate: &'a Certificate<'a>,
    pub(super) others: &'a [CertificateDer<'a>],
}

impl Verdicts {
    /// Judges against the system's store.
    pub(super) fn system() -> Self {
        Self::with_stores(SYSTEM_STORES.iter().map(|path| Path::new(path).into()))
    }

    /// Judges against the first of these stores that can be read.
    pub(super) fn with_stores(stores: impl Iterator<Item = Box<Path>>) -> Self {
        Self {
            stores: stores.collect(),
            remembered: Vec::new(),
        }
    }

    /// Who vouches for `chain`, dates of its leaf aside.
    pub(super) fn judge(
        &mut self,
        chain: &Chain<'_>,
        authorities: &[Box<str>],
        provider: &Arc<CryptoProvider>,
        now: u64,
    ) -> Verdict {
        let hash = chain.hash(authorities);
        let is_fresh =
            |r: &&Remembered| r.chain == hash && (now..=now + HOLDS_SECONDS).contains(&r.until);
        if let Some(known) = self.remembered.iter().find(is_fresh) {
            return known.verdict.clone();
        }
        let verdict = self.look_up(chain, authorities, provider, now);
        self.remembered.retain(|r| r.chain != hash);
        if self.remembered.len() == REMEMBERED {
            self.remembered.remove(0);
        }
        self.remembered.push(Remembered {
            chain: hash,
            until: now + HOLDS_SECONDS,
            verdict: verdict.clone(),
        });
        verdict
    }

    fn look_up(
        &self,
        chain: &Chain<'_>,
        authorities: &[Box<str>],
        provider: &Arc<CryptoProvider>,
        now: u64,
    ) -> Verdict {
        let stores = match authorities.is_empty() {
            true => self.system_store(),
            false => named_stores(authorities),
        };
        let Some(anchors) = anchors_for(chain, stores) else {
            return Verdict::Untrusted("there is no store of trusted authorities here".into());
        };
        match anchors {
            Anchors::TheLeafItself => Verdict::Trusted,
            Anchors::Authorities(roots) => chain.verify(&roots, provider, now),
        }
    }

    /// The first of the system's stores that can be read.
    fn system_store(&self) -> Vec<Box<Path>> {
        let mut stores = self.stores.iter();
        let readable = stores.find(|path| CertificateDer::pem_file_iter(path).is_ok());
        readable.cloned().into_iter().collect()
    }
}

/// The files that `cacertificatefile` names, and those in the directory of `cacertificatepath`.
fn named_stores(authorities: &[Box<str>]) -> Vec<Box<Path>> {
    let mut stores = Vec::new();
    for path in authorities.iter().map(|path| Path::new(&**path)) {
        match std::fs::read_dir(path) {
            Ok(entries) => {
                let files = entries.flatten().map(|entry| entry.path());
                stores.extend(files.map(std::path::PathBuf::into_boxed_path));
            }
            Err(_) => stores.push(path.into()),
        }
    }
    stores
}

/// The authorities of these stores that `chain` names; `None` where no store can be read.
fn anchors_for(chain: &Chain<'_>, stores: Vec<Box<Path>>) -> Option<Anchors> {
    let issuers = chain.issuers();
    let mut roots = RootCertStore::empty();
    let mut any = false;
    for path in stores {
        let Ok(store) = CertificateDer::pem_file_iter(&path) else {
            continue;
        };
        any = true;
        for root in store.flatten() {
            if root == *chain.leaf {
                return Some(Anchors::TheLeafItself);
            }
            let is_named = Certificate::parse(&root)
                .is_some_and(|certificate| issuers.contains(&certificate.subject));
            let may_vouch = is_named && !is_weak(&root);
            if may_vouch {
                // One that webpki cannot read cannot vouch either.
                let _ = roots.add(root);
            }
        }
    }
    any.then_some(Anchors::Authorities(roots))
}

/// Whether nothing is proved by what this one signed.
fn is_weak(der: &CertificateDer<'_>) -> bool {
    Certificate::parse(der).is_some_and(|certificate| is_short(&certificate).is_some())
}

enum Anchors {
    TheLeafItself,
    Authorities(RootCertStore),
}

impl<'a> Chain<'a> {
    /// What it is remembered by; another store may judge it otherwise.
    fn hash(&self, authorities: &[Box<str>]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for path in authorities {
            hasher.update(path.as_bytes());
            hasher.update([0]);
        }
        for certificate in std::iter::once(self.leaf).chain(self.others) {
            hasher.update(certificate);
        }
        hasher.finalize().into()
    }

    fn issuers(&self) -> Vec<Name<'a>> {
        let others = self.others.iter().filter_map(|der| Certificate::parse(der));
        std::iter::once(self.certificate.issuer)
            .chain(others.map(|certificate| certificate.issuer))
            .collect()
    }

    fn verify(&self, roots: &RootCertStore, provider: &Arc<CryptoProvider>, now: u64) -> Verdict {
        // The leaf's dates are judged apart; here they must not hide what the chain is worth.
        let second = |date: i64| u64::try_from(date).unwrap_or(0);
        let (first, last) = (
            second(self.certificate.not_before),
            second(self.certificate.not_after),
        );
        let at =
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.min(last).max(first)));
        let others = self.others.iter().filter(|der| !is_weak(der));
        let others: Vec<_> = others.map(|der| CertificateDer::from(&**der)).collect();
        let result = ParsedCertificate::try_from(self.leaf).and_then(|leaf| {
            let algorithms = provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&leaf, roots, &others, at, algorithms)
        });
        match result {
            Ok(()) => Verdict::Trusted,
            Err(_) if self.certificate.is_self_issued() => Verdict::SelfSigned,
            Err(error) => Verdict::Untrusted(self.reason(&error)),
        }
    }

    fn reason(&self, error: &Error) -> Box<str> {
        let Error::InvalidCertificate(error) = error else {
            return format!("the chain of certificates is wrong: {error}").into();
        };
        if matches!(error, CertificateError::UnknownIssuer) {
            if self.others.iter().any(is_weak) {
                return "the key of one of its issuers is too short".into();
            }
            return self.missing_issuer();
        }
        if matches!(
            error,
            CertificateError::Expired | CertificateError::ExpiredContext { .. }
        ) {
            return "the certificate of one of its issuers has expired".into();
        }
        format!("the chain of certificates is wrong: {error}").into()
    }

    /// Follows the chain as far as it goes and names the authority where it ends.
    fn missing_issuer(&self) -> Box<str> {
        let others: Vec<_> = self
            .others
            .iter()
            .filter_map(|der| Certificate::parse(der))
            .collect();
        let mut last = self.certificate;
        // Each step uses up one certificate, so that two that name each other end.
        for _ in &others {
            match others.iter().find(|other| other.subject == last.issuer) {
                Some(next) if !last.is_self_issued() => last = next,
                Some(_) | None => break,
            }
        }
        let issuer = last.issuer.in_words();
        if last.is_self_issued() {
            format!("its authority `{issuer}` is not trusted here").into()
        } else {
            format!(
                "the server did not send the certificate of the issuer `{issuer}`, \
                 and it is not trusted here"
            )
            .into()
        }
    }
}
