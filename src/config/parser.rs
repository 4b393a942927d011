//! What every production needs: looking ahead, taking, expecting, complaining, going on.
//!
//! Productions live in `grammar/`. They ask for what they would accept; whatever was asked for
//! since the last token was taken is what an error says was expected, so no list of expectations is
//! ever written by hand. An error ends its statement: it is reported at once, [`Reported`] carries
//! the news up to the statement loop, and that goes on with the next statement.

mod file;
mod mistake;
mod value;

pub(super) use file::parse;
#[cfg(test)]
pub(super) use file::{DEPTH_LIMIT, FILE_LIMIT, FILES_LIMIT, TOTAL_LIMIT, open};
#[cfg(test)]
pub(super) use value::STRING_LIMIT;
pub(super) use value::without_parentheses;

use file::OpenFile;

use super::complaints::{Complaints, Reported};
use super::keyword::{Keyword, is_noise};
use super::surroundings::Surroundings;
use super::syntax::{ServiceSyntax, Syntax};
use super::token::{Symbol, Token, TokenKind};
use crate::text::{Diagnostic, Span};

/// What a production returns: its part of the syntax, or the news that an error has been reported.
pub(super) type Parsed<T = ()> = Result<T, Reported>;

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
            if !self.is_noise(token) {
                self.ahead = Some(token);
                return token;
            }
        }
    }

    /// What the token after the next one is; of the same file, if it goes on.
    pub(super) fn peek_second(&mut self) -> TokenKind {
        let next = self.peek();
        let kind = loop {
            let token = self.lexer().token();
            if !self.is_noise(token) {
                break token.kind;
            }
        };
        self.lexer().rewind(next.span.end);
        kind
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
        self.at_wanted(|kind, _| kind == TokenKind::Word(Some(keyword)))
    }

    /// Whether a wanted token is next, by its kind and text. Parentheses before that mean nothing,
    /// as in `if (failed port 80) then alert`; before anything else they may be part of a value.
    fn at_wanted(&mut self, wanted: impl Fn(TokenKind, &str) -> bool) -> bool {
        let next = self.peek();
        let mut token = next;
        while token.kind.is_parenthesis() || self.is_noise(token) {
            token = self.lexer().token();
        }
        let at = wanted(token.kind, self.text(token.span));
        if at {
            self.ahead = Some(token);
        } else if token != next {
            self.lexer().rewind(next.span.end);
        }
        at
    }

    fn is_noise(&self, token: Token) -> bool {
        token.kind == TokenKind::Word(None) && is_noise(self.text(token.span))
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
        let wanted = TokenKind::Symbol(symbol);
        self.peek().kind == wanted || self.at_wanted(|kind, _| kind == wanted)
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
