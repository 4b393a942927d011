//! The tests of `check system`.

use super::words::{CPU, FILEDESCRIPTORS, LOAD, MEMORY, PAGING, SWAP, UPTIME};
use super::{NONE, Tests};
use crate::config::grammar::system_tests;

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (LOAD, system_tests::load),
        (CPU, system_tests::cpu),
        (MEMORY, system_tests::memory),
        (SWAP, system_tests::swap),
        (PAGING, system_tests::paging),
        (UPTIME, system_tests::uptime),
        (FILEDESCRIPTORS, system_tests::files),
    ],
    ..NONE
};
