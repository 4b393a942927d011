//! One test and one reading: did it pass, and in which words.
//!
//! Pure comparison. Patience is `window`'s, consequences are `event`'s. The texts are Monit's own,
//! because logs and mails are read by scripts (reference F98).

use crate::model::{
    Checksum, ChecksumKind, Connection, ConnectionTest, Destination, Limit, Stamp, Test,
    TimestampTest, Transport,
};
use crate::reading::{Bytes, FileReading, ProcessReading, hexadecimal};
use crate::time::WallTime;

use super::ProbeOutcome;

/// What a test found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// It passed.
    Passed(String),
    /// It failed.
    Failed(String),
    /// A value is no longer what it was; the new one is the base from here on.
    Changed(String),
    /// A value is what it was.
    Unchanged(String),
    /// It could not be tested: the system's words for why.
    Unknown(String),
}

/// What a rule remembers of the value it compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// A size or a permission.
    Number(u64),
    /// A time, in seconds since 1970.
    Time(i64),
    /// A hash.
    Digest(Box<[u8]>),
}

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
            Test::Permission(expected) => verdict(
                reading.permission == *expected,
                || {
                    format!(
                        "permission test succeeded [current permission {:04o}]",
                        reading.permission
                    )
                },
                || {
                    format!(
                        "permission test failed for {path} [current permission {:04o}]",
                        reading.permission
                    )
                },
            ),
            Test::PermissionChanged => change(
                base,
                Base::Number(u64::from(reading.permission)),
                || format!("permission not changed for {path}"),
                |was| match was {
                    Base::Number(was) => format!(
                        "permission for {path} changed from {was:04o} to {:04o}",
                        reading.permission
                    ),
                    Base::Time(_) | Base::Digest(_) => format!("permission for {path} changed"),
                },
            ),
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
            Test::Timestamp(test) => self.timestamp(*test),
            Test::TimestampChanged(stamp) => self.timestamp_change(*stamp, base),
            Test::NotExist | Test::Exist | Test::Connection(_) => return None,
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
            (None, Base::Number(_) | Base::Time(_)) => found,
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
                Base::Number(_) | Base::Digest(_) => format!("{label} for {path} changed"),
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

/// Judges one test of a running process; `None` where it is not one, or where this kernel does not
/// tell what it needs.
pub(super) fn judge_process(test: &Test, name: &str, reading: &ProcessReading) -> Option<Finding> {
    match test {
        Test::Uid(expected) => Some(owner("uid", name, *expected, reading.uid?)),
        Test::Gid(expected) => Some(owner("gid", name, *expected, reading.gid?)),
        Test::NotExist
        | Test::Exist
        | Test::Connection(_)
        | Test::Checksum(_)
        | Test::Permission(_)
        | Test::PermissionChanged
        | Test::Size(_)
        | Test::SizeChanged
        | Test::Timestamp(_)
        | Test::TimestampChanged(_) => None,
    }
}

/// Judges a connection test by how its last try ended.
pub(super) fn judge_connection(test: &ConnectionTest, outcome: &ProbeOutcome) -> Finding {
    let connection = &test.connection;
    let (worked, text) = match &outcome.result {
        Ok(_) => (true, connection_succeeded(connection)),
        Err(reason) => (false, connection_failed(connection, reason)),
    };
    if worked == test.expect_failure {
        Finding::Failed(text)
    } else {
        Finding::Passed(text)
    }
}

/// `connection succeeded to [127.0.0.1]:80 [TCP/IP]`.
pub(super) fn connection_succeeded(connection: &Connection) -> String {
    format!("connection succeeded to {}", peer(connection))
}

/// `failed protocol test [HTTP] at [127.0.0.1]:80 [TCP/IP] -- Connection refused`.
pub(super) fn connection_failed(connection: &Connection, reason: &str) -> String {
    let protocol = connection.protocol.name();
    format!(
        "failed protocol test [{protocol}] at {} -- {reason}",
        peer(connection)
    )
}

/// `succeeded testing protocol [HTTP] at [127.0.0.1]:80 [TCP/IP] [response time 0.330 ms]`.
pub(super) fn protocol_succeeded(connection: &Connection, microseconds: u64) -> String {
    let protocol = connection.protocol.name();
    let (ms, rest) = (microseconds / 1000, microseconds % 1000);
    let peer = peer(connection);
    format!("succeeded testing protocol [{protocol}] at {peer} [response time {ms}.{rest:03} ms]")
}

pub(super) fn peer(connection: &Connection) -> String {
    match &connection.destination {
        Destination::Unix(path) => path.to_string(),
        Destination::Host { host, port } => {
            let request = connection.request();
            let transport = match connection.transport {
                Transport::Tcp => "TCP/IP",
                Transport::Udp => "UDP/IP",
            };
            let tls = if connection.tls.is_some() { " TLS" } else { "" };
            format!("[{host}]:{port}{request} [{transport}{tls}]")
        }
    }
}

fn owner(what: &str, name: &str, expected: u32, found: u32) -> Finding {
    verdict(
        expected == found,
        || format!("{what} test succeeded [current {what} = {found}]"),
        || format!("{what} test failed for {name} -- current {what} is {found}"),
    )
}

fn verdict(passed: bool, good: impl FnOnce() -> String, bad: impl FnOnce() -> String) -> Finding {
    if passed {
        Finding::Passed(good())
    } else {
        Finding::Failed(bad())
    }
}

/// Compares with the base and makes `found` the new one. The first value ever seen is no change.
fn change(
    base: &mut Option<Base>,
    found: Base,
    same: impl FnOnce() -> String,
    different: impl FnOnce(Base) -> String,
) -> Finding {
    match base.replace(found) {
        Some(was) if base.as_ref() != Some(&was) => Finding::Changed(different(was)),
        Some(_) | None => Finding::Unchanged(same()),
    }
}

#[cfg(test)]
mod tests;
