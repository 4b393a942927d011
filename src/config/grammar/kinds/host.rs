//! The tests of `check host`.

use super::Tests;
use super::words::CONNECTION;
use crate::config::grammar::{connection, ping};

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[],
    failed: &[
        (ping::WORDS, ping::failed),
        (CONNECTION, connection::failed),
    ],
    succeeded: &[
        (ping::WORDS, ping::succeeded),
        (CONNECTION, connection::succeeded),
    ],
    changed: &[],
    connections: true,
};
