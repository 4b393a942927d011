//! Tests of a file, a directory, a named pipe.

use crate::model::{Checksum, ChecksumKind, Limit, Stamp, Test, TimestampTest, Unit};
use crate::reading::{Bytes, FileReading, hexadecimal};
use crate::time::WallTime;

use super::ownership::{owner, permission, permission_change};
use super::resource::Wording;
use super::{Base, Finding, change, verdict};

/// In the manner of the other resources: the reference's own words are not known.
const HARDLINKS: Wording = Wording {
    failed: "hardlinks",
    kind: "resource limit",
    limit: "hardlinks",
    passed: "hardlinks test",
    current: "current hardlinks",
};

/// Everything a file's tests look at.
pub(super) struct FileFacts<'a> {
    /// The service's name.
    pub(super) name: &'a str,
    /// The file's path.
    pub(super) path: &'a str,
    /// What was found.
    pub(super) reading: &'a FileReading,
    /// For ages, and for the zone of dates.
    pub(super) wall: WallTime,
}

impl FileFacts<'_> {
    /// Judges one test; `None` where it is not a test of a present file.
    pub(super) fn judge(&self, test: &Test, base: &mut Option<Base>) -> Option<Finding> {
        let (name, path, reading) = (self.name, self.path, self.reading);
        Some(match test {
            Test::Checksum(Checksum::Failed(kind, expected)) => {
                self.checksum(*kind, expected.as_deref(), base)?
            }
            Test::Checksum(Checksum::Changed(kind)) => self.checksum_change(*kind, base)?,
            Test::Permission(expected) => permission(path, *expected, reading.permission),
            Test::PermissionChanged => permission_change(path, reading.permission, base),
            Test::Uid(expected) => owner("uid", name, *expected, reading.uid),
            Test::Gid(expected) => owner("gid", name, *expected, reading.gid),
            Test::Size(limit) => self.size(*limit),
            Test::SizeChanged => change(
                base,
                Base::Number(reading.size),
                || {
                    format!(
                        "size has not changed [current size = {}]",
                        Bytes(reading.size)
                    )
                },
                |_| format!("size for {path} changed to {}", Bytes(reading.size)),
            ),
            Test::Hardlinks(limit) => HARDLINKS.judge(Unit::Count, *limit, reading.links),
            Test::HardlinksChanged => self.hardlinks_change(base),
            Test::Timestamp(test) => self.timestamp(*test),
            Test::TimestampChanged(stamp) => self.timestamp_change(*stamp, base),
            Test::NotExist
            | Test::Exist
            | Test::Connection(_)
            | Test::CertificateValid(_)
            | Test::Content(_)
            | Test::Ping(_)
            | Test::ResponseTime(_)
            | Test::Process(_)
            | Test::System(_)
            | Test::Filesystem(_)
            | Test::Network(_)
            | Test::Program(_) => return None,
        })
    }

    fn digest(&self, kind: ChecksumKind) -> Option<Result<&[u8], Finding>> {
        let digest = self.reading.digests.iter().find(|d| d.kind == kind)?;
        Some(digest.value.as_deref().map_err(|reason| {
            Finding::Unknown(format!(
                "cannot compute checksum for {} -- {reason}",
                self.path
            ))
        }))
    }

    fn checksum(
        &self,
        kind: ChecksumKind,
        expected: Option<&[u8]>,
        base: &mut Option<Base>,
    ) -> Option<Finding> {
        let found = match self.digest(kind)? {
            Ok(found) => found,
            Err(unknown) => return Some(unknown),
        };
        let first = base.get_or_insert_with(|| Base::Digest(found.into()));
        let expected = match (expected, &*first) {
            (Some(expected), _) => expected,
            (None, Base::Digest(first)) => first,
            (None, Base::Number(_) | Base::Time(_) | Base::Text(_)) => found,
        };
        Some(verdict(
            expected == found,
            || "checksum is valid".into(),
            || {
                format!(
                    "checksum failed, expected {} got {}",
                    hexadecimal(expected),
                    hexadecimal(found)
                )
            },
        ))
    }

    fn checksum_change(&self, kind: ChecksumKind, base: &mut Option<Base>) -> Option<Finding> {
        Some(match self.digest(kind)? {
            Ok(found) => change(
                base,
                Base::Digest(found.into()),
                || "checksum has not changed".into(),
                |_| format!("checksum changed to {}", hexadecimal(found)),
            ),
            Err(unknown) => unknown,
        })
    }

    fn size(&self, limit: Limit) -> Finding {
        let size = self.reading.size;
        verdict(
            !limit.holds(size),
            || format!("size check succeeded [current size = {}]", Bytes(size)),
            || {
                format!(
                    "size test failed for {} -- current size is {}",
                    self.path,
                    Bytes(size)
                )
            },
        )
    }

    fn hardlinks_change(&self, base: &mut Option<Base>) -> Finding {
        let (path, links) = (self.path, self.reading.links);
        change(
            base,
            Base::Number(links),
            || format!("hardlinks have not changed [current hardlinks = {links}]"),
            |was| match was {
                Base::Number(was) => format!("hardlinks for {path} changed from {was} to {links}"),
                Base::Time(_) | Base::Digest(_) | Base::Text(_) => {
                    format!("hardlinks for {path} changed")
                }
            },
        )
    }

    fn timestamp(&self, test: TimestampTest) -> Finding {
        let (label, at) = self.stamp(test.stamp);
        // A time in the future has the age zero: a clock that jumped back makes nothing old.
        let age = u64::try_from(self.wall.unix_seconds().saturating_sub(at)).unwrap_or(0);
        let limit = Limit {
            comparison: test.comparison,
            value: test.age.as_secs(),
        };
        let (path, date) = (self.path, self.date(at));
        verdict(
            !limit.holds(age),
            || format!("{label} test succeeded for {path} [current {label} is {date}]"),
            || format!("{label} for {path} failed -- current {label} is {date}"),
        )
    }

    fn timestamp_change(&self, stamp: Stamp, base: &mut Option<Base>) -> Finding {
        let (label, at) = self.stamp(stamp);
        let path = self.path;
        change(
            base,
            Base::Time(at),
            || format!("{label} was not changed for {path}"),
            |was| match was {
                Base::Time(was) => {
                    let (was, is) = (self.date(was), self.date(at));
                    format!("{label} for {path} changed from {was} to {is}")
                }
                Base::Number(_) | Base::Digest(_) | Base::Text(_) => {
                    format!("{label} for {path} changed")
                }
            },
        )
    }

    fn stamp(&self, stamp: Stamp) -> (&'static str, i64) {
        let reading = self.reading;
        match stamp {
            Stamp::Latest => ("modify/change time", reading.modified.max(reading.changed)),
            Stamp::Access => ("access time", reading.accessed),
            Stamp::Modification => ("modify time", reading.modified),
            Stamp::Change => ("change time", reading.changed),
        }
    }

    fn date(&self, unix_seconds: i64) -> String {
        let milliseconds = unix_seconds.saturating_mul(1000);
        WallTime::new(milliseconds, self.wall.offset_seconds()).date_text()
    }
}

#[cfg(test)]
mod tests;
