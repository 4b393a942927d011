//! The tests of `check system`.

use super::{NONE, Tests};

/// All of them.
pub(super) const TESTS: Tests = NONE;
