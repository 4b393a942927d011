//! The tests of `check file`.

use super::Tests;
use super::words::{
    CHECKSUM, CONTENT, EXIST, GID, HARDLINKS, MATCHING, NOT, PERMISSION, SIZE, TIMESTAMP, UID,
};
use crate::config::grammar::{content, existence, file_tests};

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (NOT, content::not),
        (EXIST, existence::exist),
        (SIZE, file_tests::size),
        (HARDLINKS, file_tests::hardlinks),
        (TIMESTAMP, file_tests::timestamp),
        (CONTENT, content::content),
        (MATCHING, content::matching),
    ],
    failed: &[
        (CHECKSUM, file_tests::checksum),
        (PERMISSION, file_tests::permission),
        (UID, file_tests::uid),
        (GID, file_tests::gid),
    ],
    succeeded: &[],
    changed: &[
        (CHECKSUM, file_tests::checksum_changed),
        (PERMISSION, file_tests::permission_changed),
        (SIZE, file_tests::size_changed),
        (HARDLINKS, file_tests::hardlinks_changed),
        (TIMESTAMP, file_tests::timestamp_changed),
    ],
    connections: false,
};
