//! Percent-coding and `name=value&…` lists, as paths, queries and form bodies carry them.
//!
//! Decoding is strict: a broken escape, a control byte or text that is no UTF-8 makes the whole
//! request wrong. Nothing that could end a header line or a log line gets past this file.

use std::fmt::Write;

/// The parameters of a query or a form, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `a=1&b=2`; `None` where any part is broken.
    pub(super) fn decode(text: &[u8]) -> Option<Self> {
        let mut parameters = Vec::new();
        for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let middle = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let value = pair.get(middle + 1..).unwrap_or_default();
            parameters.push((form_decode(&pair[..middle])?, form_decode(value)?));
        }
        Some(Self(parameters))
    }

    /// The first value called `name`.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value called `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// In forms a plus is a blank (reference F29).
fn form_decode(text: &[u8]) -> Option<String> {
    let with_blanks: Vec<u8> = text
        .iter()
        .map(|b| if *b == b'+' { b' ' } else { *b })
        .collect();
    percent_decode(&with_blanks)
}

/// Resolves `%41`; `None` for a broken escape, a control byte or what is no UTF-8.
pub(super) fn percent_decode(text: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => hex_digit(*rest.next()?)? << 4 | hex_digit(*rest.next()?)?,
            plain => *plain,
        };
        if byte.is_ascii_control() {
            return None;
        }
        decoded.push(byte);
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Escapes all but RFC 3986's unreserved bytes: the result is one segment of a path, one value of a
/// form, and safe in a header.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => write!(encoded, "%{other:02X}").expect("a string takes all that is written"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_good_and_bad() {
        for (text, decoded) in [
            ("proc", Some("proc")),
            ("pr%6fc", Some("proc")),
            ("a%2Fb", Some("a/b")),
            ("%C3%BCmlaut", Some("ümlaut")),
            ("a+b", Some("a+b")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%+1", None),
            ("%00", None),
            ("%0d%0aSet-Cookie:x", None),
            ("%7f", None),
            ("%ff", None),
            ("%c0%af", None),
        ] {
            assert_eq!(
                percent_decode(text.as_bytes()).as_deref(),
                decoded,
                "{text:?}"
            );
        }
    }

    #[test]
    fn forms_good_and_bad() {
        let form =
            Parameters::decode(b"action=start&service=a+b&service=c%26d&&empty=&bare").unwrap();
        assert_eq!(form.first("action"), Some("start"));
        assert_eq!(form.all("service").collect::<Vec<_>>(), ["a b", "c&d"]);
        assert_eq!(form.first("empty"), Some(""));
        assert_eq!(form.first("bare"), Some(""));
        assert_eq!(form.first("ACTION"), None);
        assert_eq!(Parameters::decode(b"a=%"), None);
        assert_eq!(Parameters::decode(b"a%0=1"), None);
        assert_eq!(Parameters::decode(b""), Some(Parameters::default()));
    }

    #[test]
    fn encoding_is_undone_by_decoding() {
        for text in [
            "plain",
            "with space",
            "a/b",
            "amp&lt<x>",
            "quote'q",
            "ümlaut",
            "100%",
        ] {
            let encoded = percent_encode(text);
            assert!(encoded.is_ascii(), "{encoded}");
            assert_eq!(percent_decode(encoded.as_bytes()).as_deref(), Some(text));
        }
    }
}
