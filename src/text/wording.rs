//! Small pieces of sentences: counts, lists, quoted words.

use std::fmt;

/// This program's name and version, as people read them.
pub const PROGRAM: &str = concat!("tend ", env!("CARGO_PKG_VERSION"));

/// The same as an HTTP product (RFC 9110 section 10.1.5).
pub const PRODUCT: &str = concat!("tend/", env!("CARGO_PKG_VERSION"));

/// `1 cycle`, `5 cycles`: a number and what is counted; the plural takes an s.
pub struct Count(
    /// How many.
    pub u64,
    /// Of what, one of it.
    pub &'static str,
);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{s}", self.0, self.1)
    }
}

/// `a`, `a or b`, `a, b or c`: a choice.
pub struct OneOf<'a>(
    /// The choices, already quoted where they are words of the language.
    pub &'a [String],
);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, choice) in self.0.iter().enumerate() {
            match index {
                0 => {}
                _ if index + 1 == self.0.len() => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            f.write_str(choice)?;
        }
        Ok(())
    }
}

/// Longest piece of a file that is repeated inside a message; what is longer ends in `…`.
const QUOTED_LIMIT: usize = 60;

/// `text` in backticks as it can be shown in a line: shortened, control characters made visible.
pub fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTED_LIMIT).map(visible).collect();
    if text.chars().nth(QUOTED_LIMIT).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A control character as its picture, so that no file can speak to the terminal.
pub(super) fn visible(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_know_their_plural() {
        assert_eq!(Count(1, "cycle").to_string(), "1 cycle");
        assert_eq!(Count(0, "cycle").to_string(), "0 cycles");
        assert_eq!(Count(64, "cycle").to_string(), "64 cycles");
    }

    #[test]
    fn choices_read_as_a_sentence() {
        let list = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            OneOf(&words).to_string()
        };
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a or b");
        assert_eq!(list(&["a", "b", "c"]), "a, b or c");
    }

    #[test]
    fn quoted_words_are_short_and_visible() {
        assert_eq!(quoted("a\x1b[1mb"), "`a␛[1mb`");
        assert_eq!(quoted(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }
}
