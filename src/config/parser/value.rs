//! Values: what is no word of the language.

use super::{Expected, Parsed, Parser};
use crate::config::complaints::Reported;
use crate::config::grammar;
use crate::config::keyword::Keyword;
use crate::config::syntax::Text;
use crate::config::token::{Symbol, Token, TokenKind};
use crate::text::{Diagnostic, Span, Spanned, quoted};

/// Longest string or word of a control file, in bytes. What is longer is a quote that was
/// forgotten.
pub(in crate::config) const STRING_LIMIT: usize = 16 * 1024;

impl Parser<'_> {
    /// Whether a number is next.
    pub(in crate::config) fn at_number(&mut self) -> bool {
        self.expected.push(Expected::Thing("a number"));
        self.at_wanted(|kind, text| {
            kind == TokenKind::Word(None) && text.starts_with(|c: char| c.is_ascii_digit())
        })
    }

    /// A whole number; a unit that sticks to it is the next token.
    pub(in crate::config) fn number(&mut self) -> Parsed<Spanned<u64>> {
        let (span, digits) = self.digits(|c| c.is_ascii_digit(), "whole number")?;
        match digits.parse() {
            Ok(value) => Ok(Spanned::new(value, span)),
            Err(_) => Err(self.too_large(span)),
        }
    }

    /// A number that may have decimals, `90` or `1.5`: what stands before the point, and
    /// thousandths; further digits are dropped.
    pub(in crate::config) fn parts(&mut self) -> Parsed<Spanned<(u64, u64)>> {
        let (span, digits) = self.digits(|c| c.is_ascii_digit() || c == '.', "number")?;
        let (whole, decimals) = digits.split_once('.').unwrap_or((&digits, "0"));
        if decimals.is_empty() || decimals.contains('.') {
            let message = format!("{} is no number", quoted(&digits));
            return Err(self.error(Diagnostic::error(span, message)));
        }
        let decimals: String = decimals.chars().chain("000".chars()).take(3).collect();
        match (whole.parse(), decimals.parse()) {
            (Ok(whole), Ok(thousandths)) => Ok(Spanned::new((whole, thousandths), span)),
            (Err(_), _) | (_, Err(_)) => Err(self.too_large(span)),
        }
    }

    /// The letters of a number; letters that stick to it must be a unit, and are the next token.
    fn digits(&mut self, belongs: impl Fn(char) -> bool, thing: &str) -> Parsed<(Span, Box<str>)> {
        if !self.at_number() {
            return Err(self.unexpected());
        }
        let token = self.peek();
        let text = self.text(token.span);
        let length = text.find(|c| !belongs(c)).unwrap_or(text.len());
        let (digits, unit) = text.split_at(length);
        let digits: Box<str> = digits.into();
        if !unit.chars().all(|c| c.is_alphabetic() || c == '/') {
            let message = format!("{} is no {thing}", quoted(text));
            return Err(self.error(Diagnostic::error(token.span, message)));
        }
        let span = self.cut(token, length);
        self.took(Token { span, ..token });
        self.ahead = None;
        Ok((span, digits))
    }

    fn too_large(&mut self, span: Span) -> Reported {
        self.error(Diagnostic::error(
            span,
            "a number this large is not possible",
        ))
    }

    /// Makes two tokens of the next one if `c` stands inside it: `MB/s`.
    pub(in crate::config) fn cut_before(&mut self, c: char) {
        let token = self.peek();
        let text = self.text(token.span);
        match (token.kind, text.find(c)) {
            (TokenKind::Word(_), Some(length @ 1..)) => {
                let kind = TokenKind::Word(Keyword::find(&text[..length]));
                let span = self.cut(token, length);
                self.ahead = Some(Token {
                    kind,
                    span,
                    ..token
                });
            }
            (
                TokenKind::Word(_)
                | TokenKind::Quoted
                | TokenKind::Symbol(_)
                | TokenKind::Unclosed
                | TokenKind::End,
                _,
            ) => {}
        }
    }

    /// The first `length` bytes of the next token; the lexer goes on behind them.
    fn cut(&mut self, token: Token, length: usize) -> Span {
        let span = Span {
            end: token.span.start + u32::try_from(length).expect("shorter than the token"),
            ..token.span
        };
        self.lexer().rewind(span.end);
        span
    }

    /// Whether a value may be next: a word that no statement begins with, or a string.
    pub(in crate::config) fn at_value(&mut self, thing: &'static str) -> bool {
        self.expected.push(Expected::Thing(thing));
        let token = self.peek();
        match token.kind {
            TokenKind::Word(_) => !self.begins_statement(token),
            TokenKind::Quoted => true,
            TokenKind::Symbol(symbol) => symbol.begins_value(),
            TokenKind::Unclosed | TokenKind::End => false,
        }
    }

    /// Whether an argument of the program before it is next: on the same line, so that what a slip
    /// of the finger makes of a statement is not taken for one, and no word that goes on after a
    /// program or begins a statement. Other words of the language, units say, are arguments here.
    pub(in crate::config) fn at_argument(&mut self) -> bool {
        const GO_ON: [Keyword; 5] = [
            Keyword::Uid,
            Keyword::Gid,
            Keyword::Timeout,
            Keyword::Repeat,
            Keyword::Else,
        ];
        let token = self.peek();
        let is_value = match token.kind {
            TokenKind::Word(Some(keyword)) => {
                !GO_ON.contains(&keyword) && !grammar::begins_statement(keyword)
            }
            TokenKind::Word(None) => true,
            TokenKind::Quoted => true,
            TokenKind::Symbol(symbol) => symbol.begins_value(),
            TokenKind::Unclosed | TokenKind::End => false,
        };
        is_value && !token.first_on_line
    }

    /// A name, path, address or string, whatever words of the language it looks like.
    pub(in crate::config) fn value(&mut self, thing: &'static str) -> Parsed<Text> {
        loop {
            if !self.at_value(thing) {
                return Err(self.unexpected());
            }
            let start = self.peek().span.start;
            self.ahead = None;
            self.lexer().rewind(start);
            let mut token = self.lexer().value();
            if let TokenKind::Word(_) = token.kind {
                token.span = self.without_parentheses(token.span);
            }
            // An opening parenthesis may stand alone: `( "/x" )`.
            if token.span.start < token.span.end {
                self.skip_closing_parentheses();
                self.took(token);
                return self.checked_text(token);
            }
        }
    }

    /// The part of a word that is meant.
    fn without_parentheses(&self, word: Span) -> Span {
        let text = self.text(word);
        let meant = without_parentheses(text);
        let before = meant.as_ptr() as usize - text.as_ptr() as usize;
        let start = word.start + u32::try_from(before).expect("shorter than the word");
        let end = start + u32::try_from(meant.len()).expect("shorter than the word");
        Span { start, end, ..word }
    }

    /// Tells that the parentheses around a password are no part of it, `cut` off already or not.
    pub(in crate::config) fn warn_of_parentheses(&mut self, password: Span, cut: bool) {
        let file = &self.complaints.sources().file(password.file).text;
        let before = file.get(..password.start as usize).unwrap_or("");
        let after = file.get(password.end as usize..).unwrap_or("");
        let parentheses = ['(', ')'];
        let around = before.ends_with(parentheses) || after.starts_with(parentheses);
        let is_bare = !self.text(password).contains(['"', '\'']);
        if is_bare && (around || cut) {
            let message = "the parentheses here are no part of the password";
            self.warn(Diagnostic::warning(password, message).note("in quotes they are"));
        }
    }

    /// Goes on behind those that follow a value.
    fn skip_closing_parentheses(&mut self) {
        loop {
            let before = self.lexer().offset();
            if self.lexer().token().kind != TokenKind::Symbol(Symbol::CloseParenthesis) {
                return self.lexer().rewind(before);
            }
        }
    }

    /// A value right behind the last token, where even `the` is a name.
    pub(in crate::config) fn name(&mut self, thing: &'static str) -> Parsed<Text> {
        self.look_away();
        let token = self.lexer().value();
        self.lexer().rewind(token.span.start);
        self.ahead = Some(token);
        self.value(thing)
    }

    /// Whether `c` stands right behind the last token.
    pub(in crate::config) fn touches(&mut self, c: char) -> bool {
        self.look_away();
        self.lexer().touches(c)
    }

    /// A string right behind the last token, with no blank between.
    pub(in crate::config) fn touching_string(&mut self) -> Parsed<Option<Text>> {
        if !self.touches('"') && !self.touches('\'') {
            return Ok(None);
        }
        if self.peek().kind == TokenKind::Unclosed {
            return Err(self.unexpected());
        }
        let token = self.take();
        self.checked_text(token).map(Some)
    }

    /// Everything up to the first of `ends` as it stands.
    pub(in crate::config) fn raw(&mut self, ends: &[char]) -> Parsed<Text> {
        self.look_away();
        let span = self.lexer().raw(ends);
        self.previous = span;
        self.expected.clear();
        let text = self.checked(span, span)?;
        if text.value.contains(NO_UTF8) {
            let message = "this is not UTF-8: some letters are lost";
            self.warn(Diagnostic::warning(span, message));
        }
        Ok(text)
    }

    /// The same for the next item of a list: commas before it are not part of it.
    pub(in crate::config) fn raw_item(&mut self, ends: &[char]) -> Parsed<Text> {
        self.look_away();
        self.lexer().skip_blanks();
        self.raw(ends)
    }

    /// An absolute path.
    pub(in crate::config) fn path(&mut self) -> Parsed<Text> {
        let path = self.value("an absolute path")?;
        if path.value.starts_with('/') {
            return Ok(path);
        }
        let message = format!("{} is no absolute path", quoted(&path.value));
        let error = Diagnostic::error(path.span, message).label("must begin with `/`");
        Err(self.error(error))
    }

    /// The text of a word or string, if it can be used.
    pub(super) fn checked_text(&mut self, token: Token) -> Parsed<Text> {
        let mut inside = token.span;
        if token.kind == TokenKind::Quoted {
            inside.start += 1;
            let text = self.text(token.span);
            if text.len() > 1 && text.ends_with(['"', '\'']) {
                inside.end -= 1;
            } else {
                let warning = Diagnostic::warning(token.span, "this quote is never closed");
                self.warn(warning.note("it is taken to end with the file"));
            }
        } else if self.text(inside).starts_with(TYPOGRAPHIC_QUOTES) {
            let message = "typographic quotes mean nothing here: write `\"`";
            return Err(self.error(Diagnostic::error(inside, message)));
        }
        let text = self.checked(inside, token.span)?;
        if text.value.contains(NO_UTF8) {
            let message = "this is not UTF-8: save the file in that encoding";
            return Err(self.error(Diagnostic::error(token.span, message)));
        }
        Ok(text)
    }

    /// The text at `inside`, if it can be used; `whole` is what a complaint points at.
    fn checked(&mut self, inside: Span, whole: Span) -> Parsed<Text> {
        let text: Box<str> = self.text(inside).into();
        let message = if text.len() > STRING_LIMIT {
            format!("longer than {STRING_LIMIT} bytes: is a quote missing?")
        } else if text.contains('\0') {
            "a NUL byte stands in here".to_owned()
        } else {
            return Ok(Spanned::new(text, whole));
        };
        Err(self.error(Diagnostic::error(whole, message)))
    }
}

/// What a text processor makes of quotes; control files come from web pages, too.
const TYPOGRAPHIC_QUOTES: [char; 7] = ['“', '”', '„', '‘', '’', '«', '»'];

/// What stands for bytes that are no UTF-8.
const NO_UTF8: char = '\u{fffd}';

/// A word without the parentheses around it, which group words as in `(failed port 80 request /x)`.
/// With others inside it they may belong to it, and the last ones go that were opened before it.
pub(in crate::config) fn without_parentheses(word: &str) -> &str {
    let parentheses = ['(', ')'];
    let inside = word.trim_matches(parentheses);
    if !inside.contains(parentheses) {
        return inside;
    }
    let opened = word.matches('(').count();
    let closed = word.matches(')').count();
    let mut kept = word;
    for _ in opened..closed {
        kept = kept.strip_suffix(')').unwrap_or(kept);
    }
    kept
}
