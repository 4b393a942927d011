//! A certificate as far as tend has to understand it: names, dates and key, straight from its DER.
//!
//! webpki verifies chains and names but tells neither dates nor names, and it refuses the version 1
//! certificates that are still found on old boxes. This walk reads exactly the fields of RFC 5280
//! section 4.1 that are used, allocates nothing, trusts no length, and verifies nothing.

use super::der::{self, Der};

/// The fields of a certificate; they borrow its bytes.
#[derive(Debug)]
pub(super) struct Certificate<'a> {
    /// The issuer's name, as a whole DER value: names are compared byte by byte, as webpki does.
    pub(super) issuer: Name<'a>,
    /// The subject's name.
    pub(super) subject: Name<'a>,
    /// First second of its validity, since 1970.
    pub(super) not_before: i64,
    /// Last second of its validity.
    pub(super) not_after: i64,
    /// The inside of the key's `AlgorithmIdentifier`.
    pub(super) key_algorithm: &'a [u8],
    /// The key's bits.
    pub(super) key: &'a [u8],
    /// Whether it has a subjectAltName extension.
    pub(super) has_alternative_names: bool,
}

/// A distinguished name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a>(&'a [u8]);

const VERSION: u8 = der::CONTEXT | der::CONSTRUCTED;
const EXTENSIONS: u8 = der::CONTEXT | der::CONSTRUCTED | 3;
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

impl<'a> Certificate<'a> {
    /// Reads `der`; `None` if it is no certificate.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut outer = Der::new(Der::new(der).expect(der::SEQUENCE)?);
        let mut body = Der::new(outer.expect(der::SEQUENCE)?);
        body.skip_if(VERSION);
        body.expect(der::INTEGER)?; // serial number
        body.expect(der::SEQUENCE)?; // signature algorithm
        let issuer = Name(body.expect(der::SEQUENCE)?);
        let mut validity = Der::new(body.expect(der::SEQUENCE)?);
        let not_before = der::unix_seconds(validity.next()?)?;
        let not_after = der::unix_seconds(validity.next()?)?;
        let subject = Name(body.expect(der::SEQUENCE)?);
        let (key_algorithm, key) = public_key(body)?;
        body.next()?;
        Some(Self {
            issuer,
            subject,
            not_before,
            not_after,
            key_algorithm,
            key,
            has_alternative_names: has_alternative_names(body),
        })
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether its key is the one in this `SubjectPublicKeyInfo`.
    pub(super) fn has_key(&self, key_info: &[u8]) -> bool {
        public_key(Der::new(key_info)) == Some((self.key_algorithm, self.key))
    }

    /// The length of an RSA key; `None` for other keys.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        if Der::new(self.key_algorithm).expect(der::OBJECT_IDENTIFIER)? != RSA_ENCRYPTION {
            return None;
        }
        let modulus = Der::new(Der::new(self.key).expect(der::SEQUENCE)?).expect(der::INTEGER)?;
        let leading_zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        Some((modulus.len() - leading_zeros) * 8)
    }
}

/// The next value as a `SubjectPublicKeyInfo`: the inside of its `AlgorithmIdentifier`, and its
/// bits.
fn public_key(mut der: Der<'_>) -> Option<(&[u8], &[u8])> {
    let mut key_info = Der::new(der.expect(der::SEQUENCE)?);
    let algorithm = key_info.expect(der::SEQUENCE)?;
    let (unused_bits, key) = key_info.expect(der::BIT_STRING)?.split_first()?;
    (*unused_bits == 0).then_some((algorithm, key))
}

/// Walks what follows the key: unique ids that nobody uses, then the extensions.
fn has_alternative_names(mut rest: Der<'_>) -> bool {
    let extensions = std::iter::from_fn(|| rest.next())
        .find(|value| value.tag == EXTENSIONS)
        .and_then(|wrapped| Der::new(wrapped.content).expect(der::SEQUENCE));
    let mut extensions = Der::new(extensions.unwrap_or_default());
    std::iter::from_fn(|| extensions.next()).any(|extension| {
        let id = Der::new(extension.content).expect(der::OBJECT_IDENTIFIER);
        id == Some(SUBJECT_ALTERNATIVE_NAME)
    })
}

impl Name<'_> {
    /// What a person calls it: the common name, else the organization; printable and short.
    pub(super) fn in_words(self) -> String {
        const LONGEST: usize = 64;
        let bytes = self
            .attribute(COMMON_NAME)
            .or_else(|| self.attribute(ORGANIZATION))
            .unwrap_or(b"(no name)");
        String::from_utf8_lossy(bytes)
            .chars()
            .take(LONGEST)
            .map(|c| if c.is_control() { '?' } else { c })
            .collect()
    }

    fn attribute(&self, id: &[u8]) -> Option<&[u8]> {
        let mut sets = Der::new(self.0);
        std::iter::from_fn(|| sets.next()).find_map(|set| {
            let mut attribute = Der::new(Der::new(set.content).expect(der::SEQUENCE)?);
            let found = attribute.expect(der::OBJECT_IDENTIFIER)? == id;
            let value = attribute.next()?;
            found.then_some(value.content)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_data::{self, der};
    use super::*;
    use crate::time::WallTime;

    fn date(seconds: i64) -> String {
        WallTime::new(seconds * 1000, 0).iso8601()
    }

    #[test]
    fn fields_of_a_modern_certificate() {
        let der = der(test_data::GOOD);
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.subject.in_words(), "localhost");
        assert_eq!(certificate.issuer.in_words(), "tend test intermediate CA");
        assert_eq!(date(certificate.not_before), "2025-01-01T00:00:00+0000");
        assert_eq!(date(certificate.not_after), "2125-01-01T00:00:00+0000");
        assert!(certificate.has_alternative_names);
        assert!(!certificate.is_self_issued());
        assert_eq!(certificate.rsa_bits(), None);
    }

    #[test]
    fn certificates_of_old_boxes() {
        let der_1 = der(test_data::VERSION_1);
        let version_1 = Certificate::parse(&der_1).unwrap();
        assert!(version_1.is_self_issued());
        assert!(!version_1.has_alternative_names);
        assert_eq!(version_1.rsa_bits(), Some(2048));
        let short = der(test_data::SHORT);
        assert_eq!(Certificate::parse(&short).unwrap().rsa_bits(), Some(1024));
        let no_names = der(test_data::CN_ONLY);
        assert!(!Certificate::parse(&no_names).unwrap().has_alternative_names);
    }

    #[test]
    fn cut_and_damaged_certificates_are_refused_or_read_but_never_panic() {
        let whole = der(test_data::SELF_SIGNED);
        for length in 0..whole.len() {
            assert!(Certificate::parse(&whole[..length]).is_none(), "{length}");
        }
        for place in 0..whole.len() {
            for value in [0x00, 0x30, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] = value;
                if let Some(certificate) = Certificate::parse(&damaged) {
                    certificate.subject.in_words();
                    certificate.rsa_bits();
                }
            }
        }
    }
}
