//! The tests of `check program`.

use super::Tests;
use super::words::{CONTENT, STATUS};
use crate::config::grammar::program_tests;

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (STATUS, program_tests::status),
        (CONTENT, program_tests::content),
    ],
    failed: &[],
    succeeded: &[],
    changed: &[(STATUS, program_tests::status_changed)],
    connections: false,
};
