//! How a program that was run for its status ended.

/// The end of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramReading {
    /// When it was started, in seconds since 1970.
    pub started: i64,
    /// What it exited with, or the number of the signal that ended it (reference F106).
    pub status: i32,
    /// What it printed: [`printed`].
    pub output: Box<str>,
    /// Those of its tests' patterns that match that.
    pub matched: Vec<Box<str>>,
}

/// What a program printed, as text that can be shown: standard error first, of both together at
/// most `limit` bytes, without blanks around it (reference XML.md). A line ends in LF; what is no
/// UTF-8, and every other control character but the tab, is U+FFFD.
pub fn printed(errors: &[u8], output: &[u8], limit: usize) -> String {
    let mut bytes = [errors, output].concat();
    let is_middle = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    // A letter of several bytes is not cut in two.
    let end = (limit.saturating_sub(3)..=limit).rfind(|&at| !is_middle(at));
    bytes.truncate(end.unwrap_or(limit));
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let is_dirt = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.trim().replace(is_dirt, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(errors: &[u8], output: &[u8], limit: usize, expected: &str) {
        assert_eq!(printed(errors, output, limit), expected);
    }

    #[test]
    fn standard_error_comes_first() {
        check(b"to stderr\n", b"line 1\n", 512, "to stderr\nline 1");
        check(b"", b"  lead  \nsecond", 512, "lead  \nsecond");
        check(b"", b"a\n\n\n", 512, "a");
        check(b"", b" \n", 512, "");
    }

    #[test]
    fn both_together_have_one_limit() {
        check(b"eee", b"ooo", 5, "eeeoo");
        check(b"eee", b"ooo", 3, "eee");
        check(b"eee", b"ooo", 0, "");
        check(b"eee", b"ooo", 6, "eeeooo");
    }

    #[test]
    fn no_letter_is_cut_in_two() {
        let text = "aé€😀";
        for (limit, expected) in [
            (1, "a"),
            (2, "a"),
            (3, "aé"),
            (5, "aé"),
            (6, "aé€"),
            (9, "aé€"),
            (10, text),
        ] {
            check(b"", text.as_bytes(), limit, expected);
        }
        // Bytes that could only be in the middle of a letter are cut all the same.
        check(b"", &[0x80; 9], 5, &"\u{fffd}".repeat(5));
    }

    #[test]
    fn what_cannot_be_shown_is_replaced() {
        check(
            b"",
            b"a\0b\xffc\x1b[1m\td\r\ne\rf",
            512,
            "a\u{fffd}b\u{fffd}c\u{fffd}[1m\td\ne\u{fffd}f",
        );
    }
}
