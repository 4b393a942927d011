//! What every production needs: looking ahead, taking, expecting, complaining, going on.
//!
//! Productions live in `grammar/`. They ask for what they would accept; whatever was asked for
//! since the last token was taken is what an error says was expected, so no list of expectations is
//! ever written by hand. An error ends its statement: it is reported at once, [`Reported`] carries
//! the news up to the statement loop, and that goes on with the next statement.

mod file;

pub(super) use file::parse;

use file::OpenFile;

use super::complaints::{Complaints, Reported};
use super::keyword::{Keyword, is_noise};
use super::later::{self, Place};
use super::surroundings::Surroundings;
use super::syntax::{ServiceSyntax, Syntax, Text};
use super::token::{Symbol, Token, TokenKind};
use crate::text::{Diagnostic, OneOf, Span, Spanned, nearest, quoted};

/// What a production returns: its part of the syntax, or the news that an error has been reported.
pub(super) type Parsed<T = ()> = Result<T, Reported>;

/// Longest string or word of a control file, in bytes. What is longer is a quote that was
/// forgotten.
pub(super) const STRING_LIMIT: usize = 16 * 1024;

/// Reads a control file and all it includes.
pub(super) struct Parser<'a> {
    surroundings: &'a dyn Surroundings,
    complaints: &'a mut Complaints,
    /// The token that has been looked at but not taken.
    ahead: Option<Token>,
    /// The last token taken.
    previous: Span,
    /// What would have been accepted since then.
    expected: Vec<Expected>,
    /// The files being read, each included by the one before it; never empty.
    open_files: Vec<OpenFile>,
    /// Bytes read so far.
    total_bytes: usize,
    syntax: Syntax,
    /// What the statements of a service belong to.
    in_service: InService,
    /// Where each setting was made that can be made but once.
    set_before: Vec<(&'static str, Span)>,
    /// The same for the service being read.
    said_before: Vec<(&'static str, Span)>,
}

/// What the statements of a service belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InService {
    /// No `check` stands before them.
    None,
    /// The last one.
    Last,
    /// One that could not be understood; they cannot be either.
    Unknown,
}

/// Something a production would have accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Word(Keyword),
    Sign(Symbol),
    /// `a number`, `a path`.
    Thing(&'static str),
}

impl Expected {
    fn text(self) -> String {
        match self {
            Self::Word(keyword) => format!("`{}`", keyword.text()),
            Self::Sign(symbol) => format!("`{}`", symbol.text()),
            Self::Thing(thing) => thing.to_owned(),
        }
    }
}

/// Looking ahead and taking.
impl Parser<'_> {
    /// The next token that means something.
    pub(super) fn peek(&mut self) -> Token {
        if let Some(token) = self.ahead {
            return token;
        }
        let mut comma = false;
        loop {
            let mut token = self.token();
            comma |= token.after_comma;
            token.after_comma = comma;
            let noise = token.kind == TokenKind::Word(None) && is_noise(self.text(token.span));
            if !noise {
                self.ahead = Some(token);
                return token;
            }
        }
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Token {
        let token = self.peek();
        self.ahead = None;
        self.took(token);
        token
    }

    /// Whether `keyword` is next.
    pub(super) fn at(&mut self, keyword: Keyword) -> bool {
        self.expected.push(Expected::Word(keyword));
        self.peek().kind == TokenKind::Word(Some(keyword))
    }

    /// Takes `keyword` if it is next.
    pub(super) fn accept(&mut self, keyword: Keyword) -> bool {
        let at = self.at(keyword);
        if at {
            self.take();
        }
        at
    }

    /// Takes `keyword`, which must be next.
    pub(super) fn expect(&mut self, keyword: Keyword) -> Parsed<Span> {
        if self.accept(keyword) {
            return Ok(self.previous);
        }
        Err(self.missing(Expected::Word(keyword)))
    }

    /// Whether `symbol` is next.
    pub(super) fn at_sign(&mut self, symbol: Symbol) -> bool {
        self.expected.push(Expected::Sign(symbol));
        self.peek().kind == TokenKind::Symbol(symbol)
    }

    /// Takes `symbol` if it is next.
    pub(super) fn accept_sign(&mut self, symbol: Symbol) -> bool {
        let at = self.at_sign(symbol);
        if at {
            self.take();
        }
        at
    }

    /// Takes `symbol`, which must be next.
    pub(super) fn expect_sign(&mut self, symbol: Symbol) -> Parsed {
        if self.accept_sign(symbol) {
            return Ok(());
        }
        Err(self.missing(Expected::Sign(symbol)))
    }

    /// Takes a sign that may be left out, and that nobody needs to be told about.
    pub(super) fn skip_sign(&mut self, symbol: Symbol) {
        if self.peek().kind == TokenKind::Symbol(symbol) {
            self.take();
        }
    }

    /// Runs the production of the first row whose keyword is next.
    pub(super) fn accept_row<T: Copy>(&mut self, rows: &[(Keyword, T)]) -> Option<T> {
        let row = rows.iter().find(|(keyword, _)| self.accept(*keyword));
        row.map(|(_, value)| *value)
    }

    /// The last token taken.
    pub(super) const fn previous(&self) -> Span {
        self.previous
    }

    /// What is written at `span` of the file being read.
    pub(super) fn text(&self, span: Span) -> &str {
        &self.complaints.sources().file(span.file).text[span.range()]
    }

    /// As if nothing had been looked at since the last token was taken.
    fn look_away(&mut self) {
        let Some(ahead) = self.ahead.take() else {
            return;
        };
        let same_file = ahead.span.file == self.previous.file;
        let offset = if same_file {
            self.previous.end
        } else {
            ahead.span.start
        };
        self.lexer().rewind(offset);
    }

    fn took(&mut self, token: Token) {
        self.previous = token.span;
        self.expected.clear();
    }
}

/// Values: what is no word of the language.
impl Parser<'_> {
    /// Whether a number is next.
    pub(super) fn at_number(&mut self) -> bool {
        self.expected.push(Expected::Thing("a number"));
        let token = self.peek();
        token.kind == TokenKind::Word(None)
            && self
                .text(token.span)
                .starts_with(|c: char| c.is_ascii_digit())
    }

    /// A whole number; a unit that sticks to it is the next token.
    pub(super) fn number(&mut self) -> Parsed<Spanned<u64>> {
        if !self.at_number() {
            return Err(self.unexpected());
        }
        let token = self.peek();
        let text = self.text(token.span);
        let length = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (digits, unit) = text.split_at(length);
        let number: Result<u64, _> = digits.parse();
        if !unit.chars().all(char::is_alphabetic) {
            let message = format!("{} is no whole number", quoted(text));
            return Err(self.error(Diagnostic::error(token.span, message)));
        }
        let span = Span {
            end: token.span.start + u32::try_from(length).expect("shorter than the token"),
            ..token.span
        };
        self.ahead = None;
        self.lexer().rewind(span.end);
        self.took(Token { span, ..token });
        match number {
            Ok(value) => Ok(Spanned::new(value, span)),
            Err(_) => Err(self.error(Diagnostic::error(
                span,
                "a number this large is not possible",
            ))),
        }
    }

    /// Whether a value may be next: a word that no statement begins with, or a string.
    pub(super) fn at_value(&mut self, thing: &'static str) -> bool {
        self.expected.push(Expected::Thing(thing));
        let token = self.peek();
        match token.kind {
            TokenKind::Word(_) => !self.begins_statement(token),
            TokenKind::Quoted => true,
            TokenKind::Symbol(symbol) => symbol.begins_value(),
            TokenKind::Unclosed | TokenKind::End => false,
        }
    }

    /// A name, path, address or string, whatever words of the language it looks like.
    pub(super) fn value(&mut self, thing: &'static str) -> Parsed<Text> {
        if !self.at_value(thing) {
            return Err(self.unexpected());
        }
        let start = self.peek().span.start;
        self.ahead = None;
        self.lexer().rewind(start);
        let token = self.lexer().value();
        self.took(token);
        self.checked_text(token)
    }

    /// A value right behind the last token, where even `the` is a name.
    pub(super) fn name(&mut self, thing: &'static str) -> Parsed<Text> {
        self.look_away();
        let token = self.lexer().value();
        self.lexer().rewind(token.span.start);
        self.ahead = Some(token);
        self.value(thing)
    }

    /// Whether `c` stands right behind the last token.
    pub(super) fn touches(&mut self, c: char) -> bool {
        self.look_away();
        self.lexer().touches(c)
    }

    /// A string right behind the last token, with no blank between.
    pub(super) fn touching_string(&mut self) -> Parsed<Option<Text>> {
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
    pub(super) fn raw(&mut self, ends: &[char]) -> Parsed<Text> {
        self.look_away();
        let span = self.lexer().raw(ends);
        self.previous = span;
        self.expected.clear();
        self.checked(span, span)
    }

    /// The same for the next item of a list: commas before it are not part of it.
    pub(super) fn raw_item(&mut self, ends: &[char]) -> Parsed<Text> {
        self.look_away();
        self.lexer().skip_blanks();
        self.raw(ends)
    }

    /// An absolute path.
    pub(super) fn path(&mut self) -> Parsed<Text> {
        let path = self.value("an absolute path")?;
        if path.value.starts_with('/') {
            return Ok(path);
        }
        let message = format!("{} is no absolute path", quoted(&path.value));
        let error = Diagnostic::error(path.span, message).label("must begin with `/`");
        Err(self.error(error))
    }

    fn checked_text(&mut self, token: Token) -> Parsed<Text> {
        let mut inside = token.span;
        if token.kind == TokenKind::Quoted {
            inside.start += 1;
            inside.end -= 1;
        }
        self.checked(inside, token.span)
    }

    /// The text at `inside`, if it can be used; `whole` is what a complaint points at.
    fn checked(&mut self, inside: Span, whole: Span) -> Parsed<Text> {
        let text: Box<str> = self.text(inside).into();
        let message = if text.starts_with(['“', '”', '„', '‘', '’', '«', '»']) && inside == whole
        {
            "typographic quotes mean nothing here: write `\"`".to_owned()
        } else if text.len() > STRING_LIMIT {
            format!("longer than {STRING_LIMIT} bytes: is a quote missing?")
        } else if text.contains('\u{fffd}') {
            "this is not UTF-8: save the file in that encoding".to_owned()
        } else if text.contains('\0') {
            "a NUL byte stands in here".to_owned()
        } else {
            return Ok(Spanned::new(text, whole));
        };
        Err(self.error(Diagnostic::error(whole, message)))
    }
}

/// Complaining.
impl Parser<'_> {
    /// Records an error.
    pub(super) fn error(&mut self, error: Diagnostic) -> Reported {
        self.complaints.add(error)
    }

    /// Records a warning.
    pub(super) fn warn(&mut self, warning: Diagnostic) {
        self.complaints.add(warning);
    }

    /// The next token is none of those that would have been accepted.
    pub(super) fn unexpected(&mut self) -> Reported {
        self.complain(None)
    }

    /// The next token is not `needed`, nor any of those that could have come before it.
    fn missing(&mut self, needed: Expected) -> Reported {
        self.complain(Some(needed))
    }

    fn complain(&mut self, needed: Option<Expected>) -> Reported {
        let token = self.peek();
        if token.kind == TokenKind::Unclosed {
            let error = Diagnostic::error(token.span, "this quote is never closed");
            return self.error(error);
        }
        let (span, found) = self.found(token);
        let ended = span != token.span;
        let suggestion = self.suggestion(token).filter(|_| !ended);
        let choices = self.choices();
        let mut error = match needed {
            _ if choices.len() <= LONGEST_CHOICE => {
                let message = format!("expected {}, but found {found}", OneOf(&choices));
                Diagnostic::error(span, message)
            }
            Some(needed) => {
                let message = format!("expected {}, but found {found}", needed.text());
                Diagnostic::error(span, message)
            }
            None if ended => Diagnostic::error(span, "the statement ends too early"),
            None => Diagnostic::error(span, format!("{found} cannot stand here")),
        };
        match suggestion {
            Some(word) => error = error.label(format!("did you mean `{word}`?")),
            None if choices.len() > LONGEST_CHOICE => {
                error = error.note(format!("possible here: {}", OneOf(&choices)));
            }
            None => {}
        }
        if let Some(string) = self.long_string() {
            error = error.related(string, "this string goes on over several lines");
        }
        self.error(error)
    }

    /// What would have been accepted, each once, as messages show it.
    fn choices(&self) -> Vec<String> {
        let mut choices: Vec<String> = Vec::new();
        for text in self.expected.iter().map(|expected| expected.text()) {
            if !choices.contains(&text) {
                choices.push(text);
            }
        }
        choices
    }

    /// The string just taken, if it goes on over several lines: a quote may be missing in it, or
    /// one too many.
    fn long_string(&self) -> Option<Span> {
        let text = self.text(self.previous);
        (text.starts_with(['"', '\'']) && text.contains('\n')).then_some(self.previous)
    }

    /// Like [`Self::unexpected`], where the word may be one of Monit's that is not ours yet;
    /// `before` is what stands before it in a message: `check `.
    pub(super) fn unexpected_at(&mut self, place: Place, before: &str) -> Reported {
        let token = self.peek();
        let word = self.text(token.span).to_lowercase();
        if matches!(token.kind, TokenKind::Word(_)) && later::knows(place, &word) {
            let message = format!("`{before}{word}` is not supported yet");
            return self.error(Diagnostic::error(token.span, message));
        }
        self.unexpected()
    }

    /// What to point at and what to call it: where a statement ends too early, its end.
    fn found(&mut self, token: Token) -> (Span, String) {
        let end_of_previous = Span {
            start: self.previous.end,
            ..self.previous
        };
        match token.kind {
            TokenKind::End => (end_of_previous, "the end of the file".to_owned()),
            TokenKind::Word(_) if self.begins_statement(token) && self.previous.end > 0 => {
                (end_of_previous, "the end of the statement".to_owned())
            }
            TokenKind::Word(_) | TokenKind::Quoted | TokenKind::Symbol(_) | TokenKind::Unclosed => {
                (token.span, quoted(self.text(token.span)))
            }
        }
    }

    /// The expected word that is nearest to what was found.
    fn suggestion(&self, token: Token) -> Option<&'static str> {
        let TokenKind::Word(_) = token.kind else {
            return None;
        };
        let spellings = self.expected.iter().flat_map(|expected| match expected {
            Expected::Word(keyword) => keyword.spellings(),
            Expected::Sign(_) | Expected::Thing(_) => &[],
        });
        nearest(self.text(token.span), spellings.copied())
    }
}

/// So many choices are named in the message itself; more go into a note, where no word is near.
const LONGEST_CHOICE: usize = 6;

/// Services and settings.
impl Parser<'_> {
    /// What has been read so far.
    pub(super) const fn syntax(&mut self) -> &mut Syntax {
        &mut self.syntax
    }

    /// The machine's name.
    pub(super) fn hostname(&self) -> String {
        self.surroundings.hostname()
    }

    /// The statements that follow belong to `service`.
    pub(super) fn open_service(&mut self, service: ServiceSyntax) {
        self.syntax.services.push(service);
        self.in_service = InService::Last;
        self.said_before.clear();
    }

    /// The statements that follow belong to something that could not be understood.
    pub(super) const fn open_unknown_service(&mut self) {
        self.in_service = InService::Unknown;
        self.syntax.incomplete = true;
    }

    /// What the statements of a service belong to.
    pub(super) const fn in_service(&self) -> InService {
        self.in_service
    }

    /// The service the statement belongs to.
    pub(super) fn service(&mut self) -> &mut ServiceSyntax {
        let last = self.syntax.services.last_mut();
        last.expect("service statements are read only while a service is open")
    }

    /// Notes that a setting was made; the second time the first has no effect, and that is said.
    pub(super) fn set_once(&mut self, what: &'static str, span: Span) {
        if let Some(first) = note(&mut self.set_before, what, span) {
            self.twice(what, span, first);
        }
    }

    /// The same for something a service says of itself.
    pub(super) fn say_once(&mut self, what: &'static str, span: Span) {
        if let Some(first) = note(&mut self.said_before, what, span) {
            self.twice(what, span, first);
        }
    }

    fn twice(&mut self, what: &'static str, span: Span, first: Span) {
        let warning = Diagnostic::warning(span, format!("`{what}` is given twice"));
        self.warn(
            warning
                .label("this one counts")
                .related(first, "this one has no effect"),
        );
    }
}

/// Notes where `what` is; tells where it was before.
fn note(noted: &mut Vec<(&'static str, Span)>, what: &'static str, span: Span) -> Option<Span> {
    match noted.iter_mut().find(|(known, _)| *known == what) {
        Some((_, place)) => Some(std::mem::replace(place, span)),
        None => {
            noted.push((what, span));
            None
        }
    }
}
