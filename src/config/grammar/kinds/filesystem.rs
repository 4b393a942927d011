//! The tests of `check filesystem`.

use super::Tests;
use super::words::{
    EXIST, FSFLAGS, GID, INODES, NOT, PERMISSION, READ, SERVICE_TIME, SPACE, UID, WRITE,
};
use crate::config::grammar::{existence, file_tests, filesystem_tests};

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (NOT, existence::not_exist),
        (EXIST, existence::exist),
        (SPACE, filesystem_tests::space),
        (INODES, filesystem_tests::inodes),
        (READ, filesystem_tests::read),
        (WRITE, filesystem_tests::write),
        (SERVICE_TIME, filesystem_tests::service_time),
    ],
    failed: &[
        (PERMISSION, file_tests::permission),
        (UID, file_tests::uid),
        (GID, file_tests::gid),
    ],
    succeeded: &[],
    changed: &[
        (PERMISSION, file_tests::permission_changed),
        (FSFLAGS, filesystem_tests::flags_changed),
    ],
    connections: false,
};
