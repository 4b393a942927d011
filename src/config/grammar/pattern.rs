//! Escapes of strings that are patterns or bytes for a peer (reference F160).

use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::Text;
use crate::text::Diagnostic;

/// `\t`, `\n`, `\r`, `\\` and `\0xHH` become what they mean; every other backslash stays.
pub(super) fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = escaped(rest).unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// The byte an escape at the start of `rest` stands for, and what follows it.
fn escaped(rest: &[u8]) -> Option<(u8, &[u8])> {
    match rest {
        [b'\\', b't', after @ ..] => Some((b'\t', after)),
        [b'\\', b'n', after @ ..] => Some((b'\n', after)),
        [b'\\', b'r', after @ ..] => Some((b'\r', after)),
        [b'\\', b'\\', after @ ..] => Some((b'\\', after)),
        [b'\\', b'0', b'x', high, low, after @ ..] => {
            let digit = |c: u8| {
                char::from(c)
                    .to_digit(16)
                    .and_then(|d| u8::try_from(d).ok())
            };
            Some((digit(*high)? << 4 | digit(*low)?, after))
        }
        _ => None,
    }
}

/// A regular expression with its escapes resolved. It is text: bytes that are none cannot stand in
/// it.
pub(super) fn pattern(p: &mut Parser<'_>) -> Parsed<Text> {
    let pattern = pattern_or_nothing(p)?;
    if pattern.value.is_empty() {
        let error = Diagnostic::error(pattern.span, "an empty pattern matches everything");
        return Err(p.error(error));
    }
    Ok(pattern)
}

/// The same where matching everything has a meaning.
pub(super) fn pattern_or_nothing(p: &mut Parser<'_>) -> Parsed<Text> {
    let written = p.value("a regular expression")?;
    let bytes = unescape(&written.value);
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Text::new(text.into(), written.span)),
        Ok(_) | Err(_) => {
            let message = "a regular expression cannot hold NUL or bytes that are no UTF-8";
            Err(p.error(Diagnostic::error(written.span, message)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\tb\r\n"), b"a\tb\r\n");
        assert_eq!(unescape(r"\0xFF\0x00\0x4"), b"\xff\0\\0x4");
        assert_eq!(unescape(r"^\.\\\"), br"^\.\\");
    }
}
