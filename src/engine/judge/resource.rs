//! Tests that compare a number with a limit, in the reference's irregular words.

use crate::model::{Limit, Unit};
use crate::reading::{Amount, Bound};

use super::{Finding, verdict};

/// The words around the numbers of one test (reference collector/events.tsv).
///
/// ```text
///  cpu usage of 95.8% matches resource limit [cpu usage > 95.0%]
///  └ failed ──┘               └ kind ───────┘ └ limit ┘
///  cpu usage check succeeded [current cpu usage = 91.0%]
///  └ passed ─────┘            └ current ──────┘
/// ```
pub(super) struct Wording {
    /// Before the number that fails.
    pub(super) failed: &'static str,
    /// What it matches.
    pub(super) kind: &'static str,
    /// Before the comparison.
    pub(super) limit: &'static str,
    /// Before `succeeded`.
    pub(super) passed: &'static str,
    /// Before the number that passes.
    pub(super) current: &'static str,
}

impl Wording {
    /// Compares; all numbers are in `unit`.
    pub(super) fn judge(&self, unit: Unit, limit: Limit, measured: u64) -> Finding {
        let found = Amount(measured, unit);
        verdict(
            !limit.holds(measured),
            || format!("{} succeeded [{} = {found}]", self.passed, self.current),
            || {
                let (sign, bound) = (limit.comparison.symbol(), Bound(limit.value, unit));
                format!(
                    "{} {found} matches {} [{} {sign} {bound}]",
                    self.failed, self.kind, self.limit
                )
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Comparison;

    #[test]
    fn in_the_words_of_the_reference() {
        let wording = Wording {
            failed: "cpu usage of",
            kind: "resource limit",
            limit: "cpu usage",
            passed: "cpu usage check",
            current: "current cpu usage",
        };
        let limit = Limit {
            comparison: Comparison::Greater,
            value: 95_000,
        };
        assert_eq!(
            wording.judge(Unit::Percent, limit, 95_800),
            Finding::Failed("cpu usage of 95.8% matches resource limit [cpu usage > 95.0%]".into())
        );
        assert_eq!(
            wording.judge(Unit::Percent, limit, 91_000),
            Finding::Passed("cpu usage check succeeded [current cpu usage = 91.0%]".into())
        );
    }
}
