//! The tests of `check network`.

use super::Tests;
use super::words::{LINK, SATURATION, TOTAL, TRAFFIC};
use crate::config::grammar::network_tests;

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (LINK, network_tests::link),
        (SATURATION, network_tests::saturation),
        (TRAFFIC, network_tests::rate),
        (TOTAL, network_tests::total),
    ],
    failed: &[(LINK, network_tests::link_failed)],
    succeeded: &[],
    changed: &[(LINK, network_tests::capacity_changed)],
    connections: false,
};
