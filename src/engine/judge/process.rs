//! Tests of a running process.

use crate::model::{ProcessTest, Test};
use crate::reading::ProcessReading;

use super::{Base, Finding, owner};

/// Judges one test; `None` where it is not one of a process.
pub(super) fn judge(
    test: &Test,
    name: &str,
    reading: &ProcessReading,
    base: &mut Option<Base>,
) -> Option<Finding> {
    match test {
        Test::Uid(expected) => Some(owner("uid", name, *expected, reading.uid?)),
        Test::Gid(expected) => Some(owner("gid", name, *expected, reading.gid?)),
        Test::Process(test) => judge_use(test, name, reading, base),
        Test::NotExist
        | Test::Exist
        | Test::Connection(_)
        | Test::Checksum(_)
        | Test::Permission(_)
        | Test::PermissionChanged
        | Test::Size(_)
        | Test::SizeChanged
        | Test::Hardlinks(_)
        | Test::HardlinksChanged
        | Test::Timestamp(_)
        | Test::TimestampChanged(_)
        | Test::Content(_)
        | Test::Ping(_)
        | Test::ResponseTime(_)
        | Test::System(_)
        | Test::Filesystem(_)
        | Test::Network(_)
        | Test::Program(_) => None,
    }
}

const fn judge_use(
    test: &ProcessTest,
    _: &str,
    _: &ProcessReading,
    _: &mut Option<Base>,
) -> Option<Finding> {
    match *test {}
}
