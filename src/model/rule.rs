//! A rule: one test, how patient it is, and what follows.

use super::{Action, Test};

/// One `if … then … [else …]` of a service, or a test every service of its kind has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// What is tested.
    pub test: Test,
    /// How often it must fail before it counts.
    pub failed: Repeat,
    /// How often it must pass before it has recovered.
    pub recovered: Repeat,
}

/// A side of a rule: its window and what is done when the window is full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repeat {
    /// How many results of this side, out of how many cycles.
    pub window: Window,
    /// What follows.
    pub action: Action,
}

/// `N times within M cycles`; `for N cycles` is N of N. Results older than `cycles` are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// At least 1, at most `cycles`.
    pub times: u8,
    /// 1 to 64 (reference F110).
    pub cycles: u8,
}

impl Window {
    /// At once: one of one.
    pub const ONCE: Self = Self {
        times: 1,
        cycles: 1,
    };
}
