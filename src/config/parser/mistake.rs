//! Saying what was expected, and what was found instead.

use super::{Expected, Parser};
use crate::config::complaints::Reported;
use crate::config::token::{Token, TokenKind};
use crate::text::{Diagnostic, OneOf, Span, nearest, quoted};

impl Parser<'_> {
    /// Records an error.
    pub(in crate::config) fn error(&mut self, error: Diagnostic) -> Reported {
        self.complaints.add(error)
    }

    /// Records a warning.
    pub(in crate::config) fn warn(&mut self, warning: Diagnostic) {
        self.complaints.add(warning);
    }

    /// Warns that `what`, at `span`, is understood and has no effect yet; `note` says what holds
    /// instead.
    pub(in crate::config) fn without_effect(&mut self, span: Span, what: &str, note: &str) {
        let warning = Diagnostic::warning(span, format!("{what} is not in effect yet"));
        self.warn(warning.note(note));
    }

    /// The next token is none of those that would have been accepted.
    pub(in crate::config) fn unexpected(&mut self) -> Reported {
        self.complain(None)
    }

    /// The next token is not `needed`, nor any of those that could have come before it.
    pub(super) fn missing(&mut self, needed: Expected) -> Reported {
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
            _ if (1..=LONGEST_CHOICE).contains(&choices.len()) => {
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

impl Expected {
    fn text(self) -> String {
        match self {
            Self::Word(keyword) => format!("`{}`", keyword.text()),
            Self::Sign(symbol) => format!("`{}`", symbol.text()),
            Self::Thing(thing) => thing.to_owned(),
        }
    }
}
