//! Tests of the lines of a file, and lines that count for none.

use super::comparison::comparison;
use super::existence;
use super::pattern::pattern_or_nothing;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{ContentSyntax, TestSyntax};
use crate::config::token::Symbol;
use crate::model::{Comparison, SubjectKind};
use crate::text::{Diagnostic, quoted};

/// `content =|!= REGEX|FILE`
///
/// ```text
/// check file log with path /var/log/app.log
///   if content = "^ERROR [0-9]+" then alert
///   if content != "^ok" for 3 cycles then exec "/bin/tell"
///   if content = /etc/monit/patterns then alert
/// ```
pub(super) fn content(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Content)?;
    compared(p).map(TestSyntax::Content)
}

/// `match REGEX|FILE`: older Monit's way to say it.
///
/// ```text
/// check file log with path /var/log/app.log
///   if match "error" then alert
/// ```
pub(super) fn matching(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Matching)?;
    compared(p).map(TestSyntax::Content)
}

/// `not match REGEX|FILE`, `not exist`
///
/// ```text
/// check file log with path /var/log/app.log
///   if not match "^ok" then alert
///   if does not exist then alert
/// ```
pub(super) fn not(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let word = p.peek().span;
    p.expect(Keyword::Not)?;
    if !p.accept(Keyword::Matching) {
        return existence::not_exist_after(p);
    }
    let written = compared(p)?;
    if !written.matches {
        let message = "`not` and `!=` say the same: one of them is enough";
        return Err(p.error(Diagnostic::error(word, message)));
    }
    Ok(TestSyntax::Content(ContentSyntax {
        matches: false,
        ..written
    }))
}

/// `ignore content =|!= REGEX|FILE`, `ignore [not] match REGEX|FILE`
///
/// ```text
/// check file log with path /var/log/app.log
///   ignore content = "harmless"
///   ignore match /etc/monit/harmless
///   ignore not match "[a-z]"
/// ```
pub(super) fn ignore(p: &mut Parser<'_>) -> Parsed {
    let kind = p.service().subject.kind();
    if kind != SubjectKind::File {
        let message = format!("a `check {}` has no lines to ignore", kind.word());
        return Err(p.error(Diagnostic::error(p.previous(), message)));
    }
    let negated = p.accept(Keyword::Not);
    if negated || !p.accept(Keyword::Content) {
        p.expect(Keyword::Matching)?;
    }
    let written = compared(p)?;
    let matches = written.matches && !negated;
    p.service()
        .ignore
        .push(ContentSyntax { matches, ..written });
    Ok(())
}

/// An operator and a pattern.
fn compared(p: &mut Parser<'_>) -> Parsed<ContentSyntax> {
    let operator = p.peek().span;
    let matches = match comparison(p) {
        Comparison::Equal => true,
        Comparison::NotEqual => false,
        Comparison::Greater
        | Comparison::Less
        | Comparison::GreaterOrEqual
        | Comparison::LessOrEqual => {
            let message = format!("{} says nothing about a line", quoted(p.text(operator)));
            let error = Diagnostic::error(operator, message);
            return Err(p.error(error.note("`=` is a line that matches, `!=` one that does not")));
        }
    };
    p.skip_sign(Symbol::Equal);
    let pattern = pattern_or_nothing(p)?;
    Ok(ContentSyntax { pattern, matches })
}
