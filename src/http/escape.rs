//! Text made fit for HTML and XML: the one place where it is done.

use std::fmt::{self, Write};

/// Shows text so that it is only text, in content and in quoted attributes alike. Control bytes,
/// which XML cannot hold at all, become the replacement character; line ends and tabs stay.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(
    /// Text from anywhere.
    pub &'a str,
);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(character)?,
                '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                control if control.is_control() => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn nothing_gets_out() {
        for (text, escaped) in [
            ("plain", "plain"),
            ("amp&lt<x>", "amp&amp;lt&lt;x&gt;"),
            ("\"quote\"'q", "&quot;quote&quot;&#39;q"),
            ("ümlaut ✓", "ümlaut ✓"),
            ("]]>", "]]&gt;"),
            (
                "a\n\tb\0\u{1b}[0m\r\u{7f}\u{85}",
                "a\n\tb\u{fffd}\u{fffd}[0m\u{fffd}\u{fffd}\u{fffd}",
            ),
            ("\u{ffff}", "\u{fffd}"),
        ] {
            assert_eq!(Escaped(text).to_string(), escaped, "{text:?}");
        }
    }
}
