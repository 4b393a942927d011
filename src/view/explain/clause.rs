//! Tests as conditions: `it does not run`, `its size is above 10 MB`.
//!
//! One function for each family of tests.

use crate::model::{
    Checksum, Comparison, FilesystemTest, Limit, ProgramTest, Stamp, Subject, SubjectKind, Test,
    TimestampTest,
};
use crate::reading::{Bound, Bytes, Elapsed, hexadecimal};

use super::{Span, machine, peer, process};

/// When the test fails, as it goes on after `If`.
pub(super) fn failing(test: &Test, subject: &Subject) -> String {
    match test {
        Test::NotExist => existence(subject, false).to_owned(),
        Test::Exist => existence(subject, true).to_owned(),
        Test::Connection(test) => peer::connection(test),
        Test::Checksum(test) => checksum(test),
        Test::Permission(mode) => format!("its permission is not {mode:04o}"),
        Test::PermissionChanged => "its permission changes".to_owned(),
        Test::Uid(uid) => format!("its owner is not uid {uid}"),
        Test::Gid(gid) => format!("its group is not gid {gid}"),
        Test::Size(Limit { comparison, value }) => {
            format!("its size is {} {}", compared(*comparison), Bytes(*value))
        }
        Test::Hardlinks(Limit { comparison, value }) => {
            format!(
                "the number of its names is {} {value}",
                compared(*comparison)
            )
        }
        Test::HardlinksChanged => "the number of its names changes".to_owned(),
        Test::SizeChanged => "its size changes".to_owned(),
        Test::Timestamp(test) => age(test),
        Test::TimestampChanged(stamp) => format!("its {} changes", stamp_words(*stamp)),
        Test::Ping(test) => peer::ping(test),
        Test::ResponseTime(limit) => {
            let Limit { comparison, value } = limit.opposite();
            format!(
                "the answer takes {} {}",
                compared(comparison),
                Elapsed(value)
            )
        }
        Test::CertificateValid(days) => {
            format!("its certificate is good for fewer than {days} days")
        }
        Test::Content(test) => {
            let verb = if test.matches {
                "matches"
            } else {
                "does not match"
            };
            format!("a new line of it {verb} \"{}\"", test.pattern)
        }
        Test::Filesystem(FilesystemTest::FlagsChanged) => "its mount flags change".to_owned(),
        Test::Filesystem(FilesystemTest::Resource(metric, limit)) => {
            let bound = Bound(limit.value, metric.unit());
            let name = match metric.name() {
                "space free" => "free space",
                "inode free" => "supply of free inodes",
                "read" => "read rate",
                "write" => "write rate",
                name => name,
            };
            format!("its {name} is {} {bound}", compared(limit.comparison))
        }
        Test::System(test) => machine::system(test),
        Test::Network(test) => machine::network(test),
        Test::Process(test) => process::condition(test),
        Test::Program(test) => program(test),
    }
}

const fn existence(subject: &Subject, there: bool) -> &'static str {
    match (subject.kind(), there) {
        (SubjectKind::Process, false) => "it does not run",
        (SubjectKind::Process, true) => "it runs",
        (SubjectKind::Filesystem, false) => "it is not mounted",
        (SubjectKind::Filesystem, true) => "it is mounted",
        (
            SubjectKind::File
            | SubjectKind::Directory
            | SubjectKind::Fifo
            | SubjectKind::Host
            | SubjectKind::Program
            | SubjectKind::Network
            | SubjectKind::System,
            false,
        ) => "it does not exist",
        (
            SubjectKind::File
            | SubjectKind::Directory
            | SubjectKind::Fifo
            | SubjectKind::Host
            | SubjectKind::Program
            | SubjectKind::Network
            | SubjectKind::System,
            true,
        ) => "it exists",
    }
}

fn program(test: &ProgramTest) -> String {
    match test {
        ProgramTest::Status(Limit { comparison, value }) => {
            let words = match comparison {
                Comparison::Equal => "the status",
                Comparison::NotEqual => "a status other than",
                Comparison::Greater
                | Comparison::GreaterOrEqual
                | Comparison::Less
                | Comparison::LessOrEqual => {
                    return format!("it ends with a status {} {value}", compared(*comparison));
                }
            };
            format!("it ends with {words} {value}")
        }
        ProgramTest::StatusChanged => "it ends with another status than before".to_owned(),
        ProgramTest::Content { pattern, matches } => {
            let verb = if *matches {
                "matches"
            } else {
                "does not match"
            };
            format!("what it prints {verb} \"{pattern}\"")
        }
        ProgramTest::ContentChanged => "it prints something else than before".to_owned(),
        ProgramTest::ContentUnchanged => "it prints the same as before".to_owned(),
    }
}

fn checksum(test: &Checksum) -> String {
    match test {
        Checksum::Failed(kind, Some(expected)) => {
            format!(
                "its {} checksum is not {}",
                kind.name(),
                hexadecimal(expected)
            )
        }
        Checksum::Failed(kind, None) => {
            format!(
                "its {} checksum is not that of the first check",
                kind.name()
            )
        }
        Checksum::Changed(kind) => format!("its {} checksum changes", kind.name()),
    }
}

fn age(test: &TimestampTest) -> String {
    let (stamp, age) = (stamp_words(test.stamp), Span(test.age));
    match test.comparison {
        Comparison::Greater => format!("its {stamp} is more than {age} ago"),
        Comparison::Less => format!("its {stamp} is less than {age} ago"),
        Comparison::GreaterOrEqual => format!("its {stamp} is {age} ago or more"),
        Comparison::LessOrEqual => format!("its {stamp} is {age} ago or less"),
        Comparison::Equal => format!("its {stamp} is {age} ago"),
        Comparison::NotEqual => format!("its {stamp} is not {age} ago"),
    }
}

const fn stamp_words(stamp: Stamp) -> &'static str {
    match stamp {
        Stamp::Latest => "last modification or change",
        Stamp::Access => "last access",
        Stamp::Modification => "last modification",
        Stamp::Change => "last change of status",
    }
}

/// What stands before a number.
pub(super) const fn compared(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Greater => "above",
        Comparison::Less => "below",
        Comparison::GreaterOrEqual => "at least",
        Comparison::LessOrEqual => "at most",
        Comparison::Equal => "exactly",
        Comparison::NotEqual => "not exactly",
    }
}
