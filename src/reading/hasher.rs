//! Checksums of files, HTTP bodies and certificates: one hasher for the three kinds.

use md5::Digest;

use crate::model::ChecksumKind;

/// A hash being computed, piece by piece.
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new(kind: ChecksumKind) -> Self {
        Self(match kind {
            ChecksumKind::Md5 => State::Md5(md5::Md5::new()),
            ChecksumKind::Sha1 => State::Sha1(sha1::Sha1::new()),
            ChecksumKind::Sha256 => State::Sha256(sha2::Sha256::new()),
        })
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Md5(hash) => hash.update(bytes),
            State::Sha1(hash) => hash.update(bytes),
            State::Sha256(hash) => hash.update(bytes),
        }
    }

    /// The hash of all pieces.
    pub fn finish(self) -> Box<[u8]> {
        match self.0 {
            State::Md5(hash) => hash.finalize().as_slice().into(),
            State::Sha1(hash) => hash.finalize().as_slice().into(),
            State::Sha256(hash) => hash.finalize().as_slice().into(),
        }
    }

    /// The hash of `bytes`.
    pub fn hash(kind: ChecksumKind, bytes: &[u8]) -> Box<[u8]> {
        let mut hasher = Self::new(kind);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// `bytes` in lower-case hexadecimal, as checksums are written.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        for (kind, expected) in [
            (ChecksumKind::Md5, "5d41402abc4b2a76b9719d911017c592"),
            (
                ChecksumKind::Sha1,
                "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
            ),
            (
                ChecksumKind::Sha256,
                "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            ),
        ] {
            assert_eq!(hexadecimal(&Hasher::hash(kind, b"hello")), expected);
            let mut pieces = Hasher::new(kind);
            pieces.update(b"he");
            pieces.update(b"");
            pieces.update(b"llo");
            let hash = pieces.finish();
            assert_eq!(hash.len(), kind.length());
            assert_eq!(hexadecimal(&hash), expected);
        }
    }
}
