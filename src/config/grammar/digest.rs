//! Checksums written in hexadecimal digits.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::model::ChecksumKind;
use crate::text::{Diagnostic, quoted};

const KINDS: &[(Keyword, ChecksumKind)] = &[
    (Keyword::Md5, ChecksumKind::Md5),
    (Keyword::Sha1, ChecksumKind::Sha1),
    (Keyword::Sha256, ChecksumKind::Sha256),
];

/// `md5`, `sha1` or `sha256`, if one is next.
pub(super) fn kind(p: &mut Parser<'_>) -> Option<ChecksumKind> {
    p.accept_row(KINDS)
}

/// Hexadecimal digits, also in pairs with `-` or `:` between, of `kind` or of the kind their number
/// tells.
pub(super) fn digest(
    p: &mut Parser<'_>,
    kind: Option<ChecksumKind>,
) -> Parsed<(ChecksumKind, Box<[u8]>)> {
    let written = p.value("a checksum in hexadecimal digits")?;
    let digits: String = written
        .value
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    let Some(bytes) = bytes_of(&digits) else {
        let message = format!("{} is no checksum", quoted(&written.value));
        let error = Diagnostic::error(written.span, message);
        return Err(p.error(error.note("a checksum is written in pairs of hexadecimal digits")));
    };
    let by_length = KINDS
        .iter()
        .map(|(_, kind)| *kind)
        .find(|kind| kind.length() == bytes.len());
    match (kind, by_length) {
        (None, Some(found)) => Ok((found, bytes)),
        (Some(asked), Some(found)) if asked == found => Ok((found, bytes)),
        (Some(asked), _) => {
            let (name, wanted) = (asked.name(), asked.length() * 2);
            let message = format!("{} digits are no {name} checksum", digits.len());
            let error = Diagnostic::error(written.span, message);
            Err(p.error(error.note(format!("{name} has {wanted} digits"))))
        }
        (None, None) => {
            let message = format!("{} digits are no kind of checksum", digits.len());
            let error = Diagnostic::error(written.span, message);
            Err(p.error(error.note("MD5 has 32 digits, SHA1 40, SHA256 64")))
        }
    }
}

fn bytes_of(digits: &str) -> Option<Box<[u8]>> {
    if digits.is_empty() || digits.len() % 2 != 0 || !digits.is_ascii() {
        return None;
    }
    let pair = |start: usize| u8::from_str_radix(&digits[start..start + 2], 16).ok();
    let hexadecimal = digits.chars().all(|c| c.is_ascii_hexdigit());
    hexadecimal.then(|| (0..digits.len()).step_by(2).map_while(pair).collect())
}
