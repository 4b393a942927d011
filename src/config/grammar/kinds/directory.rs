//! The tests of `check directory` and `check fifo`: what a file has, without its content.

use super::Tests;
use super::words::{EXIST, GID, HARDLINKS, NOT, PERMISSION, TIMESTAMP, UID};
use crate::config::grammar::{existence, file_tests};

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (NOT, existence::not_exist),
        (EXIST, existence::exist),
        (HARDLINKS, file_tests::hardlinks),
        (TIMESTAMP, file_tests::timestamp),
    ],
    failed: &[
        (PERMISSION, file_tests::permission),
        (UID, file_tests::uid),
        (GID, file_tests::gid),
    ],
    succeeded: &[],
    changed: &[
        (PERMISSION, file_tests::permission_changed),
        (HARDLINKS, file_tests::hardlinks_changed),
        (TIMESTAMP, file_tests::timestamp_changed),
    ],
    connections: false,
};
