//! Tests of a program that has ended: what it exited with, what it printed.

use super::comparison::comparison;
use super::pattern::pattern;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::model::{Comparison, Limit, ProgramTest, Test};
use crate::text::Diagnostic;

/// `status [OPERATOR] NUMBER`
///
/// ```text
/// check program p with path "/bin/p -x"
///   if status != 0 then alert
///   if status is greater than 1 for 3 cycles then restart
///   if status 2 then exec "/bin/true"
/// ```
pub(super) fn status(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Status)?;
    let comparison = comparison(p);
    let number = p.number()?;
    if number.value > LARGEST_STATUS {
        let message = format!("no program ends with the status {}", number.value);
        let warning = Diagnostic::warning(number.span, message);
        p.warn(warning.note(format!("it is 0 to {LARGEST_STATUS}")));
    }
    let value = number.value;
    let test = ProgramTest::Status(Limit { comparison, value });
    Ok(TestSyntax::Ready(Test::Program(test)))
}

const LARGEST_STATUS: u64 = 255;

/// `status` after `changed`.
///
/// ```text
/// check program p with path /bin/p
///   if changed status then alert
/// ```
pub(super) fn status_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Status)?;
    Ok(TestSyntax::Ready(Test::Program(ProgramTest::StatusChanged)))
}

/// `content =|!= PATTERN`, `content [not] changed`
///
/// ```text
/// check program p with path /bin/p
///   if content = "ERROR|WARNING" then alert
///   if content != "^ok$" for 2 cycles then alert
///   if content changed then alert
///   if content not changed then alert else ignore
/// ```
pub(super) fn content(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Content)?;
    let ready = |test| Ok(TestSyntax::Ready(Test::Program(test)));
    if p.accept(Keyword::Changed) {
        return ready(ProgramTest::ContentChanged);
    }
    let start = p.peek().span;
    let comparison = comparison(p);
    if comparison == Comparison::NotEqual && p.accept(Keyword::Changed) {
        return ready(ProgramTest::ContentUnchanged);
    }
    let matches = match comparison {
        Comparison::Equal => true,
        Comparison::NotEqual => false,
        Comparison::Greater
        | Comparison::GreaterOrEqual
        | Comparison::Less
        | Comparison::LessOrEqual => {
            let message = "a pattern matches or does not: only `=` and `!=` compare with it";
            return Err(p.error(Diagnostic::error(start.to(p.previous()), message)));
        }
    };
    let pattern = pattern(p)?;
    Ok(TestSyntax::ProgramContent { pattern, matches })
}
