//! How patient a rule is: `N times within M cycles`, for failing and for recovering.
//!
//! ```text
//!            failed window full                (each failing cycle is an event)
//!  Passing ────────────────────► Failing ──┐
//!     ▲                            │  ▲    │ failed window full again: the rule acts again
//!     └────────────────────────────┘  └────┘
//!            recovered window full
//! ```
//!
//! Each change of state starts both windows afresh, so the next change needs its full number again.
//! What never got as far as failing is not recovered from.

use crate::model::{Rule, Window};

/// The newest results of one side, the newest in bit 0; a set bit is a result of that side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Results(pub(super) u64);

impl Results {
    /// Adds one result and forgets what is too old for `window`, so that old failures do not keep
    /// changing the saved state.
    fn push(&mut self, hit: bool, window: Window) {
        let mask = match window.cycles {
            64.. => u64::MAX,
            cycles => (1 << cycles) - 1,
        };
        self.0 = (self.0 << 1 | u64::from(hit)) & mask;
    }

    const fn fill(self, window: Window) -> bool {
        self.0.count_ones() >= window.times as u32
    }
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All is well, or not yet bad enough.
    Passing {
        /// Its failing results.
        failures: Results,
    },
    /// It counts as failed.
    Failing {
        /// Its passing results.
        passes: Results,
        /// Its failing results since it last acted.
        failures: Results,
        /// Failing results since and with the one that made it fail: the events of its reminders.
        events: u32,
    },
}

impl Default for Verdict {
    fn default() -> Self {
        Self::Passing {
            failures: Results::default(),
        }
    }
}

/// What one more result means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Well, as before.
    Passed,
    /// It failed, but not often enough to count.
    Suspected,
    /// It failed and counts.
    Failed {
        /// 1 at the change of state, then counting.
        events: u32,
        /// Whether the action is due: at the change, and whenever the window filled again.
        act: bool,
    },
    /// It passed, but not often enough to have recovered.
    Recovering,
    /// It has recovered.
    Recovered,
}

impl Verdict {
    /// Takes the result of one cycle.
    pub(super) fn take(&mut self, failed: bool, rule: &Rule) -> Turn {
        match self {
            Self::Passing { failures } => {
                failures.push(failed, rule.failed.window);
                if failures.fill(rule.failed.window) {
                    *self = Self::Failing {
                        passes: Results::default(),
                        failures: Results::default(),
                        events: 1,
                    };
                    return Turn::Failed {
                        events: 1,
                        act: true,
                    };
                }
                if failed {
                    Turn::Suspected
                } else {
                    Turn::Passed
                }
            }
            Self::Failing {
                passes,
                failures,
                events,
            } => {
                passes.push(!failed, rule.recovered.window);
                failures.push(failed, rule.failed.window);
                if failed {
                    *events = events.saturating_add(1);
                    let act = failures.fill(rule.failed.window);
                    if act {
                        *failures = Results::default();
                    }
                    return Turn::Failed {
                        events: *events,
                        act,
                    };
                }
                if passes.fill(rule.recovered.window) {
                    *self = Self::default();
                    return Turn::Recovered;
                }
                Turn::Recovering
            }
        }
    }

    /// Takes whether a value has changed, or a line was found. That is over when it is told, so the
    /// rule passes on; in a window changes go on to count until there is none (reference F104:
    /// lines in four cycles are three events of `for 2 cycles`).
    pub(super) fn take_change(&mut self, changed: bool, rule: &Rule) -> Turn {
        let window = rule.failed.window;
        let mut failures = match self {
            Self::Passing { failures } => *failures,
            Self::Failing { .. } => Results::default(),
        };
        // What was told and is over does not count again.
        if !changed && failures.0 & 1 == 1 && failures.fill(window) {
            failures = Results::default();
        }
        failures.push(changed, window);
        let told = changed && failures.fill(window);
        if told && window == Window::ONCE {
            failures = Results::default();
        }
        *self = Self::Passing { failures };
        match (changed, told) {
            (true, true) => Turn::Failed {
                events: 1,
                act: true,
            },
            (true, false) => Turn::Suspected,
            (false, _) => Turn::Passed,
        }
    }

    /// Whether `other` is the same state, the number of events left aside.
    pub(super) fn same_but_for_count(self, other: Self) -> bool {
        let without_count = |verdict| match verdict {
            Self::Passing { .. } => verdict,
            Self::Failing {
                passes, failures, ..
            } => Self::Failing {
                passes,
                failures,
                events: 0,
            },
        };
        without_count(self) == without_count(other)
    }

    /// As if it had failed once.
    #[cfg(test)]
    pub(super) const fn forget_count(&mut self) {
        if let Self::Failing { events, .. } = self {
            *events = 1;
        }
    }

    /// Whether it counts as failed.
    pub(super) const fn is_failing(&self) -> bool {
        matches!(self, Self::Failing { .. })
    }

    /// Whether some result within the window failed: what a page must not call well.
    pub(super) const fn is_suspected(&self) -> bool {
        match self {
            Self::Passing { failures } => failures.0 != 0,
            Self::Failing { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Repeat, Test};

    fn turns(failed: (u8, u8), recovered: (u8, u8), results: &str) -> String {
        let side = |(times, cycles)| Repeat {
            window: Window { times, cycles },
            action: Action::Alert,
        };
        let rule = Rule {
            test: Test::NotExist,
            failed: side(failed),
            recovered: side(recovered),
        };
        let mut verdict = Verdict::default();
        let letter = |c| match verdict.take(c == 'x', &rule) {
            Turn::Passed => '.',
            Turn::Suspected => 'w',
            Turn::Failed { act: true, .. } => 'F',
            Turn::Failed { act: false, .. } => 'f',
            Turn::Recovering => 'r',
            Turn::Recovered => 'R',
        };
        results.chars().map(letter).collect()
    }

    #[test]
    fn at_once() {
        assert_eq!(turns((1, 1), (1, 1), ".x.xx."), ".FRFFR");
    }

    #[test]
    fn a_blink_within_the_window_is_neither_failure_nor_recovery() {
        assert_eq!(turns((3, 3), (1, 1), "xx.xx."), "ww.ww.");
        assert_eq!(turns((1, 1), (3, 3), "x..x..."), "FrrFrrR");
    }

    #[test]
    fn some_of_many() {
        assert_eq!(turns((2, 3), (1, 1), "x.x."), "w.FR");
        assert_eq!(turns((2, 3), (1, 1), "x..x"), "w..w");
    }

    #[test]
    fn acts_again_only_when_the_window_filled_again() {
        assert_eq!(turns((3, 3), (1, 1), "xxxxxxx"), "wwFffFf");
    }

    #[test]
    fn the_next_failure_needs_its_full_number_again() {
        assert_eq!(turns((2, 5), (1, 1), "xx.xx"), "wFRwF");
    }

    #[test]
    fn the_widest_window() {
        let results = "x".repeat(64);
        assert!(turns((64, 64), (1, 1), &results).ends_with("wwF"));
    }
}
