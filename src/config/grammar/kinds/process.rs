//! The tests of `check process`.

use super::Tests;
use super::words::{CONNECTION, EXIST, NOT};
use crate::config::grammar::{connection, existence};

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[(NOT, existence::not_exist), (EXIST, existence::exist)],
    failed: &[(CONNECTION, connection::failed)],
    succeeded: &[(CONNECTION, connection::succeeded)],
    changed: &[],
    connections: true,
};
