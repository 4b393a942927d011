//! md5crypt: the passwords `$1$salt$…` of crypt(3) and `$apr1$salt$…` of htpasswd.
//!
//! Old and weak, but what `allow md5 /file` names. A thousand rounds of MD5 over the password, so
//! callers bound the password's length.

use md5::{Digest, Md5};

/// Hashes `password` with the salt of `setting` (a whole hash, or `$1$salt$`); the whole hash is
/// returned. `None` where `setting` is no md5crypt.
pub(super) fn md5crypt(password: &[u8], setting: &str) -> Option<String> {
    let (magic, rest) = ["$1$", "$apr1$"]
        .into_iter()
        .find_map(|magic| setting.strip_prefix(magic).map(|rest| (magic, rest)))?;
    let (salt, _) = rest.split_once('$')?;
    let salt = &salt.as_bytes()[..salt.len().min(8)];
    let mut digest = first_digest(password, magic.as_bytes(), salt);
    for round in 0..1000 {
        digest = next_digest(&digest, round, password, salt);
    }
    let salt = std::str::from_utf8(salt).ok()?;
    Some(format!("{magic}{salt}${}", itoa64(&digest)))
}

fn first_digest(password: &[u8], magic: &[u8], salt: &[u8]) -> [u8; 16] {
    let alternate: [u8; 16] = Md5::new()
        .chain_update(password)
        .chain_update(salt)
        .chain_update(password)
        .finalize()
        .into();
    let mut hash = Md5::new()
        .chain_update(password)
        .chain_update(magic)
        .chain_update(salt);
    for piece in password.chunks(alternate.len()) {
        hash.update(&alternate[..piece.len()]);
    }
    // One byte for each bit of the length: a zero for a one, the password's first for a zero.
    let mut length = password.len();
    while length > 0 {
        hash.update(if length & 1 == 1 {
            &[0]
        } else {
            &password[..1]
        });
        length >>= 1;
    }
    hash.finalize().into()
}

fn next_digest(digest: &[u8; 16], round: u32, password: &[u8], salt: &[u8]) -> [u8; 16] {
    let odd = round % 2 == 1;
    let mut hash = Md5::new();
    hash.update(if odd { password } else { digest });
    if round % 3 != 0 {
        hash.update(salt);
    }
    if round % 7 != 0 {
        hash.update(password);
    }
    hash.update(if odd { digest } else { password });
    hash.finalize().into()
}

/// crypt(3)'s own order of bytes and alphabet.
fn itoa64(digest: &[u8; 16]) -> String {
    const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const GROUPS: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
    let mut text = String::with_capacity(22);
    let mut push = |mut bits: u32, digits: u32| {
        for _ in 0..digits {
            text.push(char::from(ALPHABET[(bits & 63) as usize]));
            bits >>= 6;
        }
    };
    for [a, b, c] in GROUPS {
        let byte = |index: usize| u32::from(digest[index]);
        push(byte(a) << 16 | byte(b) << 8 | byte(c), 4);
    }
    push(u32::from(digest[11]), 2);
    text
}

#[cfg(test)]
mod tests {
    use super::md5crypt;

    const VECTORS: [(&str, &str); 6] = [
        ("swordfish", "$1$saltsalt$oRU2v0epEgeuFbQ18zEuW."),
        ("x", "$1$saltsalt$4px9i58NU2Z2/vZOUlGjq."),
        (
            "a long pass phrase of more than sixteen bytes",
            "$1$ab$bgpKQ6vw5UlY1qCI61lbk0",
        ),
        ("swordfish", "$apr1$saltsalt$zTu3y4x6n0gRzLHaDCjm41"),
        (
            "a long pass phrase of more than sixteen bytes",
            "$apr1$ab$m.boa2SmqOcgOYgyt3qVy/",
        ),
        ("", "$1$saltsalt$5Jhcit4zN9UlGiA0txPkO0"),
    ];

    #[test]
    fn hashes_that_openssl_makes() {
        for (password, hash) in VECTORS {
            assert_eq!(md5crypt(password.as_bytes(), hash).as_deref(), Some(hash));
            assert_ne!(md5crypt(b"other", hash).as_deref(), Some(hash));
        }
    }

    #[test]
    fn what_is_no_md5crypt() {
        for setting in ["", "$1$", "$1$salt", "$6$salt$x", "rl0uE2lu3ZfJM", "{SHA}x"] {
            assert_eq!(md5crypt(b"x", setting), None, "{setting:?}");
        }
    }
}
