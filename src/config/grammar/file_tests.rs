//! Tests of a file: checksum, permission, owner, size, times.

use std::time::Duration;

use super::comparison::comparison;
use super::digest;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::config::token::Symbol;
use crate::model::{Checksum, ChecksumKind, Limit, Stamp, Test, TimestampTest};

/// `[md5|sha1|sha256] checksum [and expect [the sum] HEX]`
///
/// ```text
/// check file f with path /f
///   if failed checksum then alert
///   if failed checksum and expect the sum 8f7f419955cefa0b33a2ba316cba3659 then unmonitor
///   if failed sha1 checksum expect "da39a3ee5e6b4b0d3255bfef95601890afd80709" then alert
/// ```
pub(super) fn checksum(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let kind = digest::kind(p);
    p.expect(Keyword::Checksum)?;
    let test = if p.accept(Keyword::Expect) {
        p.accept(Keyword::Sum);
        let (kind, bytes) = digest::digest(p, kind)?;
        Checksum::Failed(kind, Some(bytes))
    } else {
        Checksum::Failed(kind.unwrap_or(ChecksumKind::Md5), None)
    };
    Ok(TestSyntax::Ready(Test::Checksum(test)))
}

/// `[md5|sha1|sha256] checksum` after `changed`.
///
/// ```text
/// check file f with path /f
///   if changed checksum then exec "/usr/sbin/apachectl graceful"
/// ```
pub(super) fn checksum_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let kind = digest::kind(p).unwrap_or(ChecksumKind::Md5);
    p.expect(Keyword::Checksum)?;
    Ok(TestSyntax::Ready(Test::Checksum(Checksum::Changed(kind))))
}

/// `permission OCTAL`
///
/// ```text
/// check file f with path /f
///   if failed permission 0644 then alert
///   if failed perm 4755 then unmonitor
/// ```
pub(super) fn permission(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Permission)?;
    p.skip_sign(Symbol::Equal);
    Ok(TestSyntax::Ready(Test::Permission(p.mode_bits()?)))
}

/// `permission` after `changed`.
///
/// ```text
/// check file f with path /f
///   if changed permission then alert
/// ```
pub(super) fn permission_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Permission)?;
    Ok(TestSyntax::Ready(Test::PermissionChanged))
}

/// `uid USER`
///
/// ```text
/// check file f with path /f
///   if failed uid root then unmonitor
/// ```
pub(super) fn uid(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Uid)?;
    p.skip_sign(Symbol::Equal);
    p.value("a user").map(TestSyntax::Uid)
}

/// `gid GROUP`
///
/// ```text
/// check file f with path /f
///   if failed gid "root" then unmonitor
/// ```
pub(super) fn gid(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Gid)?;
    p.skip_sign(Symbol::Equal);
    p.value("a group").map(TestSyntax::Gid)
}

/// `size [OPERATOR] NUMBER [UNIT]`
///
/// ```text
/// check file f with path /f
///   if size > 10 MB then alert
///   if size is less than 5kB then alert
///   if size 0 then alert
/// ```
pub(super) fn size(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Size)?;
    let comparison = comparison(p);
    let value = p.size()?.value;
    Ok(TestSyntax::Ready(Test::Size(Limit { comparison, value })))
}

/// `size` after `changed`.
///
/// ```text
/// check file f with path /f
///   if changed size then alert
/// ```
pub(super) fn size_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Size)?;
    Ok(TestSyntax::Ready(Test::SizeChanged))
}

/// `hardlinks [OPERATOR] NUMBER`
///
/// ```text
/// check directory d with path /d
///   if hardlinks > 32000 then alert
///   if hardlink = 2 then alert
/// ```
pub(super) fn hardlinks(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Hardlinks)?;
    let comparison = comparison(p);
    let value = p.number()?.value;
    Ok(TestSyntax::Ready(Test::Hardlinks(Limit {
        comparison,
        value,
    })))
}

/// `hardlinks` after `changed`.
///
/// ```text
/// check fifo f with path /f
///   if changed hardlinks then alert
/// ```
pub(super) fn hardlinks_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Hardlinks)?;
    Ok(TestSyntax::Ready(Test::HardlinksChanged))
}

/// `timestamp|time|atime|access time|… [OPERATOR] AGE`
///
/// ```text
/// check file f with path /f
///   if timestamp is older than 1 hour then alert
///   if modification time > 5 minutes then alert
///   if atime newer than 3 days then alert
/// ```
pub(super) fn timestamp(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let stamp = stamp(p)?;
    let comparison = comparison(p);
    let age: Duration = p.duration()?.value;
    let test = TimestampTest {
        stamp,
        comparison,
        age,
    };
    Ok(TestSyntax::Ready(Test::Timestamp(test)))
}

/// The same words after `changed`.
///
/// ```text
/// check file f with path /f
///   if changed timestamp then alert
///   if changed change time then alert
/// ```
pub(super) fn timestamp_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    Ok(TestSyntax::Ready(Test::TimestampChanged(stamp(p)?)))
}

/// Words that are the name of a time by themselves.
const STAMPS: &[(Keyword, Stamp)] = &[
    (Keyword::Timestamp, Stamp::Latest),
    (Keyword::Time, Stamp::Latest),
    (Keyword::Atime, Stamp::Access),
    (Keyword::Mtime, Stamp::Modification),
    (Keyword::Ctime, Stamp::Change),
];

/// Words that need `time` or `timestamp` after them.
const STAMP_ADJECTIVES: &[(Keyword, Stamp)] = &[
    (Keyword::Access, Stamp::Access),
    (Keyword::Modification, Stamp::Modification),
    (Keyword::Change, Stamp::Change),
];

fn stamp(p: &mut Parser<'_>) -> Parsed<Stamp> {
    if let Some(stamp) = p.accept_row(STAMPS) {
        return Ok(stamp);
    }
    let Some(stamp) = p.accept_row(STAMP_ADJECTIVES) else {
        return Err(p.unexpected());
    };
    if !p.accept(Keyword::Time) {
        p.expect(Keyword::Timestamp)?;
    }
    Ok(stamp)
}
