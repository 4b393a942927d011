//! The smallest pieces of a control file.

use super::keyword::Keyword;
use crate::text::Span;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// Where it is; a quoted string with its quotes.
    pub(super) span: Span,
    /// Whether a comma stands before it; commas mean nothing else than that a list goes on.
    pub(super) after_comma: bool,
    /// Whether nothing but blanks stands before it on its line.
    pub(super) first_on_line: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A bare word, with its meaning if it is one of the language's.
    Word(Option<Keyword>),
    /// `"…"` or `'…'`, which may go on over several lines.
    Quoted,
    /// A sign.
    Symbol(Symbol),
    /// A quote that is never closed; the span is the quote alone.
    Unclosed,
    /// The end of the file.
    End,
}

impl TokenKind {
    /// Whether it is a parenthesis, which means something in few places.
    pub(super) const fn is_parenthesis(self) -> bool {
        matches!(
            self,
            Self::Symbol(Symbol::OpenParenthesis | Symbol::CloseParenthesis)
        )
    }
}

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParenthesis,
    CloseParenthesis,
    Colon,
    Percent,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    MatchesNot,
    /// A `!` alone means nothing.
    Bang,
}

impl Symbol {
    /// Every sign as it is written; the longer ones first.
    pub(super) const ALL: &'static [(&'static str, Self)] = &[
        ("!=~", Self::MatchesNot),
        ("=~", Self::Matches),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
        ("!", Self::Bang),
        ("{", Self::OpenBrace),
        ("}", Self::CloseBrace),
        ("[", Self::OpenBracket),
        ("]", Self::CloseBracket),
        ("(", Self::OpenParenthesis),
        (")", Self::CloseParenthesis),
        (":", Self::Colon),
        ("%", Self::Percent),
    ];

    /// Whether a name, path or pattern may begin with it: `::1`, `[::1]`, `(a|b)`, `*.cfg`, and the
    /// `<name>` that a template was not filled in with.
    pub(super) const fn begins_value(self) -> bool {
        match self {
            Self::OpenBracket
            | Self::OpenParenthesis
            | Self::Colon
            | Self::Percent
            | Self::Less
            | Self::Bang => true,
            Self::OpenBrace
            | Self::CloseBrace
            | Self::CloseBracket
            | Self::CloseParenthesis
            | Self::Equal
            | Self::NotEqual
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::Matches
            | Self::MatchesNot => false,
        }
    }

    /// As it is written; the shortest way.
    pub(super) fn text(self) -> &'static str {
        let own = Self::ALL.iter().rfind(|(_, symbol)| *symbol == self);
        own.map_or("", |(text, _)| text)
    }
}
