//! Cuts a file into tokens, one at a time, as the parser asks for them.
//!
//! The language has no fixed alphabet: `a:b` is three tokens in a block and one word after `allow`,
//! and a mail format is taken as it stands. Which of these is right only the parser knows, so the
//! lexer has one function for each and can be set back ([`Lexer::rewind`]). It never fails: what
//! makes no sense is a token too.

use std::rc::Rc;

use super::keyword::Keyword;
use super::token::{Symbol, Token, TokenKind};
use crate::text::{FileId, Span};

/// A place in a file, from which it can be read on.
#[derive(Debug)]
pub(super) struct Lexer {
    file: FileId,
    text: Rc<str>,
    offset: usize,
}

impl Lexer {
    /// Starts at the beginning of `text`, whose length is far below 4 GiB.
    pub(super) const fn new(file: FileId, text: Rc<str>) -> Self {
        Self {
            file,
            text,
            offset: 0,
        }
    }

    /// The next token by the common rules.
    pub(super) fn token(&mut self) -> Token {
        self.next(|c| c.is_whitespace() || "\"',;{}[]()=<>!:%".contains(c))
    }

    /// The next token where a name, path or address is wanted: signs belong to the word.
    pub(super) fn value(&mut self) -> Token {
        self.next(|c| c.is_whitespace() || "\"',;{}".contains(c))
    }

    /// All that stands before the first of `ends` or the end of the file, blanks around it left
    /// out.
    pub(super) fn raw(&mut self, ends: &[char]) -> Span {
        let rest = &self.text[self.offset..];
        let length = rest.find(ends).unwrap_or(rest.len());
        let raw = &rest[..length];
        let start = self.offset + (raw.len() - raw.trim_start().len());
        let end = (self.offset + raw.trim_end().len()).max(start);
        self.offset += length;
        self.span(start, end)
    }

    /// Whether the next byte, blanks not skipped, is `c`.
    pub(super) fn touches(&self, c: char) -> bool {
        self.text[self.offset..].starts_with(c)
    }

    /// Where it goes on.
    pub(super) fn offset(&self) -> u32 {
        narrow(self.offset)
    }

    /// Goes on at byte `offset`, the border of a token.
    pub(super) const fn rewind(&mut self, offset: u32) {
        self.offset = offset as usize;
    }

    fn next(&mut self, ends_word: impl Fn(char) -> bool) -> Token {
        let (after_comma, first_on_line) = self.skip_blanks();
        let start = self.offset;
        let (kind, end) = self.scan(ends_word);
        self.offset = match kind {
            TokenKind::Unclosed => self.end_of_line(),
            TokenKind::Word(_) | TokenKind::Quoted | TokenKind::Symbol(_) | TokenKind::End => end,
        };
        Token {
            kind,
            span: self.span(start, end),
            after_comma,
            first_on_line,
        }
    }

    /// What begins here, and where it ends.
    fn scan(&self, ends_word: impl Fn(char) -> bool) -> (TokenKind, usize) {
        let rest = &self.text[self.offset..];
        let Some(first) = rest.chars().next() else {
            return (TokenKind::End, self.offset);
        };
        if matches!(first, '"' | '\'') {
            return match quoted_length(rest, first) {
                Some(length) => (TokenKind::Quoted, self.offset + length),
                // Where the file ends within the line, nothing can be meant but all that is left.
                None if !rest.contains('\n') => (TokenKind::Quoted, self.text.len()),
                None => (TokenKind::Unclosed, self.offset + 1),
            };
        }
        let length = rest.find(ends_word).unwrap_or(rest.len());
        if length > 0 {
            let word = TokenKind::Word(Keyword::find(&rest[..length]));
            return (word, self.offset + length);
        }
        let symbol = Symbol::ALL.iter().find(|(text, _)| rest.starts_with(text));
        let (text, symbol) = symbol.expect("what ends a word is a blank, a quote or a sign");
        (TokenKind::Symbol(*symbol), self.offset + text.len())
    }

    /// Skips blanks, comments, commas and semicolons; tells whether a comma was among them and
    /// whether the next token is the first on its line.
    pub(super) fn skip_blanks(&mut self) -> (bool, bool) {
        let mut comma = false;
        while let Some(c) = self.text[self.offset..].chars().next() {
            match c {
                '#' => self.offset = self.end_of_line(),
                ',' | ';' => {
                    comma |= c == ',';
                    self.offset += 1;
                }
                _ if c.is_whitespace() => self.offset += c.len_utf8(),
                _ => break,
            }
        }
        // Only the blanks before it are gone back over: the line may be the whole file.
        let before = &self.text[..self.offset];
        let before = before.trim_end_matches(|c: char| c.is_whitespace() && c != '\n');
        (comma, before.is_empty() || before.ends_with('\n'))
    }

    fn end_of_line(&self) -> usize {
        let rest = &self.text[self.offset..];
        self.offset + rest.find('\n').unwrap_or(rest.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span {
            file: self.file,
            start: narrow(start),
            end: narrow(end),
        }
    }
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).expect("the size of a file is limited")
}

/// The length of the string `rest` begins with, quotes included. Between double quotes a backslash
/// keeps the quote after it from closing the string, and stays where it is (reference F124).
fn quoted_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            '\\' => escaped = quote == '"' && !escaped,
            _ if c == quote && !escaped => return Some(index + 1),
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Sources;

    fn cut(text: &str, mut next: impl FnMut(&mut Lexer) -> Token) -> String {
        let file = Sources::default().add("f", b"", None);
        let mut lexer = Lexer::new(file, text.into());
        let mut shown = Vec::new();
        loop {
            let token = next(&mut lexer);
            let comma = if token.after_comma { "," } else { "" };
            let line = if token.first_on_line { "|" } else { "" };
            let text = &text[token.span.range()];
            shown.push(match token.kind {
                TokenKind::Word(Some(_)) => format!("{comma}{line}{}", text.to_uppercase()),
                TokenKind::Word(None) | TokenKind::Quoted => format!("{comma}{line}{text}"),
                TokenKind::Symbol(symbol) => format!("{comma}{line}<{}>", symbol.text()),
                TokenKind::Unclosed => format!("{comma}{line}unclosed {text}"),
                TokenKind::End => return shown.join(" "),
            });
        }
    }

    #[test]
    fn words_signs_and_strings() {
        let cut = |text| cut(text, Lexer::token);
        assert_eq!(cut("set DAEMON 5"), "|SET DAEMON 5");
        assert_eq!(cut("size>=5%"), "|SIZE <>=> 5 <%>");
        assert_eq!(
            cut("x==y != \"c d\" 'e\"f'"),
            "|x <=> y <!=> \"c d\" 'e\"f'"
        );
        assert_eq!(cut("{from:x}"), "|<{> FROM <:> x <}>");
        assert_eq!(cut("x#y # z\n#y\nz"), "|x#y |z");
        assert_eq!(cut("x, y;z ,w"), "|x ,y z ,w");
        assert_eq!(cut("x\r\n\ty\r\n"), "|x |y");
    }

    #[test]
    fn strings_may_hold_anything_but_their_quote() {
        let cut = |text| cut(text, Lexer::token);
        assert_eq!(cut(r#""a\"b" x"#), r#"|"a\"b" x"#);
        assert_eq!(cut(r#""a\\" x"#), r#"|"a\\" x"#);
        assert_eq!(cut(r"'a\' x"), r"|'a\' x");
        assert_eq!(cut("'a\n#b' x"), "|'a\n#b' x");
        assert_eq!(cut("\"x y\nz"), "|unclosed \" |z");
    }

    #[test]
    fn values_keep_their_signs() {
        let cut = |text| cut(text, Lexer::value);
        assert_eq!(
            cut("a:b ::1 [::1] /x?a=b&c=(d)!"),
            "|a:b ::1 [::1] /x?a=b&c=(d)!"
        );
        assert_eq!(cut("/x}; a:\"b c\""), "|/x <}> a: \"b c\"");
    }

    #[test]
    fn raw_text_ends_where_it_is_told() {
        let file = Sources::default().add("f", b"", None);
        let text = "  a 'b  \n c }";
        let mut lexer = Lexer::new(file, text.into());
        let span = lexer.raw(&['\n', '}']);
        assert_eq!(&text[span.range()], "a 'b");
        let span = lexer.raw(&['}']);
        assert_eq!(&text[span.range()], "c");
        assert!(lexer.touches('}'));
    }
}
