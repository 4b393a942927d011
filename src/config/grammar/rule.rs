//! Rules: a test, its patience, what follows.

use super::{action, connection, existence, file_tests, restarts};
use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::later::Place;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{ActionSyntax, RepeatSyntax, RuleSyntax, SubjectSyntax, TestSyntax};
use crate::config::token::TokenKind;
use crate::model::{Action, Window};
use crate::text::{Diagnostic, Span, Spanned, quoted};

type TestProduction = fn(&mut Parser<'_>) -> Parsed<TestSyntax>;

/// A test, the word it begins with, and what it can look at.
type Row = (Keyword, Subjects, TestProduction);

/// Which services have a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subjects {
    Process,
    File,
    ProcessOrFile,
}

/// After `if`.
const PLAIN: &[Row] = &[
    (Keyword::Not, Subjects::ProcessOrFile, existence::not_exist),
    (Keyword::Exist, Subjects::ProcessOrFile, existence::exist),
    (Keyword::Size, Subjects::File, file_tests::size),
    (Keyword::Timestamp, Subjects::File, file_tests::timestamp),
    (Keyword::Time, Subjects::File, file_tests::timestamp),
    (Keyword::Access, Subjects::File, file_tests::timestamp),
    (Keyword::Atime, Subjects::File, file_tests::timestamp),
    (Keyword::Modification, Subjects::File, file_tests::timestamp),
    (Keyword::Mtime, Subjects::File, file_tests::timestamp),
    (Keyword::Change, Subjects::File, file_tests::timestamp),
    (Keyword::Ctime, Subjects::File, file_tests::timestamp),
];

/// After `if failed`.
const FAILED: &[Row] = &[
    (Keyword::Host, Subjects::Process, connection::failed),
    (Keyword::Port, Subjects::Process, connection::failed),
    (Keyword::Unixsocket, Subjects::Process, connection::failed),
    (Keyword::Checksum, Subjects::File, file_tests::checksum),
    (Keyword::Md5, Subjects::File, file_tests::checksum),
    (Keyword::Sha1, Subjects::File, file_tests::checksum),
    (Keyword::Sha256, Subjects::File, file_tests::checksum),
    (Keyword::Permission, Subjects::File, file_tests::permission),
    (Keyword::Uid, Subjects::File, file_tests::uid),
    (Keyword::Gid, Subjects::File, file_tests::gid),
];

/// After `if succeeded`.
const SUCCEEDED: &[Row] = &[
    (Keyword::Host, Subjects::Process, connection::succeeded),
    (Keyword::Port, Subjects::Process, connection::succeeded),
    (
        Keyword::Unixsocket,
        Subjects::Process,
        connection::succeeded,
    ),
];

/// After `if changed`.
const CHANGED: &[Row] = &[
    (
        Keyword::Checksum,
        Subjects::File,
        file_tests::checksum_changed,
    ),
    (Keyword::Md5, Subjects::File, file_tests::checksum_changed),
    (Keyword::Sha1, Subjects::File, file_tests::checksum_changed),
    (
        Keyword::Sha256,
        Subjects::File,
        file_tests::checksum_changed,
    ),
    (
        Keyword::Permission,
        Subjects::File,
        file_tests::permission_changed,
    ),
    (Keyword::Size, Subjects::File, file_tests::size_changed),
    (
        Keyword::Timestamp,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
    (Keyword::Time, Subjects::File, file_tests::timestamp_changed),
    (
        Keyword::Access,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
    (
        Keyword::Atime,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
    (
        Keyword::Modification,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
    (
        Keyword::Mtime,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
    (
        Keyword::Change,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
    (
        Keyword::Ctime,
        Subjects::File,
        file_tests::timestamp_changed,
    ),
];

/// `if TEST [WINDOW] then ACTION [else [if succeeded] [WINDOW] [then] ACTION]`
///
/// ```text
/// if failed port 80 for 3 cycles then alert
/// if failed port 80 for 3 times within 5 cycles then restart else alert
/// if failed port 80 3 5 cycles then alert else if recovered for 2 cycles then exec "/bin/true"
/// ```
pub(super) fn rule(p: &mut Parser<'_>) -> Parsed {
    let start = p.previous();
    if p.at_number() {
        return restarts::limit(p);
    }
    let test = test(p)?;
    let span = start.to(p.previous());
    let failed_window = window(p)?;
    p.expect(Keyword::Then)?;
    let failed = RepeatSyntax {
        window: failed_window,
        action: action::action(p)?,
    };
    let recovered = recovered(p)?;
    p.service().rules.push(RuleSyntax {
        span,
        test,
        failed,
        recovered,
    });
    Ok(())
}

fn test(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let (rows, connection): (&[Row], Option<TestProduction>) = if p.accept(Keyword::Failed) {
        (FAILED, Some(connection::failed))
    } else if p.accept(Keyword::Succeeded) {
        (SUCCEEDED, Some(connection::succeeded))
    } else if p.accept(Keyword::Changed) {
        (CHANGED, None)
    } else {
        (PLAIN, None)
    };
    let subject = Subjects::of(&p.service().subject);
    for (keyword, subjects, production) in rows {
        if subjects.contain(subject) && p.at(*keyword) {
            return production(p);
        }
    }
    match (subject, connection) {
        // the options of a connection test come in any order: `failed protocol http port 80`
        (Some(Subjects::Process), Some(production)) if connection::at_option(p) => production(p),
        _ => Err(no_such_test(p)),
    }
}

/// A test that is unknown, or known elsewhere only.
fn no_such_test(p: &mut Parser<'_>) -> Reported {
    let token = p.peek();
    let subject = Subjects::of(&p.service().subject);
    let elsewhere =
        |row: &Row| token.kind == TokenKind::Word(Some(row.0)) && !row.1.contain(subject);
    if ![PLAIN, FAILED, CHANGED].concat().iter().any(elsewhere) {
        return p.unexpected_at(Place::Test, "");
    }
    let word = quoted(p.text(token.span));
    let kind = p.service().subject.kind();
    let message = format!("{word} cannot be tested in a `check {kind}`");
    p.error(Diagnostic::error(token.span, message))
}

impl Subjects {
    fn of(subject: &SubjectSyntax) -> Option<Self> {
        match subject {
            SubjectSyntax::Pidfile(_)
            | SubjectSyntax::Matching(_)
            | SubjectSyntax::BrokenProcess => Some(Self::Process),
            SubjectSyntax::File(_) | SubjectSyntax::BrokenFile => Some(Self::File),
            SubjectSyntax::System => None,
        }
    }

    fn contain(self, one: Option<Self>) -> bool {
        one.is_some_and(|one| self == one || self == Self::ProcessOrFile)
    }
}

/// `for N cycles`, `N times within M cycles`, `N M cycles`, or nothing: at once.
fn window(p: &mut Parser<'_>) -> Parsed<Window> {
    if !p.at_number() {
        return Ok(Window::ONCE);
    }
    let first = p.number()?;
    if p.accept(Keyword::Cycles) {
        return checked_window(p, &first, &first);
    }
    if !p.accept(Keyword::Times) {
        p.accept(Keyword::Time);
    }
    let second = p.number()?;
    p.expect(Keyword::Cycles)?;
    checked_window(p, &first, &second)
}

/// The longest window there is (reference F110).
const LONGEST_WINDOW: u8 = 64;

fn checked_window(
    p: &mut Parser<'_>,
    times: &Spanned<u64>,
    cycles: &Spanned<u64>,
) -> Parsed<Window> {
    let small = |n: u64| {
        u8::try_from(n)
            .ok()
            .filter(|n| (1..=LONGEST_WINDOW).contains(n))
    };
    let Some(cycles_value) = small(cycles.value) else {
        let message = format!("a rule cannot wait for {} cycles", cycles.value);
        let error = Diagnostic::error(cycles.span, message);
        return Err(p.error(error.note(format!("the number of cycles is 1 to {LONGEST_WINDOW}"))));
    };
    match small(times.value) {
        Some(times) if times <= cycles_value => Ok(Window {
            times,
            cycles: cycles_value,
        }),
        Some(_) | None => Err(impossible_window(p, times.span, times.value, cycles.value)),
    }
}

fn impossible_window(p: &mut Parser<'_>, span: Span, times: u64, cycles: u64) -> Reported {
    let span = span.to(p.previous());
    let message = format!("{times} times cannot happen within {cycles} cycles");
    p.error(Diagnostic::error(span, message).note("a test fails once a cycle at most"))
}

fn recovered(p: &mut Parser<'_>) -> Parsed<RepeatSyntax> {
    if !p.accept(Keyword::Else) {
        return Ok(RepeatSyntax {
            window: Window::ONCE,
            action: ActionSyntax::Simple(Action::Alert),
        });
    }
    p.accept(Keyword::If);
    p.accept(Keyword::Succeeded);
    let window = window(p)?;
    p.accept(Keyword::Then);
    let action = action::else_action(p)?;
    Ok(RepeatSyntax { window, action })
}
