//! The operators, in their three spellings: signs, the shell's letters, words.

use crate::config::keyword::Keyword;
use crate::config::parser::Parser;
use crate::config::token::Symbol;
use crate::model::Comparison;

const SIGNS: &[(Symbol, Comparison)] = &[
    (Symbol::Greater, Comparison::Greater),
    (Symbol::GreaterOrEqual, Comparison::GreaterOrEqual),
    (Symbol::Less, Comparison::Less),
    (Symbol::LessOrEqual, Comparison::LessOrEqual),
    (Symbol::Equal, Comparison::Equal),
    (Symbol::NotEqual, Comparison::NotEqual),
];

const WORDS: &[(Keyword, Comparison)] = &[
    (Keyword::Greater, Comparison::Greater),
    (Keyword::Older, Comparison::Greater),
    (Keyword::GreaterOrEqual, Comparison::GreaterOrEqual),
    (Keyword::Less, Comparison::Less),
    (Keyword::Newer, Comparison::Less),
    (Keyword::LessOrEqual, Comparison::LessOrEqual),
    (Keyword::Equal, Comparison::Equal),
    (Keyword::NotEqual, Comparison::NotEqual),
];

/// An operator, or equality where there is none (reference F152).
///
/// ```text
/// check file f with path /f
///   if size > 5 then alert
///   if size gt 5 then alert
///   if size is greater than 5 then alert
///   if size is greater than or equal to 5 then alert
///   if size is not equal to 5 then alert
///   if size>=5kB then alert
///   if size 5 then alert
/// ```
pub(super) fn comparison(p: &mut Parser<'_>) -> Comparison {
    if p.accept(Keyword::Not) {
        p.accept(Keyword::Equal);
        return Comparison::NotEqual;
    }
    if let Some(comparison) = p.accept_row(WORDS) {
        return or_equal(p, comparison);
    }
    let sign = SIGNS.iter().find(|(sign, _)| p.accept_sign(*sign));
    sign.map_or(Comparison::Equal, |(_, comparison)| *comparison)
}

/// `greater than or equal to`: `than`, `or` and `to` are noise.
fn or_equal(p: &mut Parser<'_>, comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Greater if p.accept(Keyword::Equal) => Comparison::GreaterOrEqual,
        Comparison::Less if p.accept(Keyword::Equal) => Comparison::LessOrEqual,
        Comparison::Greater
        | Comparison::GreaterOrEqual
        | Comparison::Less
        | Comparison::LessOrEqual
        | Comparison::Equal
        | Comparison::NotEqual => comparison,
    }
}
