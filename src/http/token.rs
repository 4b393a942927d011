//! The token that a form must carry, and comparing secrets without telling by time.
//!
//! A form shown to a user holds a hash of the server's secret and the user's name. A page on
//! another site can make a browser post to us, but cannot read our pages and so does not know the
//! hash. Nothing is stored: a token is good until the daemon is started anew.

use sha2::{Digest, Sha256};

use crate::reading::hexadecimal;

/// The name of the cookie and of the form's parameter (reference F50).
pub const NAME: &str = "securitytoken";

/// Random bytes drawn when the daemon starts; told to nobody.
#[derive(Clone, Copy)]
pub struct Secret([u8; 32]);

impl Secret {
    /// From the system's random source.
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// The token for this user's forms: 32 hexadecimal digits, as many as Monit's.
    pub fn token(&self, user: &str) -> String {
        let digest = Sha256::new()
            .chain_update(self.0)
            .chain_update(user)
            .finalize();
        hexadecimal(&digest[..16])
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Whether two secrets are equal, in a time that depends on neither where they differ nor how long
/// the right one is: their hashes are compared, all bytes of them.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    let pairs = Sha256::digest(one).into_iter().zip(Sha256::digest(other));
    let difference = pairs.fold(0, |difference, (a, b)| difference | (a ^ b));
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_by_secret_and_user() {
        let (one, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        assert_eq!(one.token("admin"), one.token("admin"));
        assert_ne!(one.token("admin"), one.token("guest"));
        assert_ne!(one.token("admin"), other.token("admin"));
        assert_eq!(one.token("").len(), 32);
        assert_eq!(format!("{one:?}"), "Secret");
    }

    #[test]
    fn comparing() {
        assert!(same(b"", b""));
        assert!(same(b"swordfish", b"swordfish"));
        assert!(!same(b"swordfish", b"swordfisi"));
        assert!(!same(b"swordfish", b"swordfish\0"));
        assert!(!same(b"", b"x"));
    }
}
