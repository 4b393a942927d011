//! Tests of a file system: space, inodes, traffic, mount flags.

use super::comparison::comparison;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::config::units::{Amount, Rate};
use crate::model::{FilesystemMetric, FilesystemTest, Limit, Test};

/// `space [usage] [free] [OPERATOR] NUMBER %|[UNIT]`
///
/// ```text
/// check filesystem f with path /
///   if space usage > 80% then alert
///   if space > 1.5 GB then alert
///   if space free < 10 MB then alert
///   if space free is less than 5 percent then alert
/// ```
pub(super) fn space(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Space)?;
    let is_free = p.accept(Keyword::Free);
    let comparison = comparison(p);
    let (metric, value) = match (is_free, p.percent_or_size()?.value) {
        (false, Amount::Percent(share)) => (FilesystemMetric::SpaceShare, share),
        (false, Amount::Plain(bytes)) => (FilesystemMetric::Space, bytes),
        (true, Amount::Percent(share)) => (FilesystemMetric::FreeShare, share),
        (true, Amount::Plain(bytes)) => (FilesystemMetric::Free, bytes),
    };
    Ok(resource(metric, Limit { comparison, value }))
}

/// `inode|inodes [usage] [free] [OPERATOR] NUMBER [%]`
///
/// ```text
/// check filesystem f with path /
///   if inode usage > 80% then alert
///   if inodes > 30000 then alert
///   if inodes free < 100 then alert
///   if inode free < 1 percent then alert
/// ```
pub(super) fn inodes(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Inodes)?;
    let is_free = p.accept(Keyword::Free);
    let comparison = comparison(p);
    let (metric, value) = match (is_free, p.percent_or_count()?.value) {
        (false, Amount::Percent(share)) => (FilesystemMetric::InodeShare, share),
        (false, Amount::Plain(count)) => (FilesystemMetric::Inodes, count),
        (true, Amount::Percent(share)) => (FilesystemMetric::FreeInodeShare, share),
        (true, Amount::Plain(count)) => (FilesystemMetric::FreeInodes, count),
    };
    Ok(resource(metric, Limit { comparison, value }))
}

/// `read [rate] [OPERATOR] NUMBER UNIT|operations[/s]`
///
/// ```text
/// check filesystem f with path /
///   if read rate > 1 MB/s then alert
///   if read > 500 operations/s then alert
/// ```
pub(super) fn read(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Read)?;
    rate(p, FilesystemMetric::Read, FilesystemMetric::ReadOperations)
}

/// `write [rate] [OPERATOR] NUMBER UNIT|operations[/s]`
///
/// ```text
/// check filesystem f with path /
///   if write rate > 1.5 MB/s then alert
///   if write < 1 operation/s then alert
/// ```
pub(super) fn write(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Write)?;
    let operations = FilesystemMetric::WriteOperations;
    rate(p, FilesystemMetric::Write, operations)
}

fn rate(
    p: &mut Parser<'_>,
    bytes: FilesystemMetric,
    operations: FilesystemMetric,
) -> Parsed<TestSyntax> {
    let comparison = comparison(p);
    let (metric, value) = match p.rate(Keyword::Operations)?.value {
        Rate::Bytes(rate) => (bytes, rate),
        Rate::Counted(rate) => (operations, rate),
    };
    Ok(resource(metric, Limit { comparison, value }))
}

/// `service time|servicetime [OPERATOR] NUMBER ms|s`
///
/// ```text
/// check filesystem f with path /
///   if service time > 10 milliseconds for 3 times within 5 cycles then alert
///   if servicetime > 1.5 ms then alert
/// ```
pub(super) fn service_time(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    if !p.accept(Keyword::ServiceTime) {
        p.expect(Keyword::Service)?;
        p.expect(Keyword::Time)?;
    }
    let comparison = comparison(p);
    let value = p.microseconds()?.value;
    Ok(resource(
        FilesystemMetric::ServiceTime,
        Limit { comparison, value },
    ))
}

/// `fsflags` after `changed`.
///
/// ```text
/// check filesystem f with path /
///   if changed fsflags then exec "/usr/local/sbin/tell"
/// ```
pub(super) fn flags_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Fsflags)?;
    Ok(TestSyntax::Ready(Test::Filesystem(
        FilesystemTest::FlagsChanged,
    )))
}

const fn resource(metric: FilesystemMetric, limit: Limit) -> TestSyntax {
    TestSyntax::Ready(Test::Filesystem(FilesystemTest::Resource(metric, limit)))
}
