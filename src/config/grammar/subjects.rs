//! Which tests there are, what words they begin with, and which services have them.

use super::{connection, existence, file_tests};
use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::later::Place;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{SubjectSyntax, TestSyntax};
use crate::config::token::TokenKind;
use crate::text::{Diagnostic, quoted};

/// Reads a test, its first word included.
type Production = fn(&mut Parser<'_>) -> Parsed<TestSyntax>;

/// The words a test may begin with, who has it, and how it is read.
type Row = (&'static [Keyword], Subjects, Production);

/// Which services have a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subjects {
    Process,
    File,
    ProcessOrFile,
}

use Subjects::{File, Process, ProcessOrFile};

const EXIST: &[Keyword] = &[Keyword::Exist];
const NOT: &[Keyword] = &[Keyword::Not];
const CONNECTION: &[Keyword] = &[Keyword::Host, Keyword::Port, Keyword::Unixsocket];
const PERMISSION: &[Keyword] = &[Keyword::Permission];
const UID: &[Keyword] = &[Keyword::Uid];
const GID: &[Keyword] = &[Keyword::Gid];
const SIZE: &[Keyword] = &[Keyword::Size];
const CHECKSUM: &[Keyword] = &[
    Keyword::Checksum,
    Keyword::Md5,
    Keyword::Sha1,
    Keyword::Sha256,
];
const TIMESTAMP: &[Keyword] = &[
    Keyword::Timestamp,
    Keyword::Time,
    Keyword::Access,
    Keyword::Atime,
    Keyword::Modification,
    Keyword::Mtime,
    Keyword::Change,
    Keyword::Ctime,
];

/// After `if`.
const PLAIN: &[Row] = &[
    (NOT, ProcessOrFile, existence::not_exist),
    (EXIST, ProcessOrFile, existence::exist),
    (SIZE, File, file_tests::size),
    (TIMESTAMP, File, file_tests::timestamp),
];

/// After `if failed`.
const FAILED: &[Row] = &[
    (CONNECTION, Process, connection::failed),
    (CHECKSUM, File, file_tests::checksum),
    (PERMISSION, File, file_tests::permission),
    (UID, File, file_tests::uid),
    (GID, File, file_tests::gid),
];

/// After `if succeeded`.
const SUCCEEDED: &[Row] = &[(CONNECTION, Process, connection::succeeded)];

/// After `if changed`.
const CHANGED: &[Row] = &[
    (CHECKSUM, File, file_tests::checksum_changed),
    (PERMISSION, File, file_tests::permission_changed),
    (SIZE, File, file_tests::size_changed),
    (TIMESTAMP, File, file_tests::timestamp_changed),
];

/// The test after `if`.
pub(super) fn test(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let (rows, connection): (&[Row], Option<Production>) = if p.accept(Keyword::Failed) {
        (FAILED, Some(connection::failed))
    } else if p.accept(Keyword::Succeeded) {
        (SUCCEEDED, Some(connection::succeeded))
    } else if p.accept(Keyword::Changed) {
        (CHANGED, None)
    } else {
        (PLAIN, None)
    };
    let subject = Subjects::of(&p.service().subject);
    for (words, subjects, production) in rows {
        if subjects.contain(subject) && words.iter().any(|word| p.at(*word)) {
            return production(p);
        }
    }
    match (subject, connection) {
        // the options of a connection test come in any order: `failed protocol http port 80`
        (Some(Process), Some(production)) if connection::at_option(p) => production(p),
        _ => Err(no_such_test(p)),
    }
}

/// A test that is unknown, or known elsewhere only.
fn no_such_test(p: &mut Parser<'_>) -> Reported {
    let token = p.peek();
    let subject = Subjects::of(&p.service().subject);
    let elsewhere = |(words, subjects, _): &Row| {
        let mut kinds = words.iter().map(|word| TokenKind::Word(Some(*word)));
        !subjects.contain(subject) && kinds.any(|kind| kind == token.kind)
    };
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
            | SubjectSyntax::BrokenProcess => Some(Process),
            SubjectSyntax::File(_) | SubjectSyntax::BrokenFile => Some(File),
            SubjectSyntax::System => None,
        }
    }

    fn contain(self, one: Option<Self>) -> bool {
        one.is_some_and(|one| self == one || self == ProcessOrFile)
    }
}
