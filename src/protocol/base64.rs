//! Base64 (RFC 4648 section 4), the way credentials travel in HTTP and SMTP.

use mail_builder::encoders::base64::base64_encode;

/// `bytes` in base64, with padding, on one line.
pub fn base64(bytes: &[u8]) -> String {
    let encoded = base64_encode(bytes).expect("writing to memory does not fail");
    String::from_utf8(encoded).expect("base64 is ASCII")
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn test_vectors_of_the_rfc() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0x00]), "//4A");
    }
}
