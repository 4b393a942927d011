//! Which test it is: by the kind of check it stands in and the word it begins with.

use super::connection;
use super::kinds::{Row, Tests, tests_of};
use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::config::token::TokenKind;
use crate::model::SubjectKind;
use crate::text::{Diagnostic, quoted};

/// The list of tests that a word after `if` leads to.
type List = fn(&Tests) -> &'static [Row];

/// What leads to each of the lists.
const FORMS: &[(&str, List)] = &[
    ("if", |tests| tests.plain),
    ("if failed", |tests| tests.failed),
    ("if succeeded", |tests| tests.succeeded),
    ("if changed", |tests| tests.changed),
];

/// The test after `if`.
pub(super) fn test(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let kind = p.service().subject.kind();
    let (list, connection): (List, Option<super::kinds::Production>) = if p.accept(Keyword::Failed)
    {
        (|tests| tests.failed, Some(connection::failed))
    } else if p.accept(Keyword::Succeeded) {
        (|tests| tests.succeeded, Some(connection::succeeded))
    } else if p.accept(Keyword::Changed) {
        (|tests| tests.changed, None)
    } else {
        (|tests| tests.plain, None)
    };
    let tests = tests_of(kind);
    for (words, production) in list(tests) {
        if words.iter().any(|word| p.at(*word)) {
            return production(p);
        }
    }
    match connection {
        // the options of a connection test come in any order: `failed protocol http port 80`
        Some(production) if tests.connections && connection::at_option(p) => production(p),
        Some(_) | None => Err(no_such_test(p, list)),
    }
}

/// Whether a test begins that needs no word before it.
pub(super) fn at_test(p: &mut Parser<'_>) -> bool {
    let plain = tests_of(p.service().subject.kind()).plain;
    let mut words = plain.iter().flat_map(|(words, _)| words.iter());
    let next = p.peek().kind;
    words.any(|word| next == TokenKind::Word(Some(*word)))
}

/// A test that is unknown, or known elsewhere only.
fn no_such_test(p: &mut Parser<'_>, list: List) -> Reported {
    let token = p.peek();
    let here = p.service().subject.kind();
    let begins = |(words, _): &Row| {
        let mut kinds = words.iter().map(|word| TokenKind::Word(Some(*word)));
        kinds.any(|kind| kind == token.kind)
    };
    let has = |kind: &SubjectKind| list(tests_of(*kind)).iter().any(begins);
    let elsewhere: Vec<&str> = SubjectKind::ALL
        .into_iter()
        .filter(|kind| *kind != here && has(kind))
        .map(SubjectKind::word)
        .collect();
    let word = quoted(p.text(token.span));
    // Where nothing at all could stand here, it is said what could have led to this word.
    let mut forms = FORMS.iter().filter(|_| list(tests_of(here)).is_empty());
    if let Some((form, _)) = forms.find(|(_, list)| list(tests_of(here)).iter().any(begins)) {
        let message = format!(
            "{word} is not tested like this in a `check {}`",
            here.word()
        );
        let error = Diagnostic::error(token.span, message);
        let text = p.text(token.span).to_owned();
        return p.error(error.note(format!("there is: {form} {text}")));
    }
    if elsewhere.is_empty() {
        return p.unexpected();
    }
    let message = format!("{word} cannot be tested in a `check {}`", here.word());
    let error = Diagnostic::error(token.span, message);
    p.error(error.note(format!("it is a test of: check {}", elsewhere.join(", "))))
}
