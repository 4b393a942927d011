//! What a peer said, made fit for a log line, a mail and a page.

/// Bytes of a peer's words that a failure repeats.
pub(crate) const QUOTE_LIMIT: usize = 256;

/// `bytes` as one line of at most [`QUOTE_LIMIT`] bytes: line ends become blanks, other control
/// bytes and what is no UTF-8 become replacement characters, a longer text ends in `...`.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let bytes = bytes.trim_ascii();
    // A little more than the limit is decoded, so that a cut in a wide letter shows nowhere.
    let shown = &bytes[..bytes.len().min(QUOTE_LIMIT + 4)];
    let mut text = String::new();
    for letter in String::from_utf8_lossy(shown).chars() {
        if text.len() + letter.len_utf8() > QUOTE_LIMIT {
            text.push_str("...");
            break;
        }
        text.push(match letter {
            '\r' | '\n' | '\t' => ' ',
            _ if letter.is_control() => char::REPLACEMENT_CHARACTER,
            _ => letter,
        });
    }
    text.replace("  ", " ")
}

#[cfg(test)]
mod tests {
    use super::{QUOTE_LIMIT, printable};

    #[test]
    fn one_line_without_control_bytes() {
        assert_eq!(printable(b"220 hello\r\nthere\r\n"), "220 hello there");
        assert_eq!(printable(b"a\0b\x1b[31m"), "a\u{fffd}b\u{fffd}[31m");
        assert_eq!(printable("gr\u{fc}\u{df}".as_bytes()), "gr\u{fc}\u{df}");
        assert_eq!(printable(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(printable(b""), "");
    }

    #[test]
    fn cut_at_a_letter() {
        let text = printable("\u{fc}".repeat(5000).as_bytes());
        assert_eq!(text, "\u{fc}".repeat(QUOTE_LIMIT / 2) + "...");
        let whole = "x".repeat(QUOTE_LIMIT);
        assert_eq!(printable(whole.as_bytes()), whole);
    }
}
