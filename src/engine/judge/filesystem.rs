//! Tests of a mounted file system.

use crate::model::{FilesystemMetric, FilesystemTest, Limit, Test};
use crate::reading::{DiskRates, FilesystemReading, Inodes};

use super::ownership::{owner, permission, permission_change};
use super::resource::Wording;
use super::{Base, Finding, change};

/// Judges one test; `None` where it is not one of a file system, or where nothing can be said yet:
/// a rate needs two looks.
pub(super) fn judge(
    test: &Test,
    name: &str,
    path: &str,
    reading: &FilesystemReading,
    base: &mut Option<Base>,
) -> Option<Finding> {
    match test {
        Test::Permission(expected) => Some(permission(path, *expected, reading.permission)),
        Test::PermissionChanged => Some(permission_change(path, reading.permission, base)),
        Test::Uid(expected) => Some(owner("uid", name, *expected, reading.uid)),
        Test::Gid(expected) => Some(owner("gid", name, *expected, reading.gid)),
        Test::Filesystem(FilesystemTest::FlagsChanged) => Some(flags_change(&reading.flags, base)),
        Test::Filesystem(FilesystemTest::Resource(metric, limit)) => {
            judge_metric(*metric, *limit, reading)
        }
        Test::NotExist
        | Test::Exist
        | Test::Connection(_)
        | Test::Checksum(_)
        | Test::Size(_)
        | Test::SizeChanged
        | Test::Hardlinks(_)
        | Test::HardlinksChanged
        | Test::Timestamp(_)
        | Test::TimestampChanged(_)
        | Test::Content(_)
        | Test::Ping(_)
        | Test::ResponseTime(_)
        | Test::CertificateValid(_)
        | Test::Process(_)
        | Test::System(_)
        | Test::Network(_)
        | Test::Program(_) => None,
    }
}

fn judge_metric(
    metric: FilesystemMetric,
    limit: Limit,
    reading: &FilesystemReading,
) -> Option<Finding> {
    match measured(metric, reading) {
        Figure::Known(value) => Some(wording(metric).judge(metric.unit(), limit, value)),
        Figure::NotYet => None,
        Figure::Unavailable => Some(Finding::Unavailable(metric.name())),
    }
}

fn flags_change(flags: &str, base: &mut Option<Base>) -> Finding {
    change(
        base,
        Base::Text(flags.into()),
        || format!("filesystem flags has not changed [current flags '{flags}']"),
        |was| match was {
            Base::Text(was) => format!("filesystem flags changed from '{was}' to '{flags}'"),
            Base::Number(_) | Base::Time(_) | Base::Digest(_) => {
                format!("filesystem flags changed to '{flags}'")
            }
        },
    )
}

/// What is known of a figure.
enum Figure {
    /// How much, in the metric's unit.
    Known(u64),
    /// It needs a second look.
    NotYet,
    /// Nobody counts it here.
    Unavailable,
}

impl From<Option<u64>> for Figure {
    fn from(value: Option<u64>) -> Self {
        value.map_or(Self::Unavailable, Self::Known)
    }
}

fn measured(metric: FilesystemMetric, reading: &FilesystemReading) -> Figure {
    let space = &reading.space;
    let inodes = |figure: fn(&Inodes) -> u64| Figure::from(reading.inodes.as_ref().map(figure));
    let share = |figure: fn(&Inodes) -> u64| {
        let share = |inodes| percent(figure(inodes), inodes.total);
        Figure::from(reading.inodes.as_ref().and_then(share))
    };
    let rate = |figure: fn(&DiskRates) -> Option<u64>| match reading
        .activity
        .map(|activity| activity.rates)
    {
        None => Figure::Unavailable,
        Some(None) => Figure::NotYet,
        Some(Some(rates)) => figure(&rates).into(),
    };
    match metric {
        FilesystemMetric::SpaceShare => percent(space.used(), space.total).into(),
        FilesystemMetric::Space => Figure::Known(space.used()),
        FilesystemMetric::FreeShare => percent(space.free, space.total).into(),
        FilesystemMetric::Free => Figure::Known(space.free),
        FilesystemMetric::InodeShare => share(Inodes::used),
        FilesystemMetric::Inodes => inodes(Inodes::used),
        FilesystemMetric::FreeInodeShare => share(|inodes| inodes.free),
        FilesystemMetric::FreeInodes => inodes(|inodes| inodes.free),
        FilesystemMetric::Read => rate(|rates| Some(rates.read.bytes)),
        FilesystemMetric::ReadOperations => rate(|rates| Some(rates.read.milli_operations)),
        FilesystemMetric::Write => rate(|rates| Some(rates.write.bytes)),
        FilesystemMetric::WriteOperations => rate(|rates| Some(rates.write.milli_operations)),
        FilesystemMetric::ServiceTime => rate(|rates| rates.service_us()),
    }
}

/// Thousandths of a percent, rounded to the nearest; of nothing there is no share.
fn percent(part: u64, whole: u64) -> Option<u64> {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let share = (part * 100_000 + whole / 2).checked_div(whole)?;
    Some(u64::try_from(share).unwrap_or(u64::MAX))
}

/// The words around the numbers (reference collector/events.tsv).
const fn wording(metric: FilesystemMetric) -> Wording {
    let (failed, passed, current) = match metric {
        FilesystemMetric::SpaceShare | FilesystemMetric::Space => {
            ("space usage", "space usage test", "current space usage")
        }
        FilesystemMetric::FreeShare | FilesystemMetric::Free => {
            ("space free", "space free test", "current space free")
        }
        FilesystemMetric::InodeShare | FilesystemMetric::Inodes => {
            ("inode usage", "inode usage test", "current inode usage")
        }
        FilesystemMetric::FreeInodeShare | FilesystemMetric::FreeInodes => {
            ("inode free", "inode free test", "current inode free")
        }
        FilesystemMetric::Read | FilesystemMetric::ReadOperations => {
            ("read rate", "read rate test", "current read")
        }
        FilesystemMetric::Write | FilesystemMetric::WriteOperations => {
            ("write rate", "write rate test", "current write")
        }
        FilesystemMetric::ServiceTime => {
            ("service time", "service time test", "current service time")
        }
    };
    Wording {
        failed,
        kind: "resource limit",
        limit: metric.name(),
        passed,
        current,
    }
}

#[cfg(test)]
mod tests;
