//! Base64 (RFC 4648 section 4), strict: the way credentials travel in HTTP and SMTP.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bytes` in base64, with padding, on one line.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for position in 0..4 {
            if position > group.len() {
                text.push('=');
            } else {
                let index = (bits >> (18 - 6 * position)) & 63;
                text.push(char::from(ALPHABET[index as usize]));
            }
        }
    }
    text
}

/// What `text` stands for; `None` for a foreign byte, a wrong length or stray bits in the last
/// group.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() % 4 != 0 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let digits = text.strip_suffix(b"==").or(text.strip_suffix(b"="));
    for group in digits.unwrap_or(text).chunks(4) {
        let mut bits = 0u32;
        for byte in group {
            let digit = ALPHABET.iter().position(|a| a == byte)?;
            bits = bits << 6 | u32::try_from(digit).ok()?;
        }
        let missing = 4 - group.len();
        let [_, octets @ ..] = (bits << (6 * missing)).to_be_bytes();
        let kept = 3 - missing;
        if octets[kept..].iter().any(|stray| *stray != 0) {
            return None;
        }
        bytes.extend_from_slice(&octets[..kept]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn broken_text() {
        for text in [
            "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm 8", "Z===", "====", "Zg==Zg==", "Zm9v\n",
        ] {
            assert_eq!(decode(text.as_bytes()), None, "{text:?}");
        }
    }
}
